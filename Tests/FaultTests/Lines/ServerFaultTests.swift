import Postgres
import RigSupport
import Synchronization
import Testing

@testable import Ferry

extension Faults.OnRig.Refusals {
    /// What a server does to its sessions.
    @Suite struct ServerFaultTests {
        /// A backend of the copy, named by what it does.
        enum Victim: String, CaseIterable, CustomTestStringConvertible {
            case sourceWorker, snapshotHolder, targetWorker, lockHolder, indexBuilder

            var testDescription: String { rawValue }
            var isOnSource: Bool { self == .sourceWorker || self == .snapshotHolder }

            /// Ends one backend of the kind, and tells how many it found.
            var sql: String {
                let condition =
                    switch self {
                    case .sourceWorker: "query LIKE 'COPY%'"
                    case .snapshotHolder:
                        "query LIKE '%pg_export_snapshot%' AND query NOT LIKE '%pg_terminate%' OR query LIKE 'LOCK TABLE%'"
                    case .targetWorker: "query LIKE 'BEGIN%vecferry.chunk%'"
                    case .lockHolder: "pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')"
                    case .indexBuilder: "query LIKE '%CREATE INDEX%' AND state = 'active'"
                    }
                return """
                    SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name ~ '^vecferry( |$)' AND (\(condition)) LIMIT 1) AS victim
                    """
            }
        }

        @Test(arguments: Victim.allCases)
        func `a terminated backend does not stop the copy`(victim: Victim) async throws {
            try await Cargo.withDatabases(rows: victim == .indexBuilder ? 2_000 : 1_000) { databases in
                if victim == .indexBuilder {
                    try databases.both(
                        "CREATE INDEX slow ON items USING hnsw (embedding vector_l2_ops) WITH (m = 48, ef_construction = 400)"
                    )
                }
                // Slow enough to be met.
                let source = try Proxy(to: [try databases.source.port]) { _ in .throttle(bytesPerSecond: 320_000) }
                defer { source.close() }
                let told = Told()
                let killed = Mutex(0)
                let killer = Meanwhile { isWanted in
                    let database = victim.isOnSource ? databases.source : databases.target
                    let session = try database.connect()
                    while killed.withLock({ $0 }) < 2, isWanted() {
                        pause(seconds: 0.02)
                        // The snapshot is doubted only when a worker comes back for it.
                        let count = try session.execute(victim.sql)[0][0].int("count", as: Int.self)
                        if count > 0, victim == .snapshotHolder {
                            _ = try session.execute(Victim.sourceWorker.sql)
                        }
                        if count > 0 { pause(seconds: 0.3) }
                        killed.withLock { $0 += count }
                        Figures.count(.sessions, count)
                    }
                }
                let engine = try databases.hastyEngine(
                    source: victim == .indexBuilder ? nil : try databases.source.uri(port: source.port), told: told)
                let report = try await engine.copy(inSmallChunks)
                killer.cancel()
                try await killer.value
                #expect(report.outcome == .proven, "\(report)")
                #expect(killed.withLock { $0 } > 0)
                #expect(!told.retries.isEmpty)
                try databases.expectWhole()
            }
        }

        @Test func `a role whose connections run out waits, and says so when it must give up`() async throws {
            try await Cargo.withDatabases(rows: 300) { databases in
                let role = try TestRole(on: databases.target, "LOGIN SUPERUSER CONNECTION LIMIT 3")
                defer { role.drop() }
                // Superusers are not limited; a plain role that owns everything is.
                try databases.target.run("ALTER ROLE \(role.name) NOSUPERUSER")
                try databases.target.run(
                    """
                    GRANT ALL ON DATABASE \(databases.target.name) TO \(role.name);
                    DO $$ DECLARE t regclass; BEGIN
                        FOR t IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') LOOP
                            EXECUTE format('ALTER TABLE %s OWNER TO \(role.name)', t);
                        END LOOP; END $$; GRANT ALL ON SCHEMA public TO \(role.name);
                    """)
                let told = Told()
                let hog = try Connection(
                    try ConnectionParameters(parsing: role.uri), applicationName: "hog", interrupt: Interrupt())
                let waiting = try databases.hastyEngine(target: role.uri, attempts: 4, told: told)
                await #expect(throws: FerryError.self) {
                    do {
                        _ = try await waiting.copy(inSmallChunks)
                    } catch let error as FerryError {
                        #expect(error.cause?.sqlState == "53300")
                        #expect(error.hint?.contains("--jobs") == true, "\(error)")
                        throw error
                    }
                }
                _ = hog.endpoint
                #expect(!told.retries.isEmpty)
            }
        }

