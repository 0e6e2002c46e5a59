import Ferry
import RigSupport
import Testing

/// Code that names things without a schema works while rows are loaded, as in the app's own INSERT.
@Suite struct OwnPathTests {
    private static let functions = """
        CREATE FUNCTION clean(t text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN lower(t); END';
        CREATE FUNCTION slug(t text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN clean(t); END';
        CREATE TABLE docs (id int PRIMARY KEY, t text, embedding vector(2));
        """

    @Test(arguments: [
        "ALTER TABLE docs ADD g text GENERATED ALWAYS AS (slug(t)) STORED;",
        "ALTER TABLE docs ADD CHECK (slug(t) <> 'x');",
        "CREATE INDEX by_slug ON docs (slug(t));",
    ])
    func `a function finds another one by the database's path`(use: String) async throws {
        try await Rig.withDatabases(setup: Self.functions + use) { databases in
            try databases.source.run("INSERT INTO docs SELECT i, 'T' || i, '[1,2]' FROM generate_series(1, 20000) AS i")
            let report = try await databases.engine().copy(CopyRequest())
            #expect(report.outcome == .proven)
            #expect(report.stillOff.isEmpty)
        }
    }

    @Test func `a path of the database's own is used, and pg_catalog stays first`() async throws {
        let setup = """
            CREATE SCHEMA app; CREATE FUNCTION app.clean(t text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT ''app''';
            CREATE FUNCTION app.lower(t text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT ''hijacked''';
            CREATE FUNCTION slug(t text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN clean(t) || lower(t); END';
            DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = "$user", app, pg_catalog, public', current_database());
            END $$;
            """
        try await Rig.withDatabases(setup: setup) { databases in
            let table = """
                CREATE TABLE public.docs (id int PRIMARY KEY, t text, embedding public.vector(2),
                    g text GENERATED ALWAYS AS (public.slug(t)) STORED)
                """
            try databases.source.run(table + "; INSERT INTO public.docs VALUES (1, 'A', '[1,1]')")
            try databases.target.run(table)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            #expect(try databases.target.value("SELECT g FROM public.docs") == "appa")
        }
    }

    @Test func `an event trigger that writes to a log by an unqualified name`() async throws {
        let tables = """
            CREATE TABLE docs (id int PRIMARY KEY, embedding vector(2));
            CREATE INDEX docs_embedding ON docs USING hnsw (embedding vector_l2_ops);
            """
        try await Rig.withDatabases(setup: tables) { databases in
            try databases.target.run(
                """
                CREATE TABLE ddl_log (tag text);
                CREATE FUNCTION log_ddl() RETURNS event_trigger LANGUAGE plpgsql
                    AS 'BEGIN INSERT INTO ddl_log VALUES (tg_tag); END';
                CREATE EVENT TRIGGER log_ddl ON ddl_command_end EXECUTE FUNCTION log_ddl();
                """)
            try databases.source.run("INSERT INTO docs SELECT i, '[1,2]' FROM generate_series(1, 20) AS i")
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            #expect(try databases.target.value("SELECT count(*) FROM ddl_log WHERE tag = 'CREATE INDEX'") == "1")
            #expect(try await databases.engine().targetAlone.index(IndexStepRequest()).isDone)
            #expect(try await databases.engine().copy(CopyRequest(), restart: true).outcome == .proven)
        }
    }
}
