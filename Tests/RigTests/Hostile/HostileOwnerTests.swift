import Postgres
import RigSupport
import Synchronization
import Testing

@testable import Ferry

/// The code of a table's owner runs as the owner while rows change, or the plan warns.
@Suite struct HostileOwnerTests {
    private static let source = """
        CREATE TABLE items (id int PRIMARY KEY, embedding vector(2), code text);
        INSERT INTO items SELECT i, ARRAY[i, i], 'x' FROM generate_series(1, 20) AS i
        """

    /// A source of 20 rows, and a target whose tables a role made, with code in them.
    private static func withOwner(
        on pair: ServerPair = .rig, _ body: (RigDatabases, TestRole) async throws -> Void
    ) async throws {
        try await Rig.withDatabases(on: try pair.servers) { databases in
            try databases.source.run("CREATE DOMAIN code AS text; \(source.replacing("code text", with: "code code"))")
            try await databases.target.withRole { owner in
                try databases.target.run(
                    """
                    GRANT CREATE ON SCHEMA public TO \(owner.name);
                    GRANT CREATE ON DATABASE \(databases.target.name) TO \(owner.name)
                    """)
                try HostileScript.run("check", as: owner.uri)
                try await body(databases, owner)
            }
        }
    }

    private static func expectRan(
        as owner: TestRole, _ places: Set<String>, _ databases: RigDatabases,
        location: SourceLocation = #_sourceLocation
    ) throws {
        let ran = try databases.target.run("SELECT DISTINCT who, place FROM ran")
        #expect(Set(ran.map { $0[0] }) == [owner.name], "\(ran)", sourceLocation: location)
        #expect(Set(ran.compactMap { $0[1] }) == places, "\(ran)", sourceLocation: location)
    }

    @Test(arguments: ServerPair.allCases)
    func `checks, defaults and generated columns run as the owner while rows are loaded`(
        on pair: ServerPair
    ) async throws {
        try await Self.withOwner(on: pair) { databases, owner in
            let plan = try await databases.engine().plan(CopyRequest())
            let note = try #require(plan.notes.first { $0.code == .foreignCode })
            #expect(note.level == .info && note.message.contains("public.note"), "\(note)")
            #expect(plan.pairs.first?.owner == owner.name)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            try Self.expectRan(as: owner, ["check", "default", "domain", "generated"], databases)
        }
    }

    @Test(arguments: [ExistingRows.keep, .replace])
    func `they run as the owner while rows are merged by key`(_ existing: ExistingRows) async throws {
        try await Self.withOwner { databases, owner in
            try Psql.run(owner.uri, "INSERT INTO public.items (id) VALUES (3), (99); DELETE FROM public.ran")
            var request = CopyRequest()
            request.existing = existing
            #expect(try await databases.engine().copy(request).outcome == .proven)
            try Self.expectRan(as: owner, ["check", "default", "domain", "generated"], databases)
            #expect(try databases.target.value("SELECT count(*) FROM items") == "21")
            try databases.target.run("DELETE FROM ran")
            #expect(try await databases.engine().copy(request, restart: true).outcome == .proven)
            try Self.expectRan(as: owner, ["check", "default", "domain", "generated"], databases)
        }
    }

    @Test func `they run as the owner while rows are repaired`() async throws {
        try await Self.withOwner { databases, owner in
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            try databases.target.run(
                """
                SET session_replication_role TO replica; DELETE FROM public.items WHERE id = 1;
                INSERT INTO public.items (id) VALUES (77); UPDATE public.items SET code = 'y' WHERE id = 2; DELETE FROM public.ran
                """)
            var request = VerifyRequest()
            request.repair = .apply
            #expect(try await databases.engine().verify(request).outcome == .same)
            try Self.expectRan(as: owner, ["check", "default", "domain", "generated"], databases)
        }
    }