        @Test func `where connections run out in mid-copy, those that there are do the work`() async throws {
            try await Cargo.withDatabases(rows: 1500) { databases in
                // The snapshot's session and two workers'.
                let role = try TestRole(on: databases.source, "LOGIN CONNECTION LIMIT 3")
                defer { role.drop() }
                try databases.source.run("GRANT SELECT ON ALL TABLES IN SCHEMA public TO \(role.name)")
                try databases.source.run("GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO \(role.name)")
                let told = Told()
                var engine = try databases.hastyEngine(source: role.uri, attempts: 2, told: told)
                engine.workers.streams = 4
                engine.streamsOverLongLine = 4
                #expect(try await engine.copy(inSmallChunks).outcome == .proven)
                #expect(told.retries.contains { $0.cause?.sqlState == "53300" })
                try databases.expectWhole()
            }
        }

        @Test func `a target that takes no writes for a while is waited for`() async throws {
            try await Cargo.withDatabases(rows: 300) { databases in
                let name = databases.target.name
                // The plan would refuse it: a job that is under way waits.
                try databases.target.run("ALTER TABLE bot_document ADD CONSTRAINT short CHECK (length(title) < 8)")
                #expect(try await databases.hastyEngine(told: Told()).copy(inSmallChunks).outcome == .failed)
                try databases.target.run("ALTER TABLE bot_document DROP CONSTRAINT short")
                try databases.target.run("ALTER DATABASE \(name) SET default_transaction_read_only TO on")
                let told = Told()
                let healer = Meanwhile { _ in
                    eventually { told.retries.count >= 3 }
                    let session = try databases.target.connect()
                    try session.execute("SET default_transaction_read_only TO off")
                    try session.execute("ALTER DATABASE \(name) RESET default_transaction_read_only")
                }
                let report = try await databases.hastyEngine(attempts: 20, told: told).copy(inSmallChunks)
                try await healer.value
                #expect(report.outcome == .proven)
                #expect(told.retries.contains { $0.cause?.sqlState == "25006" })
                try databases.expectWhole()
            }
        }

        @Test func `one bad table does not stop the others, and the job resumes when it is fixed`() async throws {
            try await Cargo.withDatabases(rows: 1000) { databases in
                try databases.target.run("ALTER TABLE bot_document ADD CONSTRAINT short CHECK (length(title) < 8)")
                let told = Told()
                let report = try await databases.hastyEngine(told: told).copy(inSmallChunks)
                #expect(report.outcome == .failed)
                let failed = report.tables.filter { $0.state == .failed }.map(\.name.name)
                #expect(failed.contains("bot_document"))
                #expect(report.tables.first { $0.name.name == "items" }?.state == .proven)
                #expect(report.tables.first { $0.name.name == "bot_document" }?.error?.contains("constraint") == true)
                #expect(told.retries.isEmpty, "a fault that does not heal is not tried again")
                // The server's DETAIL shows the failing row.
                #expect(!"\(report) \(told.all)".contains("title 1"))
                try databases.target.run("ALTER TABLE bot_document DROP CONSTRAINT short")
                #expect(try await databases.hastyEngine(told: Told()).copy(inSmallChunks).outcome == .proven)
                try databases.expectWhole()
            }
        }

        @Test func `a table that is locked for longer than the limit is tried again`() async throws {
            try await Cargo.withDatabases(rows: 300) { databases in
                let told = Told()
                let locked = Mutex(false)
                let locker = Meanwhile { _ in
                    try told.wait { if case .began(.copy) = $0 { true } else { false } }
                    let session = try databases.target.connect()
                    try session.execute("BEGIN; LOCK TABLE items IN ACCESS EXCLUSIVE MODE")
                    locked.withLock { $0 = true }
                    pause(seconds: 4)
                    try session.execute("COMMIT")
                }
                let source = try Proxy(to: [try databases.source.port]) { _ in .throttle(bytesPerSecond: 300_000) }
                defer { source.close() }
                let engine = try databases.hastyEngine(
                    source: try databases.source.uri(port: source.port), stallLimit: .seconds(2), told: told)
                #expect(try await engine.copy(inSmallChunks).outcome == .proven)
                try await locker.value
                #expect(locked.withLock { $0 })
                try databases.expectWhole()
            }
        }

