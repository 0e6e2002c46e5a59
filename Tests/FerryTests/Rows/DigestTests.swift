import Testing

@testable import Ferry

@Suite struct DigestTests {
    private func digest(_ rows: [[UInt8]]) -> Digest {
        var digest = Digest.zero
        for row in rows { digest.add(row: row.span.bytes) }
        return digest
    }

    private static let rows: [[UInt8]] = (0..<50).map { n in (0..<n).map { UInt8(($0 * 7 + n) % 256) } }

    @Test func `the order of rows does not matter, and digests of parts add up`() {
        let whole = digest(Self.rows)
        #expect(digest(Self.rows.reversed()) == whole)
        #expect(digest(Array(Self.rows[..<17])) + digest(Array(Self.rows[17...])) == whole)
        #expect(whole - digest(Array(Self.rows[17...])) == digest(Array(Self.rows[..<17])))
        #expect(whole + .zero == whole)
    }

    @Test func `one bit more or less is another digest`() {
        let whole = digest(Self.rows)
        for position in 1..<Self.rows.count {
            var rows = Self.rows
            rows[position][position / 2] ^= 1
            #expect(digest(rows) != whole)
        }
    }

    @Test func `the same change twice does not cancel`() {
        #expect(digest([[1], [1]]) != digest([[2], [2]]))
        #expect(digest([[1], [1]]).sum != digest([[1], [1], [1], [1]]).sum)
        #expect(digest([[1], [1]]).sum != Digest.zero.sum)
    }

    @Test func `NULL, the empty string and shifted fields differ`() {
        let null: [UInt8] = [0, 2, 255, 255, 255, 255, 0, 0, 0, 1, 97]
        let empty: [UInt8] = [0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 97]
        let shifted: [UInt8] = [0, 2, 0, 0, 0, 1, 97, 0, 0, 0, 0]
        #expect(Set([digest([null]), digest([empty]), digest([shifted])]).count == 3)
    }

    @Test func `a digest is XXH3-128, summed modulo 2 to the 128`() {
        // XXH3_128bits of no bytes (xxHash's specification, test vectors).
        #expect(digest([[]]).hex == "99aa06d3014798d86001c324468d497f")
        let most = Digest(rows: 1, sum: .max)
        #expect((most + Digest(rows: 1, sum: 2)).sum == 1)
        #expect((Digest(rows: 1, sum: 1) - most).sum == 2)
    }

    @Test(arguments: [UInt128(0), 1, .max, 1 << 127, 255])
    func `the text form is read back`(_ sum: UInt128) {
        let digest = Digest(rows: 3, sum: sum)
        #expect(digest.hex.utf8.count == 32)
        #expect(Digest(rows: 3, hex: digest.hex) == digest)
    }

    @Test(arguments: ["", "0", String(repeating: "g", count: 32), String(repeating: "0", count: 33)])
    func `what is no digest is not read`(_ text: String) { #expect(Digest(rows: 1, hex: text) == nil) }
}
