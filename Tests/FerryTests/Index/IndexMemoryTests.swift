import Testing

@testable import Ferry

/// The models against numbers that real servers gave, on 2026-11-22: PostgreSQL 15.5 with pgvector 0.5.1, and 16.14 with
/// 0.8.5. `RigTests` build indexes of their own.
@Suite struct IndexMemoryTests {
    enum Server {
        case old, new

        var pgvector: PgvectorVersion { self == .old ? PgvectorVersion(0, 5, 1) : PgvectorVersion(0, 8, 5) }
        var version: Int { self == .old ? 150_005 : 160_014 }

        func bytes(for shape: VectorIndexShape, rows: Int, pages: Int? = nil, workers: Int = 0) -> Int {
            IndexMemory.bytes(
                for: shape, rows: rows, pages: pages, pgvector: pgvector, server: version, workers: workers)
        }
    }

    /// The NOTICE's "after N tuples".
    @Test(
        "hnsw's graph ends where it was seen to end",
        arguments: [
            (server: Server.new, dimensions: 16, m: 16, megabytes: 8, tuples: 10_778),
            (server: Server.new, dimensions: 16, m: 4, megabytes: 4, tuples: 10_347),
            (server: Server.new, dimensions: 16, m: 48, megabytes: 16, tuples: 9_310),
            (server: Server.new, dimensions: 384, m: 16, megabytes: 8, tuples: 3_724),
            (server: Server.new, dimensions: 1_024, m: 16, megabytes: 16, tuples: 3_481),
            (server: Server.old, dimensions: 16, m: 16, megabytes: 8, tuples: 11_618),
            (server: Server.old, dimensions: 16, m: 4, megabytes: 4, tuples: 13_530),
            (server: Server.old, dimensions: 384, m: 64, megabytes: 8, tuples: 2_187),
            (server: Server.old, dimensions: 1_024, m: 16, megabytes: 16, tuples: 3_529),
        ])
    func graph(server: Server, dimensions: Int, m: Int, megabytes: Int, tuples: Int) {
        let shape = VectorIndexShape(method: .hnsw(m: m), element: .vector, dimensions: dimensions)
        let fit = IndexMemory.rowsThatFit(
            megabytes << 20, shape, pgvector: server.pgvector, server: server.version, workers: 0)
        #expect(abs(fit - tuples) * 200 <= tuples, "\(fit) against \(tuples)")
    }

    /// "memory required is N MB", which rounds up.
    @Test(
        "k-means needs what it was seen to ask for",
        arguments: [
            (server: Server.new, dimensions: 384, rows: 20_000, lists: 10, megabytes: 16),
            (server: Server.new, dimensions: 384, rows: 20_000, lists: 1_000, megabytes: 159),
            (server: Server.new, dimensions: 1_024, rows: 12_000, lists: 100, megabytes: 45),
            (server: Server.old, dimensions: 16, rows: 60_000, lists: 1_000, megabytes: 199),
            (server: Server.old, dimensions: 384, rows: 20_000, lists: 100, megabytes: 19),
            (server: Server.old, dimensions: 1_024, rows: 12_000, lists: 1_000, megabytes: 254),
        ])
    func kmeans(server: Server, dimensions: Int, rows: Int, lists: Int, megabytes: Int) {
        let shape = VectorIndexShape(method: .ivfflat(lists: lists), element: .vector, dimensions: dimensions)
        // 77 heap pages held the 12,000 rows of 1,024 dimensions, all of whose vectors were in TOAST.
        let bytes = server.bytes(for: shape, rows: rows, pages: dimensions == 1_024 ? 77 : nil)
        #expect(bytes >> 20 + 1 == megabytes, "\(bytes) bytes")
    }

    @Test func `a build with workers keeps 4 MB for other things, and there are none below 64 MB`() {
        let shape = VectorIndexShape(method: .hnsw(m: 16), element: .vector, dimensions: 1_024)
        func need(_ rows: Int, _ workers: Int) -> Int { Server.new.bytes(for: shape, rows: rows, workers: workers) }
        #expect(need(5_000, 2) == need(5_000, 0))
        #expect(need(30_000, 2) > need(30_000, 0))
    }
}
