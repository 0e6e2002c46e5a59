import RigSupport
import Synchronization
import Testing

@testable import Ferry

/// Sessions break while rows are compared: nothing is counted twice, and nothing is left out.
@Suite struct VerifyFaultTests {
    /// Ends vecferry's sessions once, a few ranges after `stage` began.
    private final class Killer: Sendable {
        private let state = Mutex((isArmed: false, ranges: 0, hasKilled: false))
        let stage: Stage
        let database: RigDatabase
        /// Which sessions, as SQL over `pg_stat_activity`.
        let victims: String

        init(_ stage: Stage, _ database: RigDatabase, victims: String) {
            self.stage = stage
            self.database = database
            self.victims = victims
        }

        var hasKilled: Bool { state.withLock { $0.hasKilled } }

        func take(_ event: Event) {
            let kills = state.withLock { state in
                if case .began(let begun) = event, begun == stage { state.isArmed = true }
                guard state.isArmed, !state.hasKilled, case .compared = event else { return false }
                state.ranges += 1
                state.hasKilled = state.ranges == 5
                return state.hasKilled
            }
            guard kills else { return }
            _ = try? database.run(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name ~ '^vecferry( |$)' AND \(victims)
                """)
        }
    }

    @Test(arguments: [Stage.compare, .locate], [Side.source, .target])
    func `a session that breaks is replaced, and the result is the same`(_ stage: Stage, _ side: Side) async throws {
        try await Rig.withDatabases(setup: "CREATE TABLE t (id int PRIMARY KEY, name text, v vector(2))") { databases in
            try databases.both(
                "INSERT INTO t SELECT i, repeat('x', 500), ARRAY[i, 1]::vector FROM generate_series(1, 2000) AS i")
            try databases.target.run("UPDATE t SET name = 'y' WHERE id % 10 = 0; DELETE FROM t WHERE id % 100 = 1")
            let killer = Killer(
                stage, side == .source ? databases.source : databases.target, victims: "query LIKE 'COPY%'")
            let retry = RetryPolicy(attempts: 5, firstDelay: .milliseconds(20), longestDelay: .milliseconds(50))
            var request = VerifyRequest()
            request.chunkBytes = 64 << 10
            let report = try await databases.engine(retry: retry) { killer.take($0) }.verify(request)
            #expect(killer.hasKilled)
            let found = try report.table("t")
            #expect(found.source.rows == 2000 && found.target.rows == 1980)
            #expect(found.counts == FindingCounts(missing: 20, extra: 0, differing: 200))
            let clean = try await databases.verify().table("t")
            #expect(clean.source == found.source && clean.target == found.target)
        }
    }

    /// Rows of two snapshots are not added up: the result is that of one, or none.
    @Test func `a snapshot that is lost makes no wrong result`() async throws {
        try await Rig.withDatabases(setup: "CREATE TABLE t (id int PRIMARY KEY, name text, v vector(2))") { databases in
            // More than sockets hold, so that not all has been sent by the time that the sessions end.
            try databases.both(
                "INSERT INTO t SELECT i, repeat('x', 10000), ARRAY[i, 1]::vector FROM generate_series(1, 4000) AS i")
            let killer = Killer(.compare, databases.target, victims: "true")
            let target = databases.target
            let retry = RetryPolicy(attempts: 5, firstDelay: .milliseconds(20), longestDelay: .milliseconds(50))
            let engine = try databases.engine(retry: retry) { event in
                let hadKilled = killer.hasKilled
                killer.take(event)
                if killer.hasKilled, !hadKilled { _ = try? target.run("UPDATE t SET name = 'late'") }
            }
            var request = VerifyRequest()
            request.chunkBytes = 64 << 10
            #expect(try await engine.verifyError(request).code == .sourceChanged)
        }
    }

    /// Small ranges are asked for in one message, and what fails in it may be the next one.
    @Test func `a range that can't be read keeps no other from being read, and is not taken for it`() async throws {
        let setup = "CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2), (3)"
        try await Rig.withDatabases(setup: setup) { databases in
            let engine = try databases.engine(streams: 1)
            let reader = RangeReader(workers: engine.workers) { () throws(FerryError) in try engine.target.connect() }
            let tasks = ["t", "gone", "t"].enumerated().map { number, name in
                let query = RowQuery(
                    relation: QualifiedName(schema: "public", name: name), columns: ["id"], format: .binary)
                return RangeRead(table: PairNumber(number), query: query, bytes: 1)
            }
            let outcome = try reader.run(tasks)
            #expect(outcome.digests.mapValues(\.rows) == [0: 3, 2: 3])
            #expect(outcome.failures.keys.sorted() == [1])
            #expect(outcome.failures[1]?.cause?.sqlState == "42P01" && outcome.failures[1]?.table?.name == "gone")
        }
    }
}
