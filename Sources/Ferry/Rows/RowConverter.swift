/// Converts fields of rows in COPY's binary format, so that all that reads rows of the source sees them as the target will hold them.
///
/// Not for use by two threads: a reader has one of its own.
final class RowConverter {
    /// The reason why a row can't be converted.
    enum Fault: Error, Equatable {
        /// An element of a field is out of half precision's range.
        case outOfRange(column: String)
        /// A field is not in the form of the type `vector`.
        case malformed
    }

    /// A column's place among the fields of a row.
    private struct Field {
        var position: Int
        var column: String
    }

    private let fields: [Field]
    /// The message so far, converted.
    private(set) var message: [UInt8] = []
    /// The first fault of the message.
    private(set) var fault: Fault?

    /// - Parameter query: The query of the rows.
    /// - Returns: nil where no column of it is converted.
    init?(_ query: RowQuery) {
        fields = query.columns.enumerated().compactMap { position, column in
            query.conversions[column].map { _ in Field(position: query.leading.count + position, column: column) }
        }
        if fields.isEmpty { return nil }
    }

    /// Begins a message.
    func begin() { message.removeAll(keepingCapacity: true) }

    /// Adds bytes that are no row.
    func append(_ bytes: borrowing RawSpan) { bytes.withUnsafeBytes { message.append(contentsOf: $0) } }

    /// Adds a row, converted, and lends it to `body`, unless there was a fault.
    ///
    /// - Parameter row: A row that ``BinaryCopyParser`` has checked.
    func append(row: borrowing RawSpan, _ body: (borrowing RawSpan) -> Void) {
        let start = message.count
        row.withUnsafeBytes { convert($0) }
        guard fault == nil else { return }
        let converted = message
        body(converted.span.bytes.extracting(start..<converted.count))
    }

    private func convert(_ row: UnsafeRawBufferPointer) {
        // Bytes before `passed` are in the message.
        var (offset, passed, next) = (2, 0, 0)
        for position in 0..<Int(Int16(bigEndian: row.loadUnaligned(as: Int16.self))) {
            let length = Int(Int32(bigEndian: row.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
            let end = offset + 4 + max(0, length)
            if next < fields.count, fields[next].position == position {
                if length >= 0 {
                    message.append(contentsOf: row[passed..<offset])
                    round(UnsafeRawBufferPointer(rebasing: row[offset + 4..<end]), of: fields[next].column)
                    passed = end
                }
                next += 1
            }
            offset = end
        }
        message.append(contentsOf: row[passed..<offset])
    }

    /// Adds a `vector` as a `halfvec`, with its length: the number of dimensions, two bytes that are not used, and the elements (pgvector's
    /// vector.c, vector_send, and halfvec.c, halfvec_send).
    private func round(_ vector: UnsafeRawBufferPointer, of column: String) {
        guard vector.count >= 4,
            case let dimensions = Int(Int16(bigEndian: vector.loadUnaligned(as: Int16.self))), dimensions > 0,
            vector.count == 4 + 4 * dimensions
        else {
            if fault == nil { fault = .malformed }
            return
        }
        let length = 4 + 2 * dimensions
        withUnsafeBytes(of: Int32(length).bigEndian) { message.append(contentsOf: $0) }
        message.append(contentsOf: vector[..<4])
        let start = message.count
        message.append(contentsOf: repeatElement(0, count: 2 * dimensions))
        var greatest: UInt32 = 0
        message.withUnsafeMutableBytes { bytes in
            for element in 0..<dimensions {
                let bits = UInt32(
                    bigEndian: vector.loadUnaligned(fromByteOffset: 4 + 4 * element, as: UInt32.self))
                greatest = max(greatest, bits & 0x7FFF_FFFF)
                bytes.storeBytes(
                    of: HalfPrecision.round(bits).bigEndian, toByteOffset: start + 2 * element, as: UInt16.self)
            }
        }
        if greatest >= HalfPrecision.limitBits, fault == nil { fault = .outOfRange(column: column) }
    }
}
