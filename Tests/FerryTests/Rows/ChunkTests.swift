import Testing

@testable import Ferry

@Suite struct ChunkTests {
    private func part(pages: Int, bytes: Int, chunkBytes: Int, version: Int = 150_000) -> SourcePart {
        var relation = Fixture.table(rows: 0)
        relation.pages = pages
        relation.bytes = bytes
        var server = Fixture.server()
        server.versionNumber = version
        return SourcePart(relation, chunkBytes: chunkBytes, server: server)
    }

    @Test func `the chunks of a table tile its pages exactly, and the last has no end`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let pages = Int.random(in: 0...3_000, using: &random)
            let bytes = pages * Int.random(in: 0...200_000, using: &random)
            let part = part(pages: pages, bytes: bytes, chunkBytes: Int.random(in: 1...1 << 26, using: &random))
            let ranges = part.ranges
            #expect(ranges.count == part.chunkCount)
            #expect(ranges.first?.start == 0)
            #expect(ranges.last?.end == nil)
            for (range, next) in zip(ranges, ranges.dropFirst()) {
                #expect(range.end == next.start)
                #expect(range.start < next.start)
            }
            #expect(ranges.dropLast().allSatisfy { $0.end != nil })
            // No range begins beyond what is there.
            #expect(ranges.last.map { $0.start < max(1, pages) } == true)
        }
    }

    @Test func `chunks are sized by heap and TOAST`() {
        // A tenth of the data is heap, as with vector(1024).
        let toasted = part(pages: 1_000, bytes: 80 << 20, chunkBytes: 8 << 20)
        #expect(toasted.chunkCount == 10)
        #expect(part(pages: 1_000, bytes: 8 << 20, chunkBytes: 8 << 20).chunkCount == 1)
    }

    @Test func `a server without TID range scans has one chunk a table`() {
        let old = part(pages: 1_000, bytes: 1 << 30, chunkBytes: 1, version: 130_000)
        #expect(old.ranges == [PageRange(start: 0, end: nil)])
    }
}
