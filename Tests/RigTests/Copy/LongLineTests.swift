import Postgres
import RigSupport
import Testing

@testable import Ferry

/// Over a connection with a long round trip, more chunks are under way at a time.
@Suite struct LongLineTests {
    /// How many sessions a copy of eight chunks opens on a target that takes 50 ms and more to answer.
    private func sessions(_ prepare: (inout Engine) -> Void) async throws -> Int {
        let setup = "CREATE TABLE items (id int PRIMARY KEY, embedding vector(2))"
        return try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run("INSERT INTO items SELECT i, ARRAY[i, i] FROM generate_series(1, 2000) AS i")
            var parameters = try ConnectionParameters(parsing: databases.target.uri)
            let port = try #require(parameters["port"].flatMap { Int($0) })
            // It holds each piece back before it passes it on.
            let proxy = try Proxy(to: [port]) { _ in .throttle(bytesPerSecond: 320_000) }
            defer { proxy.close() }
            parameters["port"] = "\(proxy.port)"
            var engine = try databases.engine(streams: 1)
            engine.target = Endpoint(.target, parameters, interrupt: engine.workers.interrupt)
            prepare(&engine)
            var request = CopyRequest()
            // A page.
            request.chunkBytes = 8192
            let report = try await engine.copy(request)
            #expect(report.outcome == .proven)
            #expect(try databases.sameTable("items") == 2000)
            return proxy.connections
        }
    }

    @Test func `a target that is far away gets the number of streams meant for a long line`() async throws {
        let few = try await sessions { _ in }
        let many = try await sessions { $0.streamsOverLongLine = 4 }
        #expect(many == few + 3)
    }
}
