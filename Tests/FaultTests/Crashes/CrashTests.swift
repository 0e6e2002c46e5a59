import Foundation
import Postgres
import RigSupport
import Testing

@testable import Ferry

extension Faults {
    /// Tests that need a rig of their own, one after the other: a server that is down for a moment must find its port free.
    @Suite(.serialized, .ownServers) enum OnOwnServers {}
}

extension Faults.OnOwnServers {
    /// Servers that crash, hang, or have no room left.
    @Suite struct CrashTests {
        enum Crash: String, CaseIterable, CustomTestStringConvertible {
            case targetInTheCopy, sourceInTheCopy, targetInAnIndexBuild
            var testDescription: String { rawValue }
        }

        @Test(arguments: Crash.allCases)
        func `a server that crashes and comes back loses nothing`(crash: Crash) async throws {
            try await OwnServers.withDatabases { own, databases in
                if crash == .targetInAnIndexBuild {
                    try databases.target.run(
                        "CREATE INDEX slow ON items USING hnsw (embedding vector_l2_ops) WITH (m = 32, ef_construction = 300)"
                    )
                }
                let source = try Proxy(to: [try databases.source.port]) { _ in .throttle(bytesPerSecond: 1_500_000) }
                defer { source.close() }
                let told = Told()
                let engine = try databases.hastyEngine(
                    source: try databases.source.uri(port: source.port), attempts: 60, told: told)
                let crasher = Meanwhile { _ in
                    try told.wait {
                        switch $0 {
                        case .chunkDone: crash != .targetInAnIndexBuild
                        case .began(.index): crash == .targetInAnIndexBuild
                        default: false
                        }
                    }
                    try own.rig(
                        "restart", crash == .sourceInTheCopy ? "source" : "target", "--immediate", "--down-seconds", "1"
                    )
                }
                let report = try await engine.copy(inSmallChunks)
                try await crasher.value
                #expect(report.outcome == .proven, "\(report)")
                #expect(!told.retries.isEmpty)
                let sides = try databases.sides()
                #expect((sides.source == sides.target) as Bool)
                try databases.expectWhole()
            }
        }

        /// Chunks commit without waiting for the disk. The target writes its log late here, so that a crash undoes all that was
        /// not flushed.
        @Test func `a settled table survives a crash of the target`() async throws {
            try await OwnServers.withDatabases(rows: 300) { own, databases in
                let delay = "ALTER SYSTEM SET wal_writer_delay TO '10s'"
                for statement in [delay, "SELECT pg_reload_conf()"] { try databases.target.run(statement) }
                let only = ["--table", "items"]
                let died = try databases.startCopy(only, environment: ["VECFERRY_FAIL_POINT": "after-copy"])
                #expect(died.ended().status == 137)
                try own.rig("restart", "target", "--immediate")
                let chunks = try databases.target.run(
                    "SELECT count(*) > 0, count(*) = count(finished_at) FROM vecferry.chunk")
                #expect(chunks == [["t", "t"]])
                #expect(try databases.target.value("SELECT count(*) FROM items") == "300")
                let resumed = try databases.startCopy(only).ended()
                #expect(resumed.status == 0, "\(resumed.said)")
            }
        }