    /// PostgreSQL runs these as the table's owner by itself, whoever builds, and whoever analyzes.
    @Test(arguments: ServerPair.allCases)
    func `expressions of indexes and statistics run as the owner while they are built`(on pair: ServerPair) async throws
    {
        try await Rig.withDatabases(on: try pair.servers) { databases in
            let table = "CREATE TABLE public.items (id int PRIMARY KEY, embedding public.vector(2))"
            let index = """
                CREATE INDEX twice ON public.items USING hnsw ((public.twice(embedding)::public.vector(2)) public.vector_l2_ops)
                """
            try databases.source.run(
                """
                \(table); INSERT INTO items SELECT i, ARRAY[i, i] FROM generate_series(1, 500) AS i;
                CREATE FUNCTION public.twice(v public.vector) RETURNS public.vector LANGUAGE sql IMMUTABLE AS 'SELECT v'; \(index)
                """)
            try await databases.target.withRole { owner in
                try databases.target.run("GRANT CREATE ON SCHEMA public TO \(owner.name)")
                try Psql.run(
                    owner.uri,
                    """
                    CREATE FUNCTION public.twice(v public.vector) RETURNS public.vector LANGUAGE plpgsql IMMUTABLE AS $$
                    BEGIN
                        IF current_user <> '\(owner.name)' THEN RAISE EXCEPTION 'ran as %', current_user; END IF;
                        RETURN v;
                    END $$;
                    \(table);
                    \(index);
                    CREATE STATISTICS public.doubled ON (public.twice(embedding)) FROM public.items
                    """)
                #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
                var request = VerifyRequest()
                request.search = SearchRequest(queries: 2, k: 2)
                let report = try await databases.engine().verify(request)
                #expect(report.outcome == .same && report.searches.first?.target.index?.name == "twice")
                var online = IndexStepRequest()
                online.index.online = true
                let built = try await databases.engine().targetAlone.index(online)
                #expect(built.indexes.allSatisfy { $0.error == nil }, "\(built)")
            }
        }
    }

    @Test func `a role that may not act as the owner is warned, and told the function`() async throws {
        try await Self.withOwner { databases, owner in
            try await databases.target.withRole { operating in
                try databases.target.run(
                    """
                    GRANT ALL ON items TO \(operating.name); GRANT CREATE ON SCHEMA public TO \(operating.name);
                    CREATE SCHEMA vecferry AUTHORIZATION \(operating.name)
                    """)
                var engine = try databases.engine()
                engine.target = Endpoint(
                    .target, try ConnectionParameters(parsing: operating.uri), interrupt: engine.workers.interrupt)
                let plan = try await engine.plan(CopyRequest())
                let note = try #require(plan.notes.first { $0.code == .foreignCode })
                #expect(note.level == .warning && note.message.contains("with your rights: public.note"), "\(note)")
                #expect(note.message.contains(owner.name) && plan.pairs.first?.owner == nil)
            }
        }
    }

