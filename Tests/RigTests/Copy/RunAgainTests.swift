import Ferry
import Postgres
import RigSupport
import Testing

/// The same command, run again.
@Suite struct RunAgainTests {
    private static let setup = """
        CREATE TABLE items (id int PRIMARY KEY, botid text, embedding vector(2));
        CREATE INDEX items_embedding ON items USING ivfflat (embedding vector_l2_ops) WITH (lists = 2);
        CREATE TABLE documents (id int PRIMARY KEY, botid text, item int REFERENCES items);
        """
    private static let rows = """
        INSERT INTO items SELECT i, 'b' || i % 5, ARRAY[i, i] FROM generate_series(1, 500) AS i;
        INSERT INTO documents SELECT i, 'b' || i % 5, i FROM generate_series(1, 50) AS i;
        """

    @Test func `a finished job run again says so, and writes nothing`() async throws {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            try databases.source.run(Self.rows)
            let first = try await databases.engine().copy(CopyRequest())
            #expect(first.outcome == .proven)
            let before = try databases.target.fingerprint()
            let second = try await databases.engine().copy(CopyRequest())
            #expect(second.outcome == .alreadyFinished)
            #expect(second.tables == first.tables)
            #expect(try databases.target.fingerprint() == before)
        }
    }

    @Test func `a finished job run again reports that the source has changed`() async throws {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            try databases.source.run(Self.rows)
            _ = try await databases.engine().copy(CopyRequest())
            try databases.source.run("DELETE FROM documents")
            let again = try await databases.engine().copy(CopyRequest())
            #expect(again.outcome == .alreadyFinished)
            #expect(again.notes.map(\.code).contains(.sourceChanged))
        }
    }

    @Test(arguments: [
        (
            "DROP TABLE documents", Note.Code.tableGone,
            "The table no longer exists. It existed when job 1 finished at 20"
        ),
        ("TRUNCATE documents", Note.Code.rowsGone, "The table is empty. Job 1 proved 50 rows in it at 20"),
        (
            "TRUNCATE documents; INSERT INTO documents VALUES (9001, 'own', 1)", Note.Code.rowsGone,
            "The table holds 1 row, but no row as the job copied it. Job 1 proved 50 rows in it at 20"
        ),
    ])
    func `a finished job whose rows are gone is not taken for done`(
        loss: String, code: Note.Code, words: String
    )
        async throws
    {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            try databases.source.run(Self.rows)
            _ = try await databases.engine().copy(CopyRequest())
            try databases.target.run(loss)
            let before = try databases.target.fingerprint()
            let plan = try await databases.engine().plan(CopyRequest())
            #expect(plan.blockers.map(\.code) == [code])
            #expect(plan.blockers.first?.table?.name == "documents")
            #expect(!plan.notes.map(\.code).contains(.alreadyFinished))
            #expect(plan.blockers.first?.message.hasPrefix(words) == true, "\(plan.blockers)")
            #expect(plan.blockers.first?.hint?.contains("--restart") == true)
            let events = PlannedEvents()
            let engine = try databases.engine(events: events.take)
            let error = await #expect(throws: FerryError.self) { try await engine.copy(CopyRequest()) }
            #expect(error?.code == .blocked)
            #expect(events.plans.last?.blockers == plan.blockers)
            #expect(try databases.target.fingerprint() == before)
        }
    }

    @Test func `a finished job stays finished where others have written to its tables since`() async throws {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            try databases.source.run(Self.rows)
            _ = try await databases.engine().copy(CopyRequest())
            try databases.target.run("INSERT INTO items VALUES (9001, 'own', '[1,2]')")
            let grown = try await databases.engine().copy(CopyRequest())
            #expect(grown.outcome == .alreadyFinished)
            #expect(grown.finishedAt?.hasPrefix("20") == true)
            #expect(!grown.notes.map(\.code).contains(.rowsGone))
            // None of its rows is as it was brought, and there are no fewer.
            try databases.target.run("UPDATE documents SET botid = 'edited'")
            let edited = try await databases.engine().copy(CopyRequest())
            #expect(edited.outcome == .alreadyFinished)
            #expect(!edited.notes.map(\.code).contains(.rowsGone))
            #expect(edited.notes.first { $0.code == .rowsForeign }?.table?.name == "documents")
            try databases.target.run("DELETE FROM items WHERE id BETWEEN 491 AND 500")
            let shrunk = try await databases.engine().copy(CopyRequest())
            #expect(shrunk.outcome == .alreadyFinished)
            let notes = shrunk.notes.filter { $0.code == .rowsGone }
            #expect(notes.count == 1)
            #expect(notes.first?.message.contains("holds 491 rows, fewer than the 500") == true, "\(notes)")
        }
    }

    @Test func `starting over takes nothing back while others' rows would block the plan that follows`() async throws {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            try databases.source.run(Self.rows)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            try databases.target.run("INSERT INTO items VALUES (9001, 'own', '[1,2]')")
            let before = try databases.target.fingerprint()
            let events = PlannedEvents()
            let engine = try databases.engine(events: events.take)
            let error = await #expect(throws: FerryError.self) { try await engine.copy(CopyRequest(), restart: true) }
            #expect(error?.code == .blocked)
            #expect(events.plans.last?.blockers.map(\.code) == [.notEmpty])
            #expect(events.plans.last?.blockers.first?.table?.name == "items")
            #expect(try databases.target.fingerprint() == before)
        }
    }

    @Test func `starting over takes nothing back where the plan that follows is blocked`() async throws {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            try databases.source.run(Self.rows)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            try databases.target.run(
                "ALTER TABLE documents ADD rank int NOT NULL DEFAULT 1; ALTER TABLE documents ALTER rank DROP DEFAULT")
            let before = try databases.target.fingerprint()
            let events = PlannedEvents()
            let engine = try databases.engine(events: events.take)
            let error = await #expect(throws: FerryError.self) { try await engine.copy(CopyRequest(), restart: true) }
            #expect(error?.code == .blocked)
            #expect(events.plans.last?.notes.filter { $0.level != .warning }.map(\.code) == [.columnRequired])
            #expect(try databases.target.fingerprint() == before)
            try databases.target.run("ALTER TABLE documents DROP rank")
            #expect(try await databases.engine().copy(CopyRequest(), restart: true).outcome == .proven)
        }
    }

    @Test func `starting over drops no table that the new plan would not make again`() async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(Self.setup + Self.rows)
            var request = CopyRequest()
            request.create = true
            #expect(try await databases.engine().copy(request).outcome == .proven)
            try databases.target.run("UPDATE vecferry.job SET state = 'loading', report = NULL, finished_at = NULL")
            let before = try databases.target.fingerprint()
            let error = await #expect(throws: FerryError.self) {
                try await databases.engine().copy(CopyRequest(), restart: true)
            }
            #expect(error?.code == .blocked)
            #expect(error?.hint?.contains("--create") == true)
            #expect(try databases.target.fingerprint() == before)
            // What was made by an older form of the source's table is made by the new one.
            try databases.source.run("ALTER TABLE documents ADD rank int NOT NULL DEFAULT 1")
            #expect(try await databases.engine().copy(request, restart: true).outcome == .proven)
            #expect(try databases.sameRows("SELECT * FROM documents ORDER BY id") == 50)
        }
    }

    @Test func `starting over leaves what another job has finished`() async throws {
        let setup = Self.setup.replacing(" REFERENCES items", with: "")
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run(Self.rows)
            var first = CopyRequest()
            first.selection.tables = ["items"]
            var second = CopyRequest()
            second.selection.tables = ["documents"]
            #expect(try await databases.engine().copy(first).outcome == .proven)
            let before = try databases.target.run("SELECT xmin, ctid, id FROM items ORDER BY id")
            #expect(try await databases.engine().copy(second, restart: true).outcome == .proven)
            #expect(try databases.target.run("SELECT xmin, ctid, id FROM items ORDER BY id") == before)
            #expect(before.count == 500)
            #expect(
                try databases.target.value("SELECT string_agg(state, ' ') FROM vecferry.job") == "finished finished")
        }
    }

    @Test func `starting over takes back what the job brought, and nothing else`() async throws {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            try databases.source.run(Self.rows)
            try databases.target.run("INSERT INTO items VALUES (9001, 'own', '[1,2]')")
            var request = CopyRequest()
            request.existing = .keep
            #expect(try await databases.engine().copy(request).outcome == .proven)
            try databases.target.run(
                """
                INSERT INTO items VALUES (9002, 'later', '[1,2]'); INSERT INTO documents VALUES (9003, 'later', 9002);
                UPDATE items SET botid = 'edited' WHERE id = 7
                """)
            try databases.source.run("DELETE FROM documents WHERE item = 7; DELETE FROM items WHERE id = 7")
            let report = try await databases.engine().copy(request, restart: true)
            #expect(report.outcome == .proven)
            #expect(
                try databases.target.value(
                    "SELECT string_agg(botid, ' ' ORDER BY id) FROM items WHERE id > 9000 OR id = 7")
                    == "edited own later")
            #expect(try databases.target.value("SELECT count(*) FROM documents WHERE id = 9003") == "1")
            #expect(try databases.sameRows("SELECT * FROM items WHERE botid LIKE 'b_' ORDER BY id") == 499)
            #expect(try databases.target.value("SELECT count(*) FROM vecferry.job") == "2")
        }
    }

    @Test func `starting over works where other tables refer to what the job brought`() async throws {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            try databases.source.run(Self.rows)
            var request = CopyRequest()
            request.selection.tables = ["items"]
            #expect(try await databases.engine().copy(request).outcome == .proven)
            #expect(try await databases.engine().copy(request, restart: true).outcome == .proven)
            #expect(try databases.sameRows("SELECT * FROM items ORDER BY id") == 500)
        }
    }

    @Test func `starting over leaves alone what refers to the target's own rows`() async throws {
        let setup = "CREATE TABLE items (id int PRIMARY KEY, botid text, embedding vector(2));"
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run("INSERT INTO items SELECT i, 'b', ARRAY[i, i] FROM generate_series(1, 50) AS i")
            try databases.target.run(
                """
                INSERT INTO items VALUES (9001, 'own', '[1,2]');
                CREATE TABLE stars (item int REFERENCES items ON DELETE CASCADE); INSERT INTO stars VALUES (9001), (NULL)
                """)
            var request = CopyRequest()
            request.existing = .keep
            request.selection.tables = ["items"]
            #expect(try await databases.engine().copy(request).outcome == .proven)
            #expect(try await databases.engine().copy(request, restart: true).outcome == .proven)
            #expect(try databases.target.value("SELECT count(*) FROM stars") == "2")
            // Now a row of the job's own is referred to, and would take the star with it.
            try databases.target.run("INSERT INTO stars VALUES (7)")
            let before = try databases.target.fingerprint()
            let error = await #expect(throws: FerryError.self) {
                try await databases.engine().copy(request, restart: true)
            }
            #expect(error?.code == .invalidRequest)
            #expect(error?.table?.name == "stars")
            #expect(error?.hint?.contains("stars_item_fkey") == true)
            #expect(try databases.target.fingerprint() == before)
        }
    }

    @Test func `starting over works where another table refers to a partition`() async throws {
        let setup = """
            CREATE TABLE items (id int PRIMARY KEY, embedding vector(2)) PARTITION BY RANGE (id);
            CREATE TABLE items_1 PARTITION OF items FOR VALUES FROM (0) TO (100);
            CREATE TABLE stars (item int REFERENCES items_1);
            """
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run("INSERT INTO items SELECT i, ARRAY[i, i] FROM generate_series(1, 50) AS i")
            var request = CopyRequest()
            request.selection.tables = ["items"]
            #expect(try await databases.engine().copy(request).outcome == .proven)
            try databases.target.run("INSERT INTO stars VALUES (NULL)")
            #expect(try await databases.engine().copy(request, restart: true).outcome == .proven)
            #expect(try databases.sameRows("SELECT * FROM items ORDER BY id") == 50)
        }
    }

    @Test func `starting over keeps a table that the job made where a view stands on it`() async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(
                """
                CREATE TABLE items (id int PRIMARY KEY, botid text, embedding vector(2));
                INSERT INTO items SELECT i, 'b', ARRAY[i, i] FROM generate_series(1, 50) AS i
                """)
            var request = CopyRequest()
            request.create = true
            #expect(try await databases.engine().copy(request).outcome == .proven)
            try databases.target.run("CREATE VIEW seen AS SELECT id FROM items")
            #expect(try await databases.engine().copy(request, restart: true).outcome == .proven)
            #expect(try databases.target.value("SELECT count(*) FROM seen") == "50")
        }
    }

    @Test func `an unfinished job is not mixed with another`() async throws {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            try databases.source.run(Self.rows)
            _ = try await databases.engine().copy(CopyRequest())
            // As if the process had died before its last statement.
            try databases.target.run("UPDATE vecferry.job SET state = 'loading', report = NULL, finished_at = NULL")
            var other = CopyRequest()
            other.selection.bots = ["b1"]
            let before = try databases.target.fingerprint()
            let error = await #expect(throws: FerryError.self) { try await databases.engine().copy(other) }
            #expect(error?.code == .ledger)
            #expect("\(try #require(error))".contains(", without --bot."))
            other.selection.bots = nil
            (other.existing, other.create, other.selection.tables) = (.keep, true, ["items"])
            let blocker = try #require(try await databases.engine().plan(other).blockers.last)
            #expect(blocker.message.hasSuffix(", without --table, without --existing, without --create."), "\(blocker)")
            let known = try #require(try await databases.engine().plan(CopyRequest()).notes.last)
            #expect(known.message.contains(" is not finished: 2 of 2 chunks are on the target."), "\(known)")
            #expect(error?.hint?.contains("--restart") == true)
            #expect(try databases.target.fingerprint() == before)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            #expect(try databases.sameRows("SELECT * FROM items ORDER BY id") == 500)
        }
    }

    @Test func `a copy that is blocked by what a finished one with other options brought says so`() async throws {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            try databases.source.run(Self.rows)
            var first = CopyRequest()
            first.existing = .keep
            _ = try await databases.engine().copy(first)
            let plan = try await databases.engine().plan(CopyRequest())
            let note = try #require(plan.notes.last)
            #expect(
                !plan.isReady && note.code == .otherFinished && note.message.hasSuffix("with --existing keep."),
                "\(note)")
            let ended = try Ferryman.run(["copy", "--source", databases.source.uri, "--target", databases.target.uri])
            #expect(ended.status == 3 && ended.errors.contains("Job 1, which finished at "), "\(ended.said)")
            // Where others' rows are in the way, the job has nothing to do with it.
            try databases.target.run("CREATE TABLE other AS SELECT 1 AS id, '[1]'::vector AS embedding")
            try databases.source.run("CREATE TABLE other (id int, embedding vector)")
            var others = CopyRequest()
            others.selection.tables = ["other"]
            #expect(try await databases.engine().plan(others).notes.allSatisfy { $0.code != .otherFinished })
        }
    }

    @Test func `a plan of starting over says whose rows are in its way, and is what the copy does`() async throws {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            try databases.source.run(Self.rows)
            _ = try await databases.engine().copy(CopyRequest())
            let ready = try await databases.engine().plan(CopyRequest(), restart: true)
            #expect(
                ready.isReady
                    && ready.notes.last?.message.contains("first removes the rows that job 1 copied") == true)
            try databases.target.run("DELETE FROM documents WHERE ctid IN (SELECT ctid FROM documents LIMIT 3)")
            var repair = VerifyRequest()
            repair.repair = .apply
            #expect(try await databases.engine().verify(repair).outcome == .same)
            let plan = try await databases.engine().plan(CopyRequest(), restart: true)
            let blocker = try #require(plan.blockers.first)
            #expect(
                blocker.table?.name == "documents" && blocker.message.contains("vecferry verify --repair"), "\(blocker)"
            )
            #expect(blocker.hint?.contains("--existing replace") == true)
            let error = await #expect(throws: FerryError.self) {
                try await databases.engine().copy(CopyRequest(), restart: true)
            }
            #expect(
                error?.code == .blocked && error?.hint?.contains("verify --repair") == true,
                "\(String(describing: error))")
            var replacing = CopyRequest()
            replacing.existing = .truncate
            #expect(try await databases.engine().plan(replacing, restart: true).isReady)
            #expect(try await databases.engine().copy(replacing, restart: true).outcome == .proven)
            #expect(try databases.sameRows("SELECT * FROM items ORDER BY id") == 500)
        }
    }

    @Test func `a copy ends with statistics for the planner of queries`() async throws {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            try databases.source.run(Self.rows)
            _ = try await databases.engine().copy(CopyRequest())
            let columns = "SELECT count(DISTINCT (tablename, attname)) FROM pg_stats WHERE schemaname = 'public'"
            #expect(try databases.target.value(columns) == "6")
            let rows = "SELECT sum(reltuples) FROM pg_class WHERE oid IN ('items'::regclass, 'documents'::regclass)"
            #expect(try databases.target.value(rows) == "550")
        }
    }
}
