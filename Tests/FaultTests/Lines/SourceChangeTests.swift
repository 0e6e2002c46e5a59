import RigSupport
import Synchronization
import Testing

@testable import Ferry

extension Faults.OnRig.Breaks {
    /// A source that is written to between two runs of one job.
    @Suite struct SourceChangeTests {
        struct Change: CustomTestStringConvertible, Sendable {
            var testDescription: String
            var sql: String
            /// Whether rows that had been copied are not the source's any more.
            var isStale: Bool
        }

        static let changes = [
            Change(
                testDescription: "an update of copied rows",
                sql: "UPDATE items SET source = 'new' WHERE id < lpad('9', 26, '0')", isStale: true),
            Change(
                testDescription: "an insert",
                sql: "INSERT INTO items (id, botid) SELECT 'n' || i, 'new' FROM generate_series(1, 50) AS i",
                isStale: false),
            Change(
                testDescription: "VACUUM FULL",
                sql: "DELETE FROM items WHERE id = lpad('1', 26, '0'); VACUUM FULL items", isStale: true),
            Change(testDescription: "TRUNCATE", sql: "TRUNCATE items", isStale: true),
            Change(
                testDescription: "a delete of copied rows", sql: "DELETE FROM items WHERE id < lpad('9', 26, '0')",
                isStale: true),
            Change(testDescription: "CLUSTER", sql: "CLUSTER items USING items_embedding_order", isStale: true),
            Change(testDescription: "an update of another table", sql: "CREATE TABLE other (i int)", isStale: false),
        ]

        @Test(arguments: Rig.isSoak ? changes : Array(changes.prefix(4)))
        func `a source that changed under a stopped job is never silently wrong`(change: Change) async throws {
            try await Cargo.withDatabases(rows: 1500) { databases in
                try databases.source.run("CREATE INDEX items_embedding_order ON items (md5(id))")
                let died = try databases.startCopy(
                    ["--jobs", "1"], environment: ["VECFERRY_FAIL_POINT": "after-chunk-commit:3"])
                #expect(died.ended().status == 137)
                for statement in change.sql.split(separator: "; ") { try databases.source.run(String(statement)) }
                let resumed = try databases.startCopy(["--jobs", "1"]).ended()
                #expect(resumed.errors.contains("written to since the job began"), "\(resumed.said)")
                let sides = try databases.sides()
                let isSame = sides.source == sides.target
                // Exit 0 is a promise; 4 is the truth about the rest.
                #expect(resumed.status == (isSame ? 0 : 4), "\(change.testDescription): \(resumed.said)")
                if change.isStale {
                    #expect(!isSame)
                    #expect(resumed.said.contains("public.items"), "\(resumed.said)")
                    #expect(resumed.said.contains("--restart"), "\(resumed.said)")
                    #expect(sides.state.contains("finished jobs\t0\n"))
                    let restarted = try databases.startCopy(["--restart"]).ended()
                    #expect(restarted.status == 0, "\(restarted.said)")
                    let after = try databases.sides()
                    #expect((after.source == after.target) as Bool)
                }
            }
        }

        @Test func `what is written to the source during a copy is seen by none of its workers`() async throws {
            try await Cargo.withDatabases(rows: 1500) { databases in
                let before = try Psql.run(databases.source.uri, Cargo.rowsSQL)
                var engine = try databases.hastyEngine(told: Told())
                let written = Mutex(false)
                engine.workers.events = { event in
                    // The job has its snapshot, and no worker has begun.
                    guard case .began(.copy) = event else { return }
                    let sql = """
                        UPDATE items SET source = 'new'; DELETE FROM bot_document_chunk;
                        INSERT INTO pieces (id, botid) SELECT i, 'new' FROM generate_series(1001, 1050) AS i
                        """
                    let isDone = (try? databases.source.run(sql)) != nil
                    written.withLock { $0 = isDone }
                }
                #expect(try await engine.copy(inSmallChunks).outcome == .proven)
                #expect(written.withLock { $0 })
                let sides = try databases.sides()
                #expect((sides.source != before) as Bool)
                #expect((sides.target == before) as Bool)
            }
        }

        @Test func `a source that is written to while the snapshot is lost is never silently wrong`() async throws {
            try await Cargo.withDatabases(rows: 1500) { databases in
                let told = Told()
                var engine = try databases.hastyEngine(told: told)
                engine.workers.streams = 1
                let isWritten = Atomic<Bool>(false)
                engine.workers.events = { event in
                    told.sink(event)
                    // Some of the table is there, and the rest of it comes in another snapshot.
                    guard case .chunkDone = event, !isWritten.exchange(true, ordering: .relaxed) else { return }
                    _ = try? databases.source.run(
                        """
                        UPDATE items SET source = 'new';
                        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE datname = current_database() AND application_name ~ '^vecferry( |$)'
                        """)
                }
                let report = try await engine.copy(inSmallChunks)
                #expect(!told.retries.isEmpty)
                let sides = try databases.sides()
                #expect((sides.source != sides.target) as Bool)
                #expect(report.outcome == .differs, "\(report)")
                #expect(report.tables.filter { $0.state == .differs }.map(\.name.name) == ["items"])
            }
        }

        @Test func `what moves rows or empties a table waits until the copy has read it`() async throws {
            try await Cargo.withDatabases(rows: 1500) { databases in
                let proxy = try Proxy(to: [try databases.source.port]) { _ in .throttle(bytesPerSecond: 600_000) }
                defer { proxy.close() }
                let told = Told()
                let engine = try databases.hastyEngine(source: try databases.source.uri(port: proxy.port), told: told)
                let blocked = Meanwhile { _ in
                    try told.wait { if case .began(.copy) = $0 { true } else { false } }
                    let session = try databases.source.connect()
                    try session.execute("SET lock_timeout TO '200ms'")
                    return [
                        "TRUNCATE items", "VACUUM FULL items", "DROP TABLE pieces_3", "TRUNCATE bot_document_chunk",
                    ].filter {
                        (try? session.execute($0)) == nil
                    }.count
                }
                #expect(try await engine.copy(inSmallChunks).outcome == .proven)
                #expect(try await blocked.value == 4)
                try databases.expectWhole()
            }
        }

        @Test func `the source session can't write`() async throws {
            try await Cargo.withDatabases(rows: 10) { databases in
                let engine = try databases.hastyEngine(told: Told())
                let session = try engine.source.connect()
                for statement in [
                    "INSERT INTO public.audit VALUES ('x')", "CREATE TABLE public.t ()",
                    "SELECT nextval('public.bot_document_id_seq')", "DROP TABLE public.audit",
                ] {
                    #expect(throws: (any Error).self, "\(statement)") { try session.execute(statement) }
                }
                let keeper = SnapshotKeeper(engine.source, workers: engine.workers)
                defer { keeper.close() }
                keeper.begin(locking: [])
                let worker = try keeper.snapshot().join(engine.source)
                #expect(throws: (any Error).self) { try worker.execute("INSERT INTO public.audit VALUES ('x')") }
            }
        }
    }
}
