import Testing

@testable import Ferry

/// The pure parts of finding rows that differ.
@Suite struct LocateTests {
    private func key(_ high: UInt64) -> UInt128 { UInt128(high) << 64 | 7 }

    @Test func `slots are the leading bits of a key`() {
        let space = KeySpace(slotBits: 4)
        #expect(space.slotCount == 16)
        #expect(space.slot(of: key(0)) == 0)
        #expect(space.slot(of: key(0xF000_0000_0000_0000)) == 15)
        #expect(space.slot(of: key(0x3FFF_FFFF_FFFF_FFFF)) == 3)
        #expect(KeySpace(slotBits: 0).slot(of: key(.max)) == 0)
    }

    @Test func `a part holds its own keys alone, cut finer`() {
        let part = KeySpace(slotBits: 4).part([3, 10], slotBits: 8)
        #expect(part.slotCount == 512)
        #expect(part.slot(of: key(0x3000_0000_0000_0000)) == 0)
        #expect(part.slot(of: key(0x3FF0_0000_0000_0000)) == 255)
        #expect(part.slot(of: key(0xA010_0000_0000_0000)) == 257)
        #expect(part.slot(of: key(0x4000_0000_0000_0000)) == nil)
        let finer = part.part([257], slotBits: 0)
        #expect(finer.slot(of: key(0xA01F_FFFF_0000_0000)) == 0)
        #expect(finer.slot(of: key(0xA020_0000_0000_0000)) == nil)
    }

    /// Every key is in exactly one of the parts that a space is cut into.
    @Test func `parts neither overlap nor leave anything out`() {
        var generator = SystemRandomNumberGenerator()
        let space = KeySpace(slotBits: 6)
        let groups = [Array(0..<10), Array(10..<11), Array(11..<64)]
        for _ in 0..<1000 {
            let key = UInt128.random(in: 0...UInt128.max, using: &generator)
            let holders = groups.map { space.part($0, slotBits: 3) }.filter { $0.slot(of: key) != nil }
            #expect(holders.count == 1)
        }
    }

    private func entry(_ key: UInt128, _ row: UInt128, _ page: UInt32 = 0) -> RowEntry {
        RowEntry(key: key, row: row, place: RowPlace(leaf: 0, place: RowQuery.Place(page: page, item: 1)))
    }

    private func differences(_ source: [RowEntry], _ target: [RowEntry]) throws -> [Difference] {
        var (source, target) = (source, target)
        var found: [Difference] = []
        try EntryDiff.run(&source, &target) { found.append($0) }
        return found
    }

    @Test func `rows are paired by key`() throws {
        let found = try differences(
            [entry(1, 10), entry(2, 20), entry(4, 40)], [entry(4, 40), entry(3, 30), entry(2, 21)])
        #expect(found.map(\.kind) == [.missing, .differs, .extra])
        #expect(found[1].source?.row == 20 && found[1].target?.row == 21)
        #expect(found[2].source == nil && found[2].target?.key == 3)
    }

    @Test func `copies of a row cancel one by one`() throws {
        let source = [entry(5, 5, 1), entry(5, 5, 2), entry(6, 6)]
        let target = [entry(5, 5, 9), entry(6, 6), entry(6, 6, 1), entry(6, 6, 2)]
        let found = try differences(source, target)
        #expect(found.map(\.kind) == [.missing, .extra, .extra])
        #expect(found.map(\.sourceCopies) == [2, 1, 1])
        #expect(found.map(\.targetCopies) == [1, 3, 3])
    }

    @Test func `rows of a key that is not unique are paired as far as they go`() throws {
        let found = try differences(
            [entry(1, 10), entry(1, 11), entry(1, 12)], [entry(1, 11), entry(1, 13)])
        #expect(found.map(\.kind) == [.differs, .missing])
        #expect(found.compactMap(\.source?.row) == [10, 12])
    }

    private func row(_ fields: [[UInt8]?]) -> [UInt8] {
        var bytes: [UInt8] = [0, UInt8(fields.count)]
        for field in fields {
            guard let field else {
                bytes += [255, 255, 255, 255]
                continue
            }
            bytes += [0, 0, 0, UInt8(field.count)] + field
        }
        return bytes
    }

    private func hashes(_ fields: RowFields, _ row: [UInt8]) -> (key: UInt128, row: UInt128) {
        var fields = fields
        return row.withUnsafeBytes { fields.hashes(of: $0) }
    }

    @Test func `what is read along does not change a row's hash`() {
        let columns: [[UInt8]?] = [[1, 2], nil, [], [9]]
        let plain = hashes(RowFields(leading: 0, columns: 4, key: [0]), row(columns))
        let led = hashes(RowFields(leading: 2, columns: 4, key: [0]), row([[7], nil] + columns))
        #expect(plain == led)
        var digest = Digest.zero
        digest.add(row: row(columns).span.bytes)
        #expect(digest.sum == plain.row)
    }

    @Test func `NULL, empty and shifted fields have different hashes`() {
        let fields = RowFields(leading: 0, columns: 2, key: [0, 1])
        let rows: [[[UInt8]?]] = [
            [nil, []], [[], nil], [[], []], [nil, nil], [[1], []], [[], [1]], [[1, 2], [3]], [[1], [2, 3]],
        ]
        #expect(Set(rows.map { hashes(fields, row($0)).row }).count == rows.count)
        #expect(Set(rows.map { hashes(fields, row($0)).key }).count == rows.count)
    }

    @Test func `a ctid is read from its binary form and from its text`() {
        let bytes: [UInt8] = [0, 1, 0, 2, 0, 3]
        let place = bytes.withUnsafeBytes { RowFields.place($0) }
        #expect(place == RowQuery.Place(page: 65538, item: 3))
        #expect(RowQuery.Place("(65538,3)") == place)
        #expect(RowQuery.Place("(65538)") == nil && RowQuery.Place(nil) == nil)
    }
}
