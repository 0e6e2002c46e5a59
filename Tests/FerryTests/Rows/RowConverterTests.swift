import Testing

@testable import Ferry

@Suite struct RowConverterTests {
    private static func query(_ columns: [String], converted: Set<String>, leading: [RowQuery.Leading] = []) -> RowQuery
    {
        RowQuery(
            relation: QualifiedName(schema: "public", name: "items"), columns: columns, format: .binary,
            conversions: Dictionary(uniqueKeysWithValues: converted.map { ($0, .halfvec) }), leading: leading)
    }

    private static func field(_ bytes: [UInt8]?) -> [UInt8] {
        guard let bytes else { return [0xFF, 0xFF, 0xFF, 0xFF] }
        return withUnsafeBytes(of: Int32(bytes.count).bigEndian) { Array($0) } + bytes
    }

    private static func row(_ fields: [UInt8]?...) -> [UInt8] {
        withUnsafeBytes(of: Int16(fields.count).bigEndian) { Array($0) } + fields.flatMap(field)
    }

    private static func vector(_ elements: Float...) -> [UInt8] {
        [0, UInt8(elements.count), 0, 0]
            + elements.flatMap { element in withUnsafeBytes(of: element.bitPattern.bigEndian) { Array($0) } }
    }

    private static func half(_ elements: Float16...) -> [UInt8] {
        [0, UInt8(elements.count), 0, 0]
            + elements.flatMap { element in withUnsafeBytes(of: element.bitPattern.bigEndian) { Array($0) } }
    }

    /// What comes out of a row, as the message has it and as it is lent; nil where it was not lent.
    private func converted(
        _ row: [UInt8], _ query: RowQuery
    ) throws -> (message: [UInt8], lent: [UInt8]?, RowConverter.Fault?) {
        let converter = try #require(RowConverter(query))
        converter.begin()
        var lent: [UInt8]?
        converter.append(row: row.span.bytes) { bytes in bytes.withUnsafeBytes { lent = Array($0) } }
        return (converter.message, lent, converter.fault)
    }

    @Test func `a query without conversions needs no converter`() {
        #expect(RowConverter(Self.query(["id", "embedding"], converted: [])) == nil)
    }

    @Test func `the fields of converted columns change, and no others`() throws {
        let query = Self.query(["a", "b", "c", "d"], converted: ["b", "d"], leading: [.bot])
        let row = Self.row([1], Self.vector(1, 2), Self.vector(1, -0.1), nil, Self.vector(3))
        let result = try converted(row, query)
        #expect(result.message == Self.row([1], Self.vector(1, 2), Self.half(1, -0.1), nil, Self.half(3)))
        #expect(result.lent == result.message && result.2 == nil)
    }

    @Test func `NULL stays NULL`() throws {
        let row = Self.row(nil, nil)
        #expect(try converted(row, Self.query(["a", "b"], converted: ["a", "b"])).lent == row)
    }

    @Test(arguments: [65_520, -65_520, 70_000, Float.infinity, Float.greatestFiniteMagnitude, Float.nan])
    func `a value out of range is a fault, and its row is not lent`(value: Float) throws {
        let result = try converted(Self.row([7], Self.vector(1, value)), Self.query(["a", "b"], converted: ["b"]))
        #expect(result.2 == .outOfRange(column: "b") && result.lent == nil)
        let inside = try converted(Self.row(Self.vector(Float(65_520).nextDown)), Self.query(["a"], converted: ["a"]))
        #expect(inside.lent == Self.row(Self.half(65_504)))
    }

    @Test(
        arguments: [[], [0, 1], [0, 1, 0, 0], [0, 2, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0], [0xFF, 0xFF, 0, 0]] as [[UInt8]])
    func `what is no vector is a fault, and its row is not lent`(field: [UInt8]) throws {
        let result = try converted(Self.row(field), Self.query(["a"], converted: ["a"]))
        #expect(result.2 == .malformed && result.lent == nil)
    }

    /// Swift rounds Float16 as IEEE 754 says: to the nearest, ties to even.
    @Test func `elements are rounded to the nearest value, ties to even`() {
        var random = SplitMix64(seed: 12)
        var checked = 0
        for _ in 0..<200_000 {
            // Exponents from the smallest to that of the limit, and often mantissas near the middle between two values.
            let exponent = UInt32(random.next() % (127 + 16)) << 23
            let near = UInt32(random.next() % 4) == 0 ? (UInt32(random.next() % 1024) << 13) | 0x1000 : nil
            let bits = exponent | (near ?? UInt32(random.next() % (1 << 23))) | UInt32(random.next() % 2) << 31
            let value = Float(bitPattern: bits)
            guard value.magnitude < HalfPrecision.limit else { continue }
            checked += 1
            if HalfPrecision.round(bits) != Float16(value).bitPattern { Issue.record("\(value)") }
        }
        #expect(checked > 190_000)
    }
}
