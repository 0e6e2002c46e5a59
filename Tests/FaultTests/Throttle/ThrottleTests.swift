import Foundation
import RigSupport
import Testing

extension Faults.OnOwnServers {
    /// Copies whose number of streams changes while they run. They look at all that a server does.
    @Suite struct ThrottleTests {
        /// Starts a copy whose rows come slowly, and runs `body` once its first chunk is on the target. The copy, or another that
        /// `body` returns, must end well.
        private func whileCopying(
            _ arguments: [String], prepare: (OwnServers, RigDatabases) throws -> Void = { _, _ in },
            _ body: (OwnServers, RigDatabases, Command) throws -> Command?
        ) async throws {
            try await OwnServers.withDatabases(rows: 4_500) { own, databases in
                try prepare(own, databases)
                let copy = try databases.startCopy(["--no-search-check", "--max-rate", "1"] + arguments)
                #expect(eventually { !copy.isRunning || Self.chunks(databases) > 0 })
                let last = try body(own, databases, copy) ?? copy
                let ended = last.ended()
                #expect(ended.status == 0 && ended.output.contains("Proven"), "\(ended.said)")
                let sides = try databases.sides()
                #expect((sides.source == sides.target) as Bool)
                try databases.expectWhole()
            }
        }

        /// The chunks that are committed.
        private static func chunks(_ databases: RigDatabases) -> Int {
            let sql = "SELECT count(*) FROM vecferry.chunk WHERE finished_at IS NOT NULL"
            return (try? databases.target.value(sql)).flatMap { Int($0) } ?? 0
        }

        /// The streams' sessions on the source, beside the one that holds the snapshot. One that rests has none.
        private func readers(_ databases: RigDatabases) throws -> Int {
            let sql = "SELECT count(*) - 1 FROM pg_stat_activity WHERE application_name = 'vecferry'"
            return Int(try databases.source.value(sql) ?? "") ?? 0
        }

        private func jobs(_ count: Int, _ databases: RigDatabases) throws -> Command.Ended {
            try Ferryman.run(["jobs", "\(count)"], environment: databases.environment)
        }

        /// A statement that runs on the target for a minute, unless it is interrupted.
        private func statement(_ databases: RigDatabases) throws -> Command {
            try Command(
                try Rig.variable("VECFERRY_RIG_BIN") + "/psql",
                ["--no-psqlrc", "--command=SELECT pg_sleep(60)", databases.target.uri])
        }

        @Test func `a running copy takes more streams and fewer, as vecferry jobs asks`() async throws {
            try await whileCopying(["--jobs", "1"]) { own, databases, copy in
                #expect(try jobs(0, databases).status == 64)
                let more = try jobs(4, databases)
                #expect(more.status == 0 && more.output.contains("for 4 streams; until now it has 1"), "\(more.said)")
                // The sessions of the plan may have yet to end.
                #expect(eventually { copy.errorsSoFar.contains("Working with 4 streams from now on") })
                #expect(eventually { (try? readers(databases)) == 4 })
                #expect(
                    eventually {
                        let status = try? Ferryman.run(["status"], environment: databases.environment)
                        return status?.output.contains("4 streams") == true
                    })
                #expect(try jobs(1, databases).output.contains("for 1 stream; until now it has 4"))
                // Those that are too many end their chunks first.
                #expect(eventually { (try? readers(databases)) == 1 })
                #expect(copy.isRunning)
                return nil
            }
        }

        @Test func `without a running copy, vecferry jobs asks nobody`() async throws {
            try await OwnServers.withDatabases(rows: 100) { own, databases in
                #expect(try jobs(2, databases).status == 8)
                let died = try databases.startCopy(environment: ["VECFERRY_FAIL_POINT": "after-chunk-commit"])
                #expect(died.ended().status == 137)
                let nobody = try jobs(2, databases)
                #expect(nobody.status == 8 && nobody.output.contains("no copy is running"), "\(nobody.said)")
                #expect(try databases.startCopy().ended().status == 0)
            }
        }

        @Test func `a copy rests while others run more statements than it may bear`() async throws {
            try await whileCopying(["--yield", "--yield-sessions", "0"]) { own, databases, copy in
                let other = try statement(databases)
                #expect(eventually { copy.errorsSoFar.contains("others run 1 statement") || !copy.isRunning })
                // Two streams, one, none; each ends its chunk.
                #expect(eventually(within: 30) { (try? readers(databases)) == 0 })
                let done = Self.chunks(databases)
                Thread.sleep(forTimeInterval: 2.5)
                #expect(Self.chunks(databases) == done && copy.isRunning)
                other.signal(SIGINT)
                _ = other.ended()
                #expect(eventually { copy.errorsSoFar.contains("The target has time again") || !copy.isRunning })
                #expect(eventually { Self.chunks(databases) > done })
                return nil
            }
        }

        @Test func `a copy that rests can be stopped, and resumes`() async throws {
            try await whileCopying(["--yield", "--yield-sessions", "0"]) { own, databases, copy in
                let other = try statement(databases)
                #expect(
                    eventually(within: 30) { copy.errorsSoFar.contains("Yielding") && (try? readers(databases)) == 0 })
                copy.signal(SIGTERM)
                let ended = copy.ended()
                #expect(ended.status == 143, "\(ended.said)")
                other.signal(SIGINT)
                _ = other.ended()
                return try databases.startCopy(["--no-search-check"])
            }
        }

        @Test func `a copy rests until a standby has caught up`() async throws {
            let prepare: (OwnServers, RigDatabases) throws -> Void = { own, _ in try own.rig("start", "standby") }
            try await whileCopying(["--yield", "--yield-lag", "1"], prepare: prepare) { own, databases, copy in
                let variable = "export VECFERRY_RIG_STANDBY="
                let line = try #require(
                    try own.rig("env").components(separatedBy: "\n").first { $0.hasPrefix(variable) })
                let standby = String(line.dropFirst(variable.count))
                try Psql.run(standby, "SELECT pg_wal_replay_pause()")
                #expect(
                    eventually(within: 30) {
                        copy.errorsSoFar.contains(#/standby standby is \d+ (ms|s) behind/#) || !copy.isRunning
                    })
                #expect(eventually(within: 30) { (try? readers(databases)) == 0 })
                #expect(copy.isRunning)
                try Psql.run(standby, "SELECT pg_wal_replay_resume()")
                #expect(
                    eventually(within: 30) {
                        copy.errorsSoFar.contains("The target has time again") || !copy.isRunning
                    })
                try own.rig("stop", "standby")
                return nil
            }
        }

        @Test func `a copy rests while commits are slow`() async throws {
            try await whileCopying(["--yield", "--yield-commit", "60"]) { own, databases, copy in
                // Each commit that waits for the disk waits so many microseconds first.
                for statement in [
                    "ALTER SYSTEM SET commit_delay TO 100000", "ALTER SYSTEM SET commit_siblings TO 0",
                    "SELECT pg_reload_conf()",
                ] { try databases.target.run(statement) }
                #expect(eventually { copy.errorsSoFar.contains(#/a commit takes \d{3} ms/#) || !copy.isRunning })
                for statement in ["ALTER SYSTEM RESET commit_delay", "SELECT pg_reload_conf()"] {
                    try databases.target.run(statement)
                }
                #expect(
                    eventually(within: 30) {
                        copy.errorsSoFar.contains("The target has time again") || !copy.isRunning
                    })
                return nil
            }
        }
    }
}