    /// An owner may exchange a table for a view at any time; what is read then must not run the view's functions.
    @Test func `a view in the place of a table is not read, on servers that can refuse it`() async throws {
        try await Rig.withDatabases { databases in
            try await databases.target.withRole { owner in
                try databases.target.run(
                    """
                    GRANT CREATE ON SCHEMA public TO \(owner.name); SET ROLE \(owner.name);
                    CREATE FUNCTION ran() RETURNS int LANGUAGE plpgsql AS
                        $$ BEGIN RAISE EXCEPTION 'ran as %', current_user; END $$;
                    CREATE VIEW items AS SELECT public.ran() AS id
                    """)
                let engine = try databases.engine()
                try await Meanwhile { _ in
                    let session = try engine.target.connect()
                    let error = #expect(throws: FerryError.self) {
                        try session.query("SELECT id FROM ONLY public.items")
                    }
                    #expect(error?.message.contains("non-system view") == true, "\(String(describing: error))")
                }.value
            }
        }
    }

    @Test func `the owner's code may read the owner's views while rows are loaded`() async throws {
        let source =
            "CREATE TABLE items (id int PRIMARY KEY, embedding vector(2)); INSERT INTO items VALUES (1, '[1,1]')"
        try await Rig.withDatabases { databases in
            try databases.source.run(source)
            try await databases.target.withRole { owner in
                try databases.target.run("GRANT CREATE ON SCHEMA public TO \(owner.name)")
                try Psql.run(
                    owner.uri,
                    """
                    CREATE VIEW public.least AS SELECT 0 AS id;
                    CREATE FUNCTION public.fits(id int) RETURNS boolean LANGUAGE sql
                        AS 'SELECT $1 > l.id FROM public.least AS l';
                    CREATE TABLE public.items (id int PRIMARY KEY, embedding public.vector(2), CHECK (public.fits(id)))
                    """)
                #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            }
        }
    }

    @Test func `a copy that acts as the owner resumes without losing or doubling a row`() async throws {
        let table =
            "CREATE TABLE items (id int PRIMARY KEY, embedding vector(2)); CREATE TABLE other (id int, v vector(2))"
        try await Rig.withDatabases(setup: table) { databases in
            try databases.source.run(
                """
                INSERT INTO items SELECT i, ARRAY[i, i] FROM generate_series(1, 20000) AS i; ANALYZE items;
                INSERT INTO other SELECT i, ARRAY[i, i] FROM generate_series(1, 100) AS i
                """)
            try await databases.target.withRole { owner in
                try databases.target.run("ALTER TABLE items OWNER TO \(owner.name)")
                var request = CopyRequest()
                request.chunkBytes = 64 << 10
                let interrupt = Interrupt()
                let chunks = Mutex(0)
                let stopped = try databases.engine(interrupt: interrupt) { event in
                    guard case .chunkDone = event else { return }
                    if chunks.withLock({
                        $0 += 1; return $0
                    }) == 5 {
                        interrupt.request()
                    }
                }
                await #expect(throws: FerryError.self) { try await stopped.copy(request) }
                let committed = try databases.target.value(
                    "SELECT coalesce(sum(rows), 0) FROM vecferry.chunk WHERE finished_at IS NOT NULL")
                let there = try databases.target.value(
                    "SELECT (SELECT count(*) FROM items) + (SELECT count(*) FROM other)")
                #expect(committed == there)
                #expect(try await databases.engine().copy(request).outcome == .proven)
                #expect(
                    try databases.target.value("SELECT count(*) || ' ' || count(DISTINCT id) FROM items")
                        == "20000 20000")
            }
        }
    }

    /// The check of a foreign key's rows casts its columns, by casts that the owner has made.
    @Test(arguments: ServerPair.allCases)
    func `a foreign key is put back as the owner`(on pair: ServerPair) async throws {
        try await Rig.withDatabases(on: try pair.servers) { databases in
            let script = """
                CREATE TYPE public.code AS ENUM ('a');
                CREATE TABLE public.bots (bot_id text PRIMARY KEY);
                CREATE TABLE public.items (id int PRIMARY KEY, bot public.code, embedding public.vector(2));
                """
            try databases.source.run(script)
            try databases.source.run("INSERT INTO bots VALUES ('a'); INSERT INTO items VALUES (1, 'a', '[1,1]')")
            try await databases.target.withRole { owner in
                try databases.target.run("GRANT CREATE ON SCHEMA public TO \(owner.name)")
                try Psql.run(
                    owner.uri,
                    """
                    \(script)
                    CREATE FUNCTION public.text_of(public.code) RETURNS text LANGUAGE plpgsql AS $$
                    BEGIN
                        IF current_user <> '\(owner.name)' THEN RAISE EXCEPTION 'ran as %', current_user; END IF;
                        RETURN 'a';
                    END $$;
                    CREATE CAST (public.code AS text) WITH FUNCTION public.text_of(public.code) AS IMPLICIT;
                    ALTER TABLE public.items ADD FOREIGN KEY (bot) REFERENCES public.bots
                    """)
                var request = CopyRequest()
                request.selection.all = true
                #expect(try await databases.engine().copy(request).outcome == .proven)
                #expect(try await databases.engine().copy(request, restart: true).outcome == .proven)
                let keys = try databases.target.value(
                    "SELECT count(*) FROM pg_constraint WHERE conrelid = 'items'::regclass AND contype = 'f'")
                #expect(keys == "1")
            }
        }
    }

    /// Only the triggers of the plan are switched off.
    @Test func `a trigger that is newer than the plan runs as the owner`() async throws {
        let table = "CREATE TABLE items (id int PRIMARY KEY, embedding vector(2))"
        try await Rig.withDatabases(setup: table) { databases in
            try databases.source.run("INSERT INTO items VALUES (1, '[1,1]')")
            try await databases.target.withRole { owner in
                try databases.target.run(
                    """
                    INSERT INTO items VALUES (2, '[2,2]'); ALTER TABLE items OWNER TO \(owner.name);
                    CREATE TABLE ran (who text); GRANT ALL ON ran TO PUBLIC;
                    CREATE FUNCTION ran() RETURNS trigger LANGUAGE plpgsql AS
                        $$ BEGIN INSERT INTO public.ran VALUES (current_user); RETURN NULL; END $$
                    """)
                var request = CopyRequest()
                request.existing = .truncate
                let engine = try databases.engine { event in
                    guard case .began(.prepare) = event else { return }
                    _ = try? databases.target.run(
                        "CREATE TRIGGER ran BEFORE TRUNCATE OR INSERT ON items EXECUTE FUNCTION ran()")
                }
                #expect(try await engine.copy(request).outcome == .proven)
                #expect(try databases.target.run("SELECT DISTINCT who FROM ran") == [[owner.name]])
                #expect(try databases.target.value("SELECT count(*) > 1 FROM ran") == "t")
            }
        }
    }
}
