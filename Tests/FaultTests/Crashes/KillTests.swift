import Foundation
import RigSupport
import Synchronization
import Testing

@testable import Ferry

/// All tests of faults, by `scripts/test` apart from all others: many measure time.
@Suite enum Faults {
    /// Those on the rig's servers, in four rows. A server can't drop a database while a COPY of another one stands still (it waits for
    /// every backend to take notice, ProcSignalBarrier), so databases are dropped in the end.
    @Suite(.droppingDatabasesInTheEnd) enum OnRig {
        /// Processes that end, and how much memory they take.
        @Suite(.serialized) enum Ends {}
        /// Lines that break, and rows and locks that others hold.
        @Suite(.serialized) enum Breaks {}
        /// Jobs that several processes share.
        @Suite(.serialized) enum Hosts {}
        /// Servers that stand still or refuse.
        @Suite(.serialized) enum Refusals {}
    }
}

extension Faults.OnRig.Ends {
    @Suite struct KillTests {
        private static let ofRestart: [FailPoint] = [
            .afterRestartAbandon, .afterRestartRows, .beforeRestartCommit, .afterRestartCommit,
        ]

        /// One job that dies at one point after the other, in the order in which a copy passes them; of those that it passes
        /// often, also a later time.
        @Test func `a copy killed at every named point in turn ends as one that was never stopped`() async throws {
            try await Cargo.withDatabases { databases in
                let undisturbed = try Self.undisturbed(databases)
                try databases.emptyTarget()
                for point in FailPoint.allCases where !Self.ofRestart.contains(point) {
                    try Self.die(at: point, databases)
                }
                try Self.expectResume(databases, undisturbed, "after all points")
            }
        }

        @Test(.enabled(if: Rig.isSoak)) func `a copy killed at any one point ends as one that was never stopped`()
            async throws
        {
            try await Cargo.withDatabases { databases in
                let undisturbed = try Self.undisturbed(databases)
                for point in FailPoint.allCases where !Self.ofRestart.contains(point) {
                    for count in Self.repeats(of: point) {
                        try databases.emptyTarget()
                        try Self.die(at: point, time: count, databases)
                        try Self.expectResume(databases, undisturbed, "\(point.rawValue):\(count)")
                    }
                }
            }
        }

        @Test func `a restart killed at every named point in turn can be run again`() async throws {
            try await Cargo.withDatabases { databases in
                let undisturbed = try Self.undisturbed(databases)
                try databases.emptyTarget()
                try Self.die(at: .afterChunkCommit, time: 3, databases)
                for point in Self.ofRestart { try Self.die(at: point, databases, ["--restart"]) }
                try Self.expectResume(databases, undisturbed, "after all points", ["--restart"])
            }
        }

        @Test func `a restart in mid-way takes back what the job brought and nothing else`() async throws {
            try await Cargo.withDatabases { databases in
                let first = try databases.startCopy(environment: ["VECFERRY_FAIL_POINT": "after-copy"])
                #expect(first.ended().status == 137)
                try databases.target.run(
                    "INSERT INTO items (id, botid) VALUES ('somebody else''s', 'other'); ANALYZE items")
                let before = try databases.target.fingerprint()
                let refused = try databases.startCopy(["--restart"]).ended()
                // The foreign row is what --existing asks about, and nothing goes before that is answered.
                #expect(refused.status == 3, "\(refused.said)")
                #expect(try databases.target.fingerprint() == before)
                let kept = try databases.startCopy(["--restart", "--existing", "keep"]).ended()
                #expect(kept.status == 0, "\(kept.said)")
                #expect(try databases.target.value("SELECT count(*) FROM items") == "2001")
            }
        }

        @Test func `a copy that converts, killed at every named point in turn, ends as one that was never stopped`()
            async throws
        {
            try await Cargo.withDatabases { databases in
                try databases.target.halveItems()
                for point in FailPoint.allCases where !Self.ofRestart.contains(point) {
                    try Self.die(at: point, databases, Cargo.converting)
                }
                let ended = try databases.startCopy(Cargo.converting).ended()
                #expect(ended.status == 0, "\(ended.said)")
                try databases.expectHalvedItems()
            }
        }

        @Test func `a copy that converts compares what it copied with a source that has changed since`() async throws {
            try await Cargo.withDatabases { databases in
                try databases.target.halveItems()
                // All rows are there: a row that moves to another chunk is not refused as one that is there already.
                try Self.die(at: .afterCopy, databases, Cargo.converting)
                // Nothing that rounding would hide or undo.
                try databases.source.run("INSERT INTO audit VALUES ('unrelated')")
                try Self.die(at: .afterCopy, databases, Cargo.converting)
                try databases.source.run(
                    "UPDATE items SET embedding = embedding + embedding WHERE id = (SELECT min(id) FROM items)")
                let ended = try databases.startCopy(Cargo.converting).ended()
                #expect(ended.status == 4 && ended.said.contains("public.items"), "\(ended.said)")
                let repaired = try Ferryman.run(
                    ["verify", "--repair", "--quiet"], environment: databases.environment)
                #expect(repaired.status == 0, "\(repaired.said)")
                try databases.expectHalvedItems()
            }
        }