        @Test func `a target whose processes stand still is noticed, and the copy ends in bounded time`() async throws {
            try await OwnServers.withDatabases { own, databases in
                let source = try Proxy(to: [try databases.source.port]) { _ in .throttle(bytesPerSecond: 320_000) }
                defer { source.close() }
                let told = Told()
                let engine = try databases.hastyEngine(
                    source: try databases.source.uri(port: source.port),
                    target: databases.target.uri + "?connect_timeout=2", stallLimit: .seconds(2), attempts: 2,
                    told: told)
                let pids = Meanwhile { _ in
                    try told.wait { if case .chunkDone = $0 { true } else { false } }
                    let backends = try databases.target.run(
                        "SELECT pid FROM pg_stat_activity WHERE application_name ~ '^vecferry( |$)'")
                    let file = try String(
                        contentsOf: own.data("target").appending(path: "postmaster.pid"), encoding: .utf8)
                    let pids =
                        [Int32(file.prefix { $0.isNumber }) ?? 0] + backends.compactMap { $0[0].flatMap { Int32($0) } }
                    for pid in pids where pid > 1 { kill(pid, SIGSTOP) }
                    Figures.count(.servers)
                    return pids
                }
                let start = ContinuousClock.now
                let failure = await #expect(throws: FerryError.self) { try await engine.copy(inSmallChunks) }
                let seconds = (ContinuousClock.now - start) / .seconds(1)
                for pid in try await pids.value where pid > 1 { kill(pid, SIGCONT) }
                #expect(seconds < 40)
                #expect(failure?.side == .target, "\(String(describing: failure))")
                let report = try await databases.hastyEngine(attempts: 30, told: Told()).copy(inSmallChunks)
                #expect(report.outcome == .proven)
                try databases.expectWhole()
            }
        }

        /// The highest transaction id alone does not tell of this one: a later one has ended before the job begins. On a server
        /// where nobody else uses up ids.
        @Test func `a transaction that was under way when the job began is seen to end`() async throws {
            try await OwnServers.withDatabases { _, databases in
                let writer = try databases.source.connect()
                try writer.execute("BEGIN; UPDATE items SET source = 'late' WHERE id < lpad('9', 26, '0')")
                try databases.source.run("SELECT txid_current()")
                let died = try databases.startCopy(
                    ["--jobs", "1"], environment: ["VECFERRY_FAIL_POINT": "after-chunk-commit:2"])
                #expect(died.ended().status == 137)
                try writer.execute("COMMIT")
                let resumed = try databases.startCopy(["--jobs", "1"]).ended()
                #expect(resumed.status == 4, "\(resumed.said)")
                #expect(resumed.said.contains("public.items"))
            }
        }

        /// Where the source was written to, by anybody who uses its server, everything is compared with the source instead.
        @Test func `other sums in the ledger than those of the rows are no proof`() async throws {
            try await OwnServers.withDatabases(rows: 300) { _, databases in
                let died = try databases.startCopy(environment: ["VECFERRY_FAIL_POINT": "after-copy"])
                #expect(died.ended().status == 137)
                try databases.target.run("UPDATE vecferry.chunk SET sum = md5(sum)")
                let resumed = try databases.startCopy().ended()
                #expect(resumed.status == 4, "\(resumed.said)")
                #expect(resumed.said.contains("public.items"), "\(resumed.said)")
            }
        }

        /// A write to `/dev/full` fails as on a full disk.
        @Test func `a full disk stops the copy at once with a hint, and the job resumes when there is room`()
            async throws
        {
            try await OwnServers.withDatabases(rows: 300) { own, databases in
                let path = try #require(try databases.target.value("SELECT pg_relation_filepath('bot_document_chunk')"))
                try databases.target.run("CHECKPOINT")
                let file = own.data("target").appending(path: path)
                try FileManager.default.removeItem(at: file)
                try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: "/dev/full")
                Figures.count(.servers)
                let full = try databases.startCopy().ended()
                try FileManager.default.removeItem(at: file)
                try Data().write(to: file)
                #expect(full.status == 1, "\(full.said)")
                BadInputTests.expectNoSecret(in: full.said)
                BadInputTests.expectNoSecret(in: databases.ledger())
                #expect(
                    full.errors.contains("SQLSTATE 53100") && full.errors.contains("disk space on the target"),
                    "\(full.said)")
                #expect(!full.errors.lowercased().contains("try"), "\(full.said)")
                let resumed = try databases.startCopy().ended()
                #expect(resumed.status == 0, "\(resumed.said)")
                try databases.expectWhole()
            }
        }
    }
}