        /// Two ways in which others who work on the target get a chunk's transaction refused.
        enum Conflict: String, CaseIterable, CustomTestStringConvertible {
            case deadlock, serialization

            var testDescription: String { rawValue }
            var sqlState: String { self == .deadlock ? "40P01" : "40001" }

            /// Makes a worker wait for this session.
            var first: String {
                switch self {
                case .deadlock: "BEGIN; LOCK TABLE items IN ACCESS EXCLUSIVE MODE"
                case .serialization: "BEGIN; \(Self.touchChunks)"
                }
            }

            /// Done while one waits. A worker that waits for the table holds its chunk's entry, which closes the circle; it has
            /// waited for longer, and so it is the one that notices.
            var second: String { self == .deadlock ? "\(Self.touchChunks); COMMIT" : "COMMIT" }

            private static let touchChunks =
                "UPDATE vecferry.chunk SET finished_at = finished_at WHERE finished_at IS NULL"
        }

        @Test(arguments: Conflict.allCases)
        func `a conflict with another session's transaction is tried again`(conflict: Conflict) async throws {
            try await Cargo.withDatabases(rows: 1000) { databases in
                if conflict == .serialization {
                    try databases.target.run(
                        "ALTER DATABASE \(databases.target.name) SET default_transaction_isolation TO 'serializable'")
                }
                let source = try Proxy(to: [try databases.source.port]) { _ in .throttle(bytesPerSecond: 320_000) }
                defer { source.close() }
                let told = Told()
                let other = Meanwhile { _ in
                    try told.wait { if case .began(.copy) = $0 { true } else { false } }
                    let session = try databases.target.connect()
                    try session.execute("SET deadlock_timeout TO '30s'; SET default_transaction_isolation TO DEFAULT")
                    try session.execute(conflict.first)
                    let watcher = try databases.target.connect()
                    let isWaiting = try eventually {
                        try watcher.execute(
                            """
                            SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                                AND application_name ~ '^vecferry( |$)' AND wait_event_type = 'Lock'
                            """)[0][0].int("count") > 0
                    }
                    try session.execute(conflict.second)
                    Figures.count(.sessions)
                    return isWaiting
                }
                var engine = try databases.hastyEngine(source: try databases.source.uri(port: source.port), told: told)
                // A second worker would wait for the table too, and for the circle's end.
                engine.workers.streams = 1
                #expect(try await engine.copy(inSmallChunks).outcome == .proven)
                #expect(try await other.value)
                #expect(told.retries.contains { $0.cause?.sqlState == conflict.sqlState }, "\(told.retries)")
                try databases.expectWhole()
            }
        }