        @Test func `random kills lose nothing and double nothing`() async throws {
            let rounds = Rig.isSoak ? 200 : 10
            try await Cargo.withDatabases { databases in
                let start = ContinuousClock.now
                let undisturbed = try Self.undisturbed(databases)
                let whole = (ContinuousClock.now - start) / .seconds(1)
                var (kills, jobs) = (0, 0)
                while kills < rounds {
                    try databases.emptyTarget()
                    jobs += 1
                    while kills < rounds {
                        let copy = try databases.startCopy(["--quiet"])
                        pause(seconds: .random(in: 0...whole * 1.1))
                        copy.kill()
                        let ended = copy.ended()
                        if ended.status == 0 { break }
                        #expect(ended.status == 137, "\(ended.said)")
                        kills += 1
                    }
                    try Self.expectResume(databases, undisturbed, "after \(kills) kills")
                }
                print("kill-and-resume: \(kills) kills in \(jobs) jobs, rows lost: 0")
            }
        }

        /// A backend that has outlived its vecferry, and commits while the next run is at the same chunk.
        @Test func `a chunk that another session is about to commit is waited for, and not copied again`()
            async throws
        {
            // Without a key, a second copy of the rows would go in.
            try await Rig.withDatabases(setup: "CREATE TABLE items (id int, embedding vector(2))") { databases in
                try databases.source.run("INSERT INTO items SELECT i, ARRAY[i, 1] FROM generate_series(1, 300) AS i")
                let died = try databases.startCopy(environment: ["VECFERRY_FAIL_POINT": "after-prepare-commit"])
                #expect(died.ended().status == 137)
                let engine = try databases.hastyEngine(told: Told())
                let hasRows = Mutex(false)
                let outlived = Meanwhile { _ in
                    let source = try engine.source.connect()
                    let target = try engine.target.connect()
                    let job = try #require(try Ledger().newestJob(target))
                    let mover = ChunkMover(
                        plan: job.plan, batch: ChunkBatch(try Ledger().chunks(job, target).open),
                        job: job.number, events: { _ in })
                    try mover.request(from: source, to: target)
                    guard case .moved(let moved) = try mover.move(from: source, to: target) else { return false }
                    hasRows.withLock { $0 = true }
                    let watcher = try databases.target.connect()
                    let isWaitedFor = try eventually(within: 10) {
                        try watcher.execute(
                            """
                            SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                                AND application_name ~ '^vecferry( |$)' AND wait_event_type = 'Lock'
                            """)[0][0].int("count") > 0
                    }
                    try mover.commit(moved, then: nil, from: source, to: target)
                    return isWaitedFor
                }
                eventually { hasRows.withLock { $0 } }
                let report = try await engine.copy(inSmallChunks)
                #expect(try await outlived.value)
                #expect(report.outcome == .proven, "\(report)")
                #expect(try databases.sameRows("SELECT * FROM items ORDER BY id") == 300)
            }
        }

        // MARK: What must come out

        private struct Undisturbed {
            var source: String
            var state: String
        }

        private static func undisturbed(_ databases: RigDatabases) throws -> Undisturbed {
            let deployed = try Psql.run(databases.target.uri, Cargo.definitionsSQL)
            let ended = try databases.startCopy().ended()
            #expect(ended.status == 0, "\(ended.said)")
            let sides = try databases.sides()
            #expect((sides.source == sides.target) as Bool)
            #expect(try Psql.run(databases.target.uri, Cargo.definitionsSQL) == deployed)
            #expect(sides.source.count > 1_000_000)
            return Undisturbed(source: sides.source, state: sides.state)
        }

        private static func die(
            at point: FailPoint, time count: Int = 1, _ databases: RigDatabases, _ arguments: [String] = []
        ) throws {
            let died = try databases.startCopy(
                arguments, environment: ["VECFERRY_FAIL_POINT": "\(point.rawValue):\(count)"]
            ).ended()
            #expect(died.status == 137, "\(point.rawValue):\(count) \(died.said)")
        }

        private static func expectResume(
            _ databases: RigDatabases, _ undisturbed: Undisturbed, _ what: String, _ arguments: [String] = []
        ) throws {
            let ended = try databases.startCopy(arguments).ended()
            #expect(ended.status == 0, "\(what): \(ended.said)")
            let sides = try databases.sides()
            #expect((sides.target == undisturbed.source) as Bool, "\(what): the rows are not the source's")
            #expect(sides.state == undisturbed.state, "\(what)")
        }

        /// The first time and a later one, where a point is passed often.
        private static func repeats(of point: FailPoint) -> [Int] {
            let often: [FailPoint] = [
                .afterChunkLock, .beforeCopyEnd, .beforeChunkCommit, .afterChunkCommit, .beforeIndexCommit,
            ]
            return often.contains(point) ? [1, 4] : [1]
        }
    }
}
