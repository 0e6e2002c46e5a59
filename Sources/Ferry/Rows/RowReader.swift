/// Reads one COPY TO STDOUT from its start to its end, row by row, and checks the stream's form.
///
/// It does not know the use of the rows: the copy passes them on, verify only hashes them. Where the query has conversions, what it
/// lends is what the target is to hold.
struct RowReader: ~Copyable {
    private let format: TablePair.Format
    private let converter: RowConverter?
    private var parser: BinaryCopyParser

    /// Sends the COPYs of these queries in one message, so that only the first costs a round trip, or none where the caller
    /// works before ``begin(on:)``. A reader of its own then reads each to its end, in order.
    static func request(_ queries: [RowQuery], on session: borrowing Session) throws(FerryError) {
        try session.request(queries.map(\.copyOut).joined(separator: "; "))
    }

    /// Waits for the first of the requested COPYs to begin.
    static func begin(on session: borrowing Session) throws(FerryError) { try session.awaitCopy(.out) }

    /// Requests these COPYs and waits for the first to begin.
    static func start(_ queries: [RowQuery], on session: borrowing Session) throws(FerryError) {
        try request(queries, on: session)
        try begin(on: session)
    }

    /// Reads a COPY that has begun.
    init(_ query: RowQuery) {
        self.init(fieldCount: query.fieldCount, format: query.format, converter: RowConverter(query))
    }

    /// Reads a COPY that has begun from a statement which is not a ``RowQuery``.
    init(fieldCount: Int, format: TablePair.Format) {
        self.init(fieldCount: fieldCount, format: format, converter: nil)
    }

    private init(fieldCount: Int, format: TablePair.Format, converter: RowConverter?) {
        self.format = format
        // A type's input function rounds the text of another precision by itself.
        self.converter = format == .binary ? converter : nil
        parser = BinaryCopyParser(fieldCount: fieldCount)
    }

    /// Reads the next message: lends each row in it to `row`, then the whole message, as received or converted, to `message`.
    ///
    /// - Returns: What `message` returned, or nil at the end of the stream.
    mutating func next<Result>(
        from session: borrowing Session, row: (borrowing RawSpan) -> Void,
        message: (borrowing RawSpan) -> Result
    ) throws(FerryError) -> Result? {
        var malformed: BinaryCopyParser.Malformed?
        var size = 0
        let result = try session.withNextCopyMessage { (bytes: borrowing RawSpan) -> Result? in
            size = bytes.byteCount
            switch format {
            case .text: row(bytes)
            case .binary:
                do throws(BinaryCopyParser.Malformed) {
                    if let converter {
                        converter.begin()
                        try parser.parse(bytes, frame: { converter.append($0) }) { converter.append(row: $0, row) }
                        let converted = converter.message
                        return converter.fault == nil ? message(converted.span.bytes) : nil
                    }
                    try parser.parse(bytes, row)
                } catch {
                    malformed = error
                    return nil
                }
            }
            return message(bytes)
        }
        try session.rate?.take(size)
        if let malformed { throw Self.error(malformed, session.side) }
        if let fault = converter?.fault { throw Self.error(fault, session.side) }
        if result == nil, format == .binary, !parser.isComplete { throw Self.error(.truncated, session.side) }
        return result ?? nil
    }

    /// Reads to the end and computes the digest.
    consuming func digest(
        from session: borrowing Session, progress: (_ rows: Int, _ bytes: Int) -> Void = { _, _ in }
    ) throws(FerryError) -> Digest {
        var digest = Digest.zero
        var reported = 0
        var bytes = 0
        while let count = try next(from: session, row: { digest.add(row: $0) }, message: { $0.byteCount }) {
            bytes += count
            if bytes >= Self.progressBytes {
                progress(digest.rows - reported, bytes)
                reported = digest.rows
                bytes = 0
            }
        }
        progress(digest.rows - reported, bytes)
        return digest
    }

    /// The bytes between two reports of progress: few enough for a smooth display, enough to cost nothing.
    static let progressBytes = 1 << 20

    private static func error(_ malformed: BinaryCopyParser.Malformed, _ side: Side) -> FerryError {
        FerryError(
            .malformedStream, "The COPY stream is malformed (\(malformed)).",
            hint:
                "Check for a proxy that alters the stream between vecferry and the server. No row of this chunk was kept.",
            side: side)
    }

    private static func error(_ fault: RowConverter.Fault, _ side: Side) -> FerryError {
        switch fault {
        case .malformed:
            FerryError(.malformedStream, "A value is not in the form in which pgvector sends a vector.", side: side)
        case .outOfRange(let column):
            FerryError(
                .notConvertible, "The column \(column) holds a value beyond the range of half precision.",
                hint: "vecferry plan with the same options names such rows by key. No row of this chunk was kept.",
                side: side)
        }
    }
}
