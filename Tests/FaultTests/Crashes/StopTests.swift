import Foundation
import RigSupport
import Testing

extension Faults.OnRig.Ends {
    /// Ctrl-C, SIGTERM and SIGHUP, and two copies at once.
    @Suite struct StopTests {
        enum Moment: String, CaseIterable, CustomTestStringConvertible {
            case copying, buildingAnIndex, stalled
            /// The target takes no other connection either, so that nothing can be cancelled.
            case unreachable
            var testDescription: String { rawValue }
        }

        @Test(
            arguments: zip(
                Moment.allCases + Moment.allCases.prefix(Rig.isSoak ? 4 : 1),
                [SIGINT, SIGINT, SIGTERM, SIGINT, SIGHUP, SIGTERM, SIGHUP, SIGTERM]))
        func `a signal stops the copy within 5 seconds, leaves no backend, and the job can be resumed`(
            moment: Moment, signal: Int32
        ) async throws {
            try await Cargo.withDatabases(rows: moment == .buildingAnIndex ? 5000 : 1500) { databases in
                if moment == .buildingAnIndex {
                    try databases.target.run(
                        "CREATE INDEX slow ON items USING hnsw (embedding vector_l2_ops) WITH (m = 64, ef_construction = 1000)"
                    )
                }
                let proxy = try Proxy(to: [try databases.target.port]) { _ in
                    switch moment {
                    case .copying, .unreachable: .throttle(bytesPerSecond: 200_000)
                    case .buildingAnIndex: .none
                    case .stalled: .stall(.toServer, after: 300_000)
                    }
                }
                let copy = try databases.startCopy(
                    environment: ["VECFERRY_TARGET": try databases.target.uri(port: proxy.port)])
                let target = try databases.target.connect()
                let condition =
                    switch moment {
                    case .copying, .stalled, .unreachable: "query LIKE 'BEGIN%vecferry.chunk%'"
                    case .buildingAnIndex: "query LIKE '%CREATE INDEX%hnsw%m=%64%'"
                    }
                let backends =
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name ~ '^vecferry( |$)'"
                let isThere = try eventually {
                    try target.execute("\(backends) AND \(condition)")[0][0].int("count") > 0
                }
                #expect(isThere, "\(copy.errorsSoFar)")
                if moment == .stalled { #expect(eventually { proxy.strikes > 0 }) }
                if moment == .unreachable { proxy.freeze() }
                pause(seconds: 0.3)

                let start = ContinuousClock.now
                copy.signal(signal)
                let ended = copy.ended(within: 20)
                let seconds = (ContinuousClock.now - start) / .seconds(1)
                #expect(seconds < 5, "it took \(seconds) seconds")
                #expect(ended.status == 128 + signal, "\(ended.said)")
                #expect(ended.errors.contains("run the same command again"), "\(ended.said)")
                // A stalled proxy keeps its end open; the server sees ours when it goes.
                if moment == .stalled || moment == .unreachable { proxy.close() }
                let isQuiet = try eventually(within: 5) { try target.execute(backends)[0][0].int("count") == 0 }
                #expect(isQuiet)
                proxy.close()
                let resumed = try databases.startCopy().ended()
                #expect(resumed.status == 0, "\(resumed.said)")
                try databases.expectWhole()
            }
        }

        @Test func `a signal while pg_dump waits ends it too, within 5 seconds, and leaves no backend`() async throws {
            try await Rig.withDatabases { databases in
                try databases.source.run(
                    "CREATE TABLE items (id int, embedding vector(2)); INSERT INTO items VALUES (1, '[1,2]')")
                // pg_dump reads this catalog, and vecferry does not. Nor does a session as it begins, as it may all that have a cache
                // (syscache.c): the lock would keep every session out.
                let holder = try databases.source.connect()
                try holder.execute("BEGIN; LOCK TABLE pg_catalog.pg_init_privs IN ACCESS EXCLUSIVE MODE")
                let copy = try databases.startCopy(["--create"])
                let dumps = """
                    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pg_dump'
                    """
                let isWaiting = try eventually {
                    try databases.source.value("\(dumps) AND wait_event_type = 'Lock'") == "1"
                }
                #expect(isWaiting, "\(copy.errorsSoFar)")
                let start = ContinuousClock.now
                copy.interrupt()
                let ended = copy.ended(within: 20)
                #expect((ContinuousClock.now - start) / .seconds(1) < 5)
                #expect(ended.status == 130, "\(ended.said)")
                #expect(ended.errors.contains("run the same command again"), "\(ended.said)")
                let isGone = try eventually(within: 2) { try databases.source.value(dumps) == "0" }
                #expect(isGone)
                try holder.execute("COMMIT")
                let resumed = try databases.startCopy(["--create"]).ended()
                #expect(resumed.status == 0, "\(resumed.said)")
                #expect(try databases.sameRows("SELECT * FROM items") == 1)
            }
        }

        @Test func `a second copy is refused, and names the session of the first`() async throws {
            try await Cargo.withDatabases(rows: 1500) { databases in
                let proxy = try Proxy(to: [try databases.source.port]) { _ in .throttle(bytesPerSecond: 100_000) }
                let first = try databases.startCopy(
                    environment: ["VECFERRY_SOURCE": try databases.source.uri(port: proxy.port)])
                let holder =
                    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                try eventually { try databases.target.value(holder) != nil }
                let pid = try #require(try databases.target.value(holder))
                let second = try databases.startCopy().ended()
                #expect(second.status == 6, "\(second.said)")
                #expect(second.errors.contains("process \(pid) of postgres from 127.0.0.1"), "\(second.said)")
                let third = try databases.startCopy(["--restart"]).ended()
                #expect(third.status == 6, "\(third.said)")
                first.interrupt()
                #expect(first.ended().status == 130)
                proxy.close()
                #expect(try databases.startCopy().ended().status == 0)
                try databases.expectWhole()
            }
        }
    }
}
