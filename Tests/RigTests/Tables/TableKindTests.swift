import RigSupport
import Testing

@testable import Ferry

/// Kinds of tables, and the objects that belong to them.
@Suite struct TableKindTests {
    @Test func `foreign keys between copied tables hold afterwards, in cycles and to themselves too`() async throws {
        let setup = """
            CREATE TABLE a (id int PRIMARY KEY, b int, botid text, up int REFERENCES a, embedding vector(2));
            CREATE TABLE b (id int PRIMARY KEY, a int CONSTRAINT "to A" REFERENCES a ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);
            ALTER TABLE a ADD CONSTRAINT late FOREIGN KEY (b) REFERENCES b NOT VALID;
            COMMENT ON CONSTRAINT "to A" ON b IS 'It''s a comment';
            CREATE TABLE c (x int, y int, PRIMARY KEY (x, y), up_x int, up_y int, botid text,
                FOREIGN KEY (up_x, up_y) REFERENCES c (x, y) MATCH FULL ON UPDATE SET NULL) PARTITION BY RANGE (x);
            CREATE TABLE c1 PARTITION OF c DEFAULT;
            """
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run(
                """
                BEGIN; SET CONSTRAINTS ALL DEFERRED; ALTER TABLE a DROP CONSTRAINT late;
                INSERT INTO a SELECT i, 101 - i, 'x', CASE WHEN i > 1 THEN 101 - i END, ARRAY[i, i]
                FROM generate_series(1, 100) AS i; INSERT INTO b SELECT i, 101 - i FROM generate_series(1, 100) AS i;
                INSERT INTO c SELECT i, i, 51 - i, 51 - i, 'x' FROM generate_series(1, 50) AS i; COMMIT
                """)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            for (table, key, count) in [("a", "id", 100), ("b", "id", 100), ("c", "x", 50)] {
                #expect(try databases.sameRows("SELECT * FROM \(table) ORDER BY \(key)") == count)
            }
            try databases.source.run("ALTER TABLE a ADD CONSTRAINT late FOREIGN KEY (b) REFERENCES b NOT VALID")
            let keys = """
                SELECT string_agg(concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated,
                    obj_description(oid, 'pg_constraint')), ';' ORDER BY conrelid::regclass::text, conname)
                FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 AND conrelid::regclass::text NOT LIKE 'vecferry%'
                """
            let (expected, found) = (try databases.source.value(keys), try databases.target.value(keys))
            #expect(expected == found)
            #expect(throws: (any Error).self) { try databases.target.run("UPDATE b SET a = 999") }
        }
    }

    @Test func `user triggers do not fire, and are afterwards as they were`() async throws {
        let setup = """
            CREATE TABLE log (what text);
            CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN INSERT INTO public.log VALUES (TG_NAME || TG_OP); RETURN NEW; END $$;
            CREATE TABLE items (id int PRIMARY KEY, botid text, embedding vector(2));
            CREATE TABLE parts (id int, botid text) PARTITION BY RANGE (id);
            CREATE TABLE parts_1 PARTITION OF parts DEFAULT;
            """
        let triggers = """
            CREATE TRIGGER o BEFORE INSERT OR DELETE ON items FOR EACH ROW EXECUTE FUNCTION note();
            CREATE TRIGGER "A" AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION note();
            CREATE TRIGGER r AFTER INSERT ON items FOR EACH STATEMENT EXECUTE FUNCTION note();
            CREATE TRIGGER d AFTER INSERT ON items FOR EACH STATEMENT EXECUTE FUNCTION note();
            CREATE TRIGGER t BEFORE TRUNCATE ON items FOR EACH STATEMENT EXECUTE FUNCTION note();
            ALTER TABLE items ENABLE ALWAYS TRIGGER "A", ENABLE REPLICA TRIGGER r, DISABLE TRIGGER d;
            CREATE TRIGGER p AFTER INSERT ON parts FOR EACH ROW EXECUTE FUNCTION note();
            CREATE TRIGGER one AFTER INSERT ON parts_1 FOR EACH ROW EXECUTE FUNCTION note();
            ALTER TABLE ONLY parts_1 ENABLE ALWAYS TRIGGER p;
            """
        let state = """
            SELECT string_agg(concat_ws(' ', tgrelid::regclass, tgname, tgenabled), ';' ORDER BY tgrelid::regclass::text, tgname)
            FROM pg_trigger WHERE NOT tgisinternal
            """
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run(
                "INSERT INTO items VALUES (1, 'x', '[1,2]'), (2, 'y', '[1,2]'); INSERT INTO parts VALUES (1, 'x')")
            try databases.target.run("INSERT INTO items VALUES (3, 'x', '[1,2]');" + triggers)
            let before = try databases.target.value(state)
            for existing in [ExistingRows.replace, .truncate] {
                var request = CopyRequest()
                request.existing = existing
                #expect(try await databases.engine().copy(request).outcome == .proven)
                #expect(try databases.sameRows("SELECT * FROM items ORDER BY id") == 2)
                #expect(try databases.target.value("SELECT count(*) FROM log") == "0")
                #expect(try databases.target.value(state) == before)
            }
        }
    }

    @Test func `views and materialized views are left alone`() async throws {
        let setup = """
            CREATE TABLE items (id int PRIMARY KEY, botid text, embedding vector(2));
            CREATE VIEW shown AS SELECT * FROM items; CREATE MATERIALIZED VIEW kept AS SELECT * FROM items
            """
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run("INSERT INTO items VALUES (1, 'x', '[1,2]'); REFRESH MATERIALIZED VIEW kept")
            var request = CopyRequest()
            request.selection.all = true
            let report = try await databases.engine().copy(request)
            #expect(report.outcome == .proven)
            #expect(report.tables.map(\.name.name) == ["items"])
            #expect(try databases.sameRows("SELECT * FROM shown") == 1)
            #expect(try databases.target.value("SELECT count(*) FROM kept") == "0")
        }
    }

    @Test func `row triggers that a target before 15 would fire in partitions are blockers`() async throws {
        let setup = """
            CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
            CREATE TABLE items (id int, embedding vector(2)) PARTITION BY RANGE (id);
            CREATE TABLE items_1 PARTITION OF items DEFAULT;
            CREATE TRIGGER "Each" AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION note();
            CREATE TRIGGER off AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION note();
            CREATE TRIGGER statement AFTER INSERT ON items FOR EACH STATEMENT EXECUTE FUNCTION note();
            CREATE TRIGGER own AFTER INSERT ON items_1 FOR EACH ROW EXECUTE FUNCTION note();
            ALTER TABLE items DISABLE TRIGGER off;
            """
        try await Rig.withDatabases(setup: setup) { databases in
            let engine = try databases.engine()
            let request = CopyRequest()
            let surveyor = Surveyor(source: engine.source, target: engine.target, request: request)
            var survey = try surveyor.survey(
                in: nil, source: try engine.source.connect(), target: try engine.target.connect())
            #expect(Planner(request: request, survey: survey).plan().isReady)
            // As a server of 14 tells it, to whom partitions' copies of triggers are internal.
            survey.target.server.versionNumber = 140_011
            for (oid, relation) in survey.target.relations where relation.name.name == "items_1" {
                survey.target.relations[oid]?.triggers.removeAll { $0.name != "own" }
            }
            let blockers = Planner(request: request, survey: survey).plan().blockers
            #expect(blockers.map(\.code) == [.partitionTrigger])
            #expect(blockers.first?.message.contains("public.items have its row trigger Each,") == true, "\(blockers)")
            #expect(blockers.first?.hint?.contains("ALTER TABLE public.items DISABLE TRIGGER \"Each\"") == true)
        }
    }

    @Test(arguments: [false, true])
    func `a table that a crash would empty is pointed out`(isCreated: Bool) async throws {
        let quick = "CREATE UNLOGGED TABLE quick (id int PRIMARY KEY, embedding vector(2));"
        let parts = """
            CREATE TABLE parts (id int PRIMARY KEY, embedding vector(2)) PARTITION BY RANGE (id);
            CREATE UNLOGGED TABLE parts_1 PARTITION OF parts DEFAULT; CREATE TABLE safe (embedding vector(2));
            """
        try await Rig.withDatabases { databases in
            try databases.source.run((isCreated ? quick : quick.replacing("UNLOGGED ", with: "")) + parts)
            if !isCreated { try databases.target.run(quick + parts) }
            var request = CopyRequest()
            request.create = isCreated
            let plan = try await databases.engine().plan(request)
            #expect(plan.isReady)
            let notes = plan.warnings.filter { $0.code == .unlogged }
            #expect(notes.compactMap(\.table?.name).sorted() == ["parts", "quick"])
            #expect(notes.compactMap(\.hint).contains { $0.contains("ALTER TABLE public.parts_1 SET LOGGED") })
        }
    }

    @Test func `unlogged tables, tables without rows and tables without columns are copied`() async throws {
        let setup = """
            CREATE UNLOGGED TABLE quick (id int PRIMARY KEY, embedding vector(2)); CREATE TABLE none (id int, botid text);
            CREATE TABLE nothing (); CREATE TABLE dropped (x int); ALTER TABLE dropped DROP COLUMN x;
            CREATE TEMPORARY TABLE gone (botid text);
            """
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run(
                """
                INSERT INTO quick SELECT i, ARRAY[i, i] FROM generate_series(1, 10) AS i;
                INSERT INTO nothing SELECT FROM generate_series(1, 12345); INSERT INTO dropped DEFAULT VALUES
                """)
            var request = CopyRequest()
            request.selection.all = true
            let report = try await databases.engine().copy(request)
            #expect(report.outcome == .proven)
            #expect(report.tables.count == 4)
            #expect(try databases.sameRows("SELECT * FROM quick ORDER BY id") == 10)
            #expect(try databases.sameRows("SELECT * FROM none") == 0)
            #expect(
                try databases.sameRows("SELECT count(*) FROM nothing WHERE 12345 = (SELECT count(*) FROM nothing)") == 1
            )
            #expect(try databases.target.value("SELECT count(*) FROM nothing") == "12345")
            #expect(try databases.target.value("SELECT count(*) FROM dropped") == "1")
        }
    }

    @Test func `a row of 200 MB is copied`() async throws {
        let setup =
            "CREATE TABLE items (id int PRIMARY KEY, botid text, b bytea, t text); "
            + "ALTER TABLE items ALTER b SET STORAGE EXTERNAL, ALTER t SET STORAGE EXTERNAL"
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run(
                "INSERT INTO items SELECT 1, 'x', convert_to(s, 'UTF8'), s FROM (SELECT repeat('0123456789', 10000000) AS s) AS s"
            )
            let report = try await databases.engine().copy(CopyRequest())
            #expect(report.outcome == .proven)
            #expect(report.streamedBytes > 200_000_000)
            #expect(try databases.sameRows("SELECT id, botid, sha256(b), md5(t), length(t) FROM items") == 1)
        }
    }

    @Test func `chunks of one page add up to the table`() async throws {
        let setup =
            "CREATE TABLE items (id int PRIMARY KEY, botid text, embedding vector(3)); "
            + "CREATE TABLE typed (id int PRIMARY KEY, botid text, kind regclass)"
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run(
                """
                INSERT INTO items SELECT i, 'x', ARRAY[i, i, i] FROM generate_series(1, 5000) AS i;
                DELETE FROM items WHERE id BETWEEN 1000 AND 3000 OR id > 4900;
                INSERT INTO typed SELECT i, 'x', 'items' FROM generate_series(1, 2000) AS i
                """)
            var request = CopyRequest()
            request.chunkBytes = 1
            let plan = try await databases.engine().plan(request)
            #expect(plan.chunks.count > 40)
            #expect(try await databases.engine(streams: 3).copy(request).outcome == .proven)
            #expect(try databases.sameRows("SELECT * FROM items ORDER BY id") == 2899)
            #expect(try databases.sameRows("SELECT * FROM typed ORDER BY id") == 2000)
        }
    }
}