        @Test func `text that is not UTF-8 stops its table, and the others continue`() async throws {
            try await Rig.withDatabases(sourceEncoding: "SQL_ASCII") { databases in
                let uri = databases.source.uri
                let schema =
                    "CREATE TABLE good (id int PRIMARY KEY, v vector(2)); CREATE TABLE bad (id int PRIMARY KEY, v vector(2), t text)"
                try Psql.run(uri, schema)
                try databases.target.run(schema)
                try Psql.run(
                    uri,
                    "SET client_encoding TO 'SQL_ASCII'; INSERT INTO good VALUES (1, '[1,2]'); INSERT INTO bad VALUES (1, '[1,2]', E'\\xff\\xfe')"
                )
                let told = Told()
                let report = try await databases.hastyEngine(source: uri, told: told).copy(CopyRequest())
                #expect(report.outcome == .failed)
                #expect(report.tables.first { $0.name.name == "good" }?.state == .proven)
                let error = try #require(report.tables.first { $0.name.name == "bad" }?.error)
                #expect(
                    error.contains("source, public.bad") && error.contains("22021")
                        && error.contains("--exclude-table"), "\(error)")
                #expect(told.retries.isEmpty)
            }
        }

        @Test func `a name that is not UTF-8 stops its own table, and no other`() async throws {
            try await Rig.withDatabases(sourceEncoding: "SQL_ASCII") { databases in
                let uri = databases.source.uri
                let good = "CREATE TABLE good (id int PRIMARY KEY, v vector(2));"
                try Psql.run(
                    uri,
                    """
                    SET client_encoding TO 'SQL_ASCII'; \(good)
                    INSERT INTO good VALUES (1, '[1,2]');
                    CREATE TABLE named (id int PRIMARY KEY, v vector(2));
                    CREATE TABLE indexed (id int PRIMARY KEY, v vector(2), t text);
                    DO $$ BEGIN
                        EXECUTE format('ALTER TABLE named RENAME TO %I', E'caf\\xe9');
                        EXECUTE format('CREATE INDEX ON indexed (t) WHERE t <> %L', E'\\xe9');
                    END $$
                    """)
                try databases.target.run(good + "CREATE TABLE indexed (id int PRIMARY KEY, v vector(2), t text)")
                var request = CopyRequest()
                let plan = try await databases.hastyEngine(source: uri, told: Told()).plan(request)
                let blockers = plan.notes.filter { $0.code == .notUTF8 }
                #expect(
                    blockers.count == 2 && plan.blockers.allSatisfy { $0.table?.name != "good" }, "\(plan.blockers)")
                #expect(blockers.contains { $0.hint?.contains("--exclude-table 'public.caf?'") == true }, "\(blockers)")
                request.selection.excluded = ["public.caf?", "public.indexed"]
                let report = try await databases.hastyEngine(source: uri, told: Told()).copy(request)
                #expect(report.outcome == .proven && report.tables.map(\.name.name) == ["good"])
            }
        }

        @Test func `a table whose copy can't begin does not take the one along that is committed before it`()
            async throws
        {
            let tables = ["one", "two", "three", "four"]
            let schema = tables.map { "CREATE TABLE \($0) (id int PRIMARY KEY, v vector(2));" }.joined(separator: " ")
            try await Rig.withDatabases(setup: schema) { databases in
                for table in tables {
                    try databases.source.run("INSERT INTO \(table) SELECT i, '[1,2]' FROM generate_series(1, 9) AS i")
                }
                let told = Told()
                var engine = try databases.hastyEngine(told: told)
                engine.workers.streams = 1
                engine.workers.events = { event in
                    told.sink(event)
                    // The plan is made, and no row has been sent.
                    guard case .began(.copy) = event else { return }
                    _ = try? databases.target.run("ALTER TABLE two RENAME TO elsewhere")
                }
                let report = try await engine.copy(CopyRequest())
                #expect(report.outcome == .failed)
                for table in report.tables {
                    #expect(table.state == (table.name.name == "two" ? .failed : .proven), "\(table)")
                }
                let error = try #require(report.tables.first { $0.name.name == "two" }?.error)
                #expect(error.contains("target, public.two") && error.contains("42P01"), "\(error)")
                #expect(told.all.filter { if case .chunkDone = $0 { true } else { false } }.count == 3)
                #expect(told.retries.isEmpty)
            }
        }

        @Test func `a chunk whose commit fails does not take the one along that is asked for with it`() async throws {
            // In the order in which they go: behind the one whose commit fails there are others.
            let tables = ["four", "one", "three", "two"]
            let schema = tables.map { "CREATE TABLE \($0) (id int PRIMARY KEY, n int, v vector(2));" }
            try await Rig.withDatabases(setup: schema.joined(separator: " ")) { databases in
                for table in tables {
                    try databases.source.run(
                        "INSERT INTO \(table) SELECT i, 1, '[1,2]' FROM generate_series(1, 9) AS i")
                }
                // Looked at by the COMMIT alone.
                try databases.target.run("ALTER TABLE one ADD UNIQUE (n) DEFERRABLE INITIALLY DEFERRED")
                let told = Told()
                var engine = try databases.hastyEngine(told: told)
                engine.workers.streams = 1
                let report = try await engine.copy(CopyRequest())
                #expect(report.outcome == .failed)
                for table in report.tables {
                    #expect(table.state == (table.name.name == "one" ? .failed : .proven), "\(table)")
                }
                let error = try #require(report.tables.first { $0.name.name == "one" }?.error)
                #expect(error.contains("target, public.one") && error.contains("23505"), "\(error)")
                #expect(told.all.filter { if case .chunkDone = $0 { true } else { false } }.count == 3)
                #expect(told.retries.isEmpty)
            }
        }
    }
}
