import Testing

@testable import Ferry

/// COPY's binary format, laid out field by field (PostgreSQL documentation, "COPY", "Binary Format").
@Suite struct BinaryCopyParserTests {
    typealias Malformed = BinaryCopyParser.Malformed

    static let signature = "50 47 43 4F 50 59 0A FF 0D 0A 00"
    static let header = signature + " 00000000 00000000"
    static let trailer = "FFFF"

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.filter { !$0.isWhitespace }
        return stride(from: 0, to: digits.count, by: 2).compactMap { offset in
            let start = digits.index(digits.startIndex, offsetBy: offset)
            return UInt8(digits[start..<digits.index(start, offsetBy: 2)], radix: 16)
        }
    }

    /// Parses messages, and returns the rows with whether the stream ended.
    private func parse(
        _ messages: [String], fields: Int
    ) throws(Malformed) -> (rows: [[UInt8]], isComplete: Bool) {
        var parser = BinaryCopyParser(fieldCount: fields)
        var rows: [[UInt8]] = []
        for message in messages {
            let bytes = Self.bytes(message)
            try parser.parse(bytes.span.bytes) { row in rows.append(row.withUnsafeBytes { Array($0) }) }
        }
        return (rows, parser.isComplete)
    }

    @Test func `rows are found whole, with their field counts and lengths`() throws {
        let first = "0002  00000003 616263  00000000"  // 'abc', ''
        let second = "0002  FFFFFFFF  00000004 00000007"  // NULL, 7
        let result = try parse([Self.header + first, second, Self.trailer], fields: 2)
        #expect(result.rows == [Self.bytes(first), Self.bytes(second)])
        #expect(result.isComplete)
    }

    @Test func `the header may come alone, with an extension, and rows may share a message`() throws {
        let row = "0001 00000001 61"
        #expect(try parse([Self.header, row, row + row, Self.trailer], fields: 1).rows.count == 3)
        let extended = Self.signature + " 0000FFFF 00000002 AABB"
        #expect(try parse([extended + row + Self.trailer], fields: 1).rows.count == 1)
    }

    @Test func `rows without fields count`() throws {
        #expect(try parse([Self.header + "0000", "0000", Self.trailer], fields: 0).rows == [[0, 0], [0, 0]])
    }

    @Test func `a stream that stops early is not complete`() throws {
        #expect(try !parse([Self.header + "0001 00000001 61"], fields: 1).isComplete)
        #expect(try !parse([Self.header], fields: 1).isComplete)
    }

    static let malformed: [(String, Malformed)] = [
        ("51 47 43 4F 50 59 0A FF 0D 0A 00 00000000 00000000", Malformed.signature),
        // Line ends that were translated on the way, which the signature is there to show.
        ("50 47 43 4F 50 59 0D 0A FF 0D 0A 00 00000000 00000000", .signature),
        (signature + "00010000 00000000", .flags), (signature + "00000000 00000001", .truncated),
        (signature + "00000000 FFFFFFFF", .truncated), (signature, .truncated),
        (header + "0002 00000000 00000000", .fieldCount(2)), (header + "FFFE", .fieldCount(-2)),
        (header + "00", .truncated), (header + "0001 0000", .truncated), (header + "0001 00000002 61", .truncated),
        (header + "0001 7FFFFFFF 61", .truncated), (header + "0001 FFFFFFFE", .fieldLength),
        (header + "0001 80000000", .fieldLength), (header + "FFFF FFFF", .afterTrailer),
        (header + "FFFF 0001 00000000", .afterTrailer),
    ]

    @Test(arguments: malformed)
    func `what PostgreSQL would not send is an error`(_ hex: String, _ expected: Malformed) {
        #expect(throws: expected) { try parse([hex], fields: 1) }
    }

    @Test func `with any byte wrong, nothing outside the message is read`() {
        let good = Self.bytes(
            Self.header + "0002 00000003 616263 FFFFFFFF" + "0002 00000000 00000001 62" + Self.trailer)
        for position in good.indices {
            for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
                var bytes = good
                bytes[position] = value
                for length in [position + 1, bytes.count] {
                    var parser = BinaryCopyParser(fieldCount: 2)
                    let part = Array(bytes[..<length])
                    try? parser.parse(part.span.bytes) { row in
                        #expect(row.byteCount <= part.count)
                    }
                }
            }
        }
    }
}
