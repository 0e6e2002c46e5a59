import Postgres
import RigSupport
import Testing

@testable import Ferry

/// Over a connection that breaks again and again, work that progresses each time is finished: only tries without progress count.
@Suite struct RetryProgressTests {
    private static let retry = RetryPolicy(
        attempts: 2, firstDelay: .milliseconds(1), longestDelay: .milliseconds(5))
    private static let setup = "CREATE TABLE items (id int PRIMARY KEY, t text, embedding vector(2))"
    /// 3,000 rows of a kilobyte, 20 pages for every 140 of them.
    private static let rows = """
        ALTER TABLE items ALTER t SET STORAGE PLAIN;
        INSERT INTO items SELECT i, repeat(md5(i::text), 32), ARRAY[i, i] FROM generate_series(1, 3000) AS i;
        """

    /// An engine whose source and target are behind proxies.
    private func engine(_ databases: RigDatabases, source: Proxy, target: Proxy) throws -> Engine {
        var engine = try databases.engine(streams: 1, retry: Self.retry)
        var parameters = try ConnectionParameters(parsing: databases.source.uri)
        parameters["port"] = "\(source.port)"
        engine.source = Endpoint(.source, parameters, interrupt: engine.workers.interrupt)
        parameters = try ConnectionParameters(parsing: databases.target.uri)
        parameters["port"] = "\(target.port)"
        engine.target = Endpoint(.target, parameters, interrupt: engine.workers.interrupt)
        return engine
    }

    private func proxy(_ database: RigDatabase, _ fault: Proxy.Fault) throws -> Proxy {
        let port = try #require(try ConnectionParameters(parsing: database.uri)["port"].flatMap { Int($0) })
        return try Proxy(to: [port]) { _ in fault }
    }

    @Test func `reading back continues for as long as each connection brings a piece`() async throws {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            try databases.target.run(Self.rows)
            let source = try proxy(databases.source, .none)
            // A piece is some 150 kB.
            let target = try proxy(databases.target, .cut(.toClient, after: 400_000))
            defer {
                source.close()
                target.close()
            }
            let engine = try engine(databases, source: source, target: target)
            let tasks = (0..<20).map { number in
                var query = RowQuery(
                    relation: QualifiedName(schema: "public", name: "items"), columns: ["id", "t", "embedding"],
                    format: .binary)
                query.pages = PageRange(start: number * 22, end: number == 19 ? nil : number * 22 + 22)
                // As large as pieces that are asked for one by one.
                return RangeRead(table: 0, query: query, bytes: SmallPieces.mostBytes)
            }
            var workers = engine.workers
            workers.streams = 1
            let reader = RangeReader(workers: workers) { () throws(FerryError) in try engine.target.connect() }
            let outcome = try reader.run(tasks)
            #expect(outcome.digests[0]?.rows == 3000)
            #expect(target.strikes > 3)
        }
    }

    @Test func `a comparison continues for as long as each connection brings a piece`() async throws {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            // Pieces of 10 MB are asked for one by one.
            try databases.both(
                """
                ALTER TABLE items ALTER t SET STORAGE PLAIN;
                INSERT INTO items SELECT i, repeat(md5(i::text), 64), ARRAY[i, i] FROM generate_series(1, 18000) AS i
                """)
            let source = try proxy(databases.source, .cut(.toClient, after: 16 << 20))
            let target = try proxy(databases.target, .none)
            defer {
                source.close()
                target.close()
            }
            var request = VerifyRequest()
            request.chunkBytes = 10 << 20
            let report = try await engine(databases, source: source, target: target).verify(request)
            #expect(report.outcome == .same)
            #expect(source.strikes > 1)
        }
    }
}
