/// Parses the rows of a stream in COPY's binary format (PostgreSQL documentation, "COPY", "Binary Format").
///
/// Invariants:
/// - Every length is checked against the bytes received before it is used: the server at the other end is not trusted.
/// - A row does not span messages: the server sends one CopyData message a row (documentation, "COPY Operations"), with
///   the header before the first row or in a message of its own.
/// - Nothing follows the trailer.
struct BinaryCopyParser {
    /// The number of fields that each row must have.
    let fieldCount: Int
    private var sawHeader = false
    /// Whether the trailer was received; a stream that ends without it was cut.
    private(set) var isComplete = false

    /// Expects the start of a stream.
    init(fieldCount: Int) { self.fieldCount = fieldCount }

    /// The fault of a malformed stream.
    enum Malformed: Error, Equatable {
        /// It does not begin with the signature of COPY's binary format.
        case signature
        /// Its flags announce an unknown form.
        case flags
        /// It ends within a row, or without the trailer.
        case truncated
        /// A row has another number of fields.
        case fieldCount(Int)
        /// A field is longer than its message, or has a negative length.
        case fieldLength
        /// Data follows the trailer.
        case afterTrailer
    }

    /// `PGCOPY\n\377\r\n\0`
    private static let signature: [UInt8] = [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00]

    /// Lends each row of one message to `body`: its field count and its length-prefixed fields.
    ///
    /// - Parameter frame: Takes the bytes that are no row: the header and the trailer.
    mutating func parse(
        _ message: borrowing RawSpan, frame: (borrowing RawSpan) -> Void = { _ in },
        _ body: (borrowing RawSpan) -> Void
    ) throws(Malformed) {
        var offset = 0
        if !sawHeader {
            offset = try skipHeader(message)
            frame(message.extracting(0..<offset))
        }
        while offset < message.byteCount {
            guard !isComplete else { throw .afterTrailer }
            let start = offset
            let fields = Int(try Self.int16(message, offset))
            offset += 2
            if fields == -1 {
                isComplete = true
                frame(message.extracting(start..<offset))
                continue
            }
            guard fields == fieldCount else { throw .fieldCount(fields) }
            for _ in 0..<fields {
                let length = Int(try Self.int32(message, offset))
                offset += 4
                if length == -1 { continue }
                guard length >= 0 else { throw .fieldLength }
                guard length <= message.byteCount - offset else { throw .truncated }
                offset += length
            }
            body(message.extracting(start..<offset))
        }
    }

    /// Skips the signature, 32 flag bits and the header's extension area.
    private mutating func skipHeader(_ message: borrowing RawSpan) throws(Malformed) -> Int {
        let length = Self.signature.count
        guard message.byteCount >= length + 8 else { throw .truncated }
        for (position, byte) in Self.signature.enumerated() {
            guard message.unsafeLoad(fromByteOffset: position, as: UInt8.self) == byte else { throw .signature }
        }
        // Bits 16 to 31 are critical: a reader that does not know them must stop. Supported servers set none.
        guard try Self.int32(message, length) & ~0xFFFF == 0 else { throw .flags }
        let extra = Int(try Self.int32(message, length + 4))
        guard extra >= 0, extra <= message.byteCount - length - 8 else { throw .truncated }
        sawHeader = true
        return length + 8 + extra
    }

    private static func int16(_ bytes: borrowing RawSpan, _ offset: Int) throws(Malformed) -> Int16 {
        guard bytes.byteCount - offset >= 2 else { throw .truncated }
        return Int16(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Int16.self))
    }

    private static func int32(_ bytes: borrowing RawSpan, _ offset: Int) throws(Malformed) -> Int32 {
        guard bytes.byteCount - offset >= 4 else { throw .truncated }
        return Int32(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Int32.self))
    }
}
