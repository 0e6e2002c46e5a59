import Ferry
import Postgres
import RigSupport
import Testing

/// What keeps a copy from starting, told by the plan; and that the plan changes nothing.
@Suite struct BlockerTests {
    private static let items = "CREATE TABLE items (id int PRIMARY KEY, botid text, embedding vector(2));"

    /// The blockers of a plan, each as `side code`; the copy must refuse with the first of them.
    private func blockers(
        source: String = BlockerTests.items, target: String = BlockerTests.items,
        _ change: (inout CopyRequest) -> Void = { _ in }
    ) async throws -> [String] {
        try await Rig.withDatabases { databases in
            try databases.source.run(source)
            try databases.target.run(target)
            var request = CopyRequest()
            change(&request)
            return try await blockers(databases.engine(), request)
        }
    }

    private func blockers(_ engine: Engine, _ request: CopyRequest = CopyRequest()) async throws -> [String] {
        let plan = try await engine.plan(request)
        guard !plan.isReady else { return [] }
        let error = await #expect(throws: FerryError.self) { try await engine.copy(request) }
        #expect(error?.code == .blocked)
        #expect(error?.hint?.contains(plan.blockers.first?.message ?? "") == true)
        return plan.blockers.map { "\($0.side.map { "\($0) " } ?? "")\($0.code)" }
    }

    @Test func `a target without the extension`() async throws {
        let without = "DROP EXTENSION vector; CREATE TABLE items (id int)"
        let found = try await blockers(target: without)
        #expect(found.contains("target extension_missing"))
    }

    @Test func `a target without the table`() async throws {
        #expect(try await blockers(target: "") == ["target table_missing"])
    }

    @Test func `a target without a column, or with one that must be given`() async throws {
        #expect(
            try await blockers(target: "CREATE TABLE items (id int, embedding vector(2))") == ["target column_missing"])
        #expect(
            try await blockers(target: Self.items + "ALTER TABLE items ADD x int NOT NULL") == [
                "target column_required"
            ])
    }

    @Test(arguments: ["embedding TYPE vector(3)", "id TYPE bigint", "botid TYPE varchar(5)", "embedding TYPE vector"])
    func `a column of another type or with other dimensions`(change: String) async throws {
        #expect(try await blockers(target: Self.items + "ALTER TABLE items ALTER \(change)") == ["target type_differs"])
    }

    @Test func `source and target are one database`() async throws {
        try await Rig.withDatabases(setup: Self.items) { databases in
            var engine = try databases.engine()
            // Under another name of the host.
            let uri = databases.source.uri.replacing("127.0.0.1", with: "localhost")
            engine.target = Endpoint(.target, try ConnectionParameters(parsing: uri), interrupt: engine.interrupt)
            #expect(try await blockers(engine).contains("same_database"))
        }
    }

    @Test func `two databases of one server are not one database`() async throws {
        try await Rig.withDatabases(setup: Self.items, onTargetServer: true) { databases in
            let plan = try await databases.engine().plan(CopyRequest())
            #expect(plan.isReady)
        }
    }

    // MARK: Rights

    /// Runs `body` with an engine whose sides log in as a role that may do what `grants` say.
    private func withRole(
        on side: Side, grants: (String) -> String, _ request: CopyRequest = CopyRequest(),
        setup: String = BlockerTests.items,
        targetSetup: String = "", _ body: (Plan, String) throws -> Void
    ) async throws {
        try await Rig.withDatabases(setup: setup) { databases in
            let role = "Role \(databases.source.name)"
            let quoted = "\"\(role)\""
            let database = side == .source ? databases.source : databases.target
            try database.run(
                "CREATE ROLE \(quoted) LOGIN PASSWORD 'rig-secret-8f3a'; REVOKE CREATE ON SCHEMA public FROM PUBLIC")
            if !targetSetup.isEmpty { try databases.target.run(targetSetup) }
            defer {
                try? _ = database.run("DROP OWNED BY \(quoted) CASCADE")
                try? _ = database.run("DROP ROLE \(quoted)")
            }
            let statements = grants(quoted)
            if !statements.isEmpty { try database.run(statements) }
            var engine = try databases.engine()
            var parameters = try ConnectionParameters(parsing: database.uri)
            parameters["user"] = role
            let endpoint = Endpoint(side, parameters, interrupt: engine.interrupt)
            if side == .source { engine.source = endpoint } else { engine.target = endpoint }
            let plan = try await engine.plan(request)
            if plan.isReady {
                #expect(try await engine.copy(request).outcome == .proven)
            } else {
                let error = await #expect(throws: FerryError.self) { try await engine.copy(request) }
                #expect(error?.code == .blocked)
            }
            try body(plan, quoted)
            // What the hints name is what was missing.
            let named = plan.blockers.compactMap(\.hint).filter { $0.hasPrefix("GRANT") }
            guard !named.isEmpty else { return }
            for grant in named { try database.run(String(grant.dropLast())) }
            #expect(try await engine.plan(request).isReady)
            #expect(try await engine.copy(request).outcome == .proven)
        }
    }

    /// What the ledger needs.
    private static func ledgerGrant(_ role: String) -> String {
        "DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO \(role)', current_database()); END $$"
    }

    @Test func `a role that may not read the source, with the GRANT that it lacks`() async throws {
        let setup = """
            CREATE SCHEMA "App"; CREATE TABLE "App"."Items" (id serial, botid text, embedding vector(2));
            CREATE TABLE "App".parts (id int, botid text) PARTITION BY RANGE (id);
            CREATE TABLE "App".part PARTITION OF "App".parts DEFAULT
            """
        try await withRole(on: .source, grants: { _ in "" }, setup: setup) { plan, role in
            #expect(
                Set(plan.blockers.compactMap(\.hint)) == [
                    "GRANT USAGE ON SCHEMA \"App\" TO \(role).", "GRANT SELECT ON \"App\".\"Items\" TO \(role).",
                    "GRANT SELECT ON \"App\".part TO \(role).",
                    "GRANT SELECT ON SEQUENCE \"App\".\"Items_id_seq\" TO \(role).",
                ])
        }
    }

    @Test func `a role that may not write the target, with the GRANT that it lacks`() async throws {
        let setup = "CREATE SCHEMA app; CREATE TABLE app.items (id int PRIMARY KEY, botid text, embedding vector(2))"
        try await withRole(on: .target, grants: { _ in "" }, setup: setup) { plan, role in
            let hints = plan.blockers.compactMap(\.hint)
            #expect(hints.contains("GRANT USAGE ON SCHEMA app TO \(role)."))
            #expect(hints.contains("GRANT INSERT, SELECT ON app.items TO \(role)."))
            #expect(hints.contains { $0.hasPrefix("GRANT CREATE ON DATABASE") })
        }
    }

    @Test(arguments: [(ExistingRows.truncate, "TRUNCATE"), (.replace, "DELETE")])
    func `a role that may not clear the target`(existing: ExistingRows, right: String) async throws {
        var request = CopyRequest()
        request.existing = existing
        try await withRole(
            on: .target,
            grants: { "GRANT INSERT, SELECT ON items TO \($0); \(Self.ledgerGrant($0))" }, request,
            targetSetup: "INSERT INTO items VALUES (1, NULL, '[1,2]')"
        ) { plan, role in
            #expect(plan.blockers.compactMap(\.hint) == ["GRANT \(right) ON public.items TO \(role)."])
        }
    }

    @Test func `a role that owns the tables and nothing else is enough`() async throws {
        let setup = Self.items + "CREATE INDEX ON items USING ivfflat (embedding vector_l2_ops) WITH (lists = 2)"
        for side in [Side.source, .target] {
            try await withRole(
                on: side,
                grants: { role in
                    """
                    ALTER TABLE items OWNER TO \(role); GRANT CREATE ON SCHEMA public TO \(role);
                    \(Self.ledgerGrant(role))
                    """
                }, setup: setup
            ) { plan, _ in #expect(plan.isReady, "\(plan.blockers)") }
        }
    }

    @Test func `a source that exports no snapshot`() async throws {
        let setup = Self.items + "REVOKE EXECUTE ON FUNCTION pg_export_snapshot() FROM PUBLIC"
        try await withRole(on: .source, grants: { "GRANT SELECT ON items TO \($0)" }, setup: setup) { plan, _ in
            #expect(plan.blockers.map(\.code) == ["no_snapshot"])
        }
    }

    @Test(arguments: [ExistingRows.keep, .replace])
    func `a role that may not make the temporary table through which rows are merged by key`(
        existing: ExistingRows
    ) async throws {
        let setup = """
            CREATE TABLE items (id int PRIMARY KEY, embedding vector(2)); INSERT INTO items VALUES (1, '[1,1]');
            DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$;
            """
        var request = CopyRequest()
        request.existing = existing
        try await withRole(
            on: .target, grants: { "GRANT INSERT, SELECT, DELETE ON items TO \($0); \(Self.ledgerGrant($0))" }, request,
            setup: setup
        ) { plan, role in
            #expect(
                plan.blockers.compactMap(\.hint) == ["GRANT TEMPORARY ON DATABASE \(plan.target.database) TO \(role)."])
        }
        // Rows that go straight in need none.
        try await withRole(
            on: .target, grants: { "GRANT INSERT, SELECT ON items TO \($0); \(Self.ledgerGrant($0))" },
            setup: setup, targetSetup: "DELETE FROM items"
        ) { plan, _ in #expect(plan.isReady, "\(plan.blockers)") }
    }

    // MARK: Extensions of tables to be made

    /// A type and a function that are made an extension's: the rig's servers have few of their own.
    private static let others = """
        CREATE TYPE mood AS ENUM ('a'); CREATE FUNCTION f(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1';
        ALTER EXTENSION plpgsql ADD TYPE mood; ALTER EXTENSION plpgsql ADD FUNCTION f(text);
        """

    @Test(arguments: [
        "CREATE TABLE items (x mood, embedding vector(2))", "CREATE TABLE items (x mood[], embedding vector(2))",
        "CREATE TYPE pair AS (a int, b mood); CREATE TABLE items (x pair, embedding vector(2))",
        "CREATE DOMAIN own AS text CHECK (f(VALUE) <> ''); CREATE TABLE items (x own, embedding vector(2))",
        "CREATE TABLE items (x text DEFAULT f('a'), embedding vector(2))",
        "CREATE TABLE items (x text CHECK (f(x) <> ''), embedding vector(2))",
        "CREATE TABLE items (x text, embedding vector(2)); CREATE INDEX ON items (f(x))",
        """
        CREATE TABLE items (id int, embedding vector(2)) PARTITION BY RANGE (id);
        CREATE TABLE part PARTITION OF items DEFAULT; ALTER TABLE part ALTER id SET DEFAULT length(f('a'))
        """,
    ])
    func `a table to be made that needs an extension, with the statement that creates it`(setup: String) async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(Self.others)
            try databases.source.run(setup)
            try databases.target.run("DROP EXTENSION plpgsql")
            var request = CopyRequest()
            request.create = true
            let plan = try await databases.engine().plan(request)
            #expect(plan.blockers.map(\.code) == ["extension_missing"])
            let hint = try #require(plan.blockers.first?.hint)
            #expect(hint == "CREATE EXTENSION plpgsql SCHEMA pg_catalog.")
            let error = await #expect(throws: FerryError.self) { try await databases.engine().copy(request) }
            #expect(error?.code == .blocked)
            try databases.target.run(String(hint.dropLast()))
            // The target's version of it has what the source's has, or its types are told to be missing.
            let next = try await databases.engine().plan(request)
            #expect(next.blockers.map(\.code) == (setup.contains("mood") ? ["type_missing"] : []))
            try databases.target.run(Self.others)
            #expect(try await databases.engine().copy(request).outcome == .proven)
        }
    }

    @Test func `a table to be made that needs an extension which the target's server does not have`() async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(Self.others)
            try databases.source.run(
                """
                UPDATE pg_extension SET extname = 'postgis' WHERE extname = 'plpgsql';
                CREATE TABLE items (x mood, embedding vector(2))
                """)
            var request = CopyRequest()
            request.create = true
            let blockers = try await databases.engine().plan(request).blockers
            #expect(blockers.map(\.code) == ["extension_missing"])
            #expect(blockers.first?.message.hasPrefix("The server has no extension postgis") == true)
        }
    }

    @Test func `pgvector in another schema, and one that is too old`() async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run("CREATE TABLE items (id int PRIMARY KEY, embedding vector(2))")
            try databases.target.run("CREATE SCHEMA other; ALTER EXTENSION vector SET SCHEMA other")
            var request = CopyRequest()
            request.create = true
            #expect(try await databases.engine().plan(request).blockers.map(\.code) == ["extension_schema"])
        }
        // The older server's pgvector.
        let swapped = (try Rig.variable("VECFERRY_TARGET"), try Rig.variable("VECFERRY_SOURCE"))
        try await Rig.withDatabases(on: swapped) { databases in
            try databases.source.run("CREATE TABLE items (id int PRIMARY KEY, embedding sparsevec(2))")
            try databases.target.run("DROP EXTENSION vector")
            var request = CopyRequest()
            request.create = true
            #expect(try await databases.engine().plan(request).blockers.map(\.code) == ["type_missing"])
        }
    }

    @Test func `a policy that would hide rows`() async throws {
        let setup = Self.items + "ALTER TABLE items ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON items USING (id > 1)"
        for side in [Side.source, .target] {
            try await withRole(
                on: side,
                grants: { role in
                    """
                    GRANT SELECT, INSERT ON items TO \(role);
                    \(Self.ledgerGrant(role))
                    """
                }, setup: setup
            ) { plan, _ in #expect(plan.blockers.map { "\($0.side!) \($0.code)" } == ["\(side) row_security"]) }
        }
    }

    // MARK: The plan changes nothing

    @Test func `a plan writes nothing on either side`() async throws {
        try await Rig.withDatabases(setup: Self.items) { databases in
            try databases.source.run("INSERT INTO items VALUES (1, 'a', '[1,2]')")
            try databases.target.run("INSERT INTO items VALUES (2, 'b', '[1,2]')")
            let before = (try databases.source.fingerprint(), try databases.target.fingerprint())
            for existing in ExistingRows.allCases {
                var request = CopyRequest()
                request.existing = existing
                request.selection.all = true
                request.create = true
                _ = try await databases.engine().plan(request)
            }
            #expect(try databases.source.fingerprint() == before.0)
            #expect(try databases.target.fingerprint() == before.1)
        }
    }

    @Test func `a session on the source can't write, whatever it is made to run`() async throws {
        let setup = """
            CREATE TABLE log (x text); CREATE TYPE bot AS (name text);
            CREATE FUNCTION told(bot) RETURNS text LANGUAGE plpgsql AS
                $$ BEGIN INSERT INTO public.log VALUES ('read'); RETURN ($1).name; END $$;
            CREATE CAST (bot AS text) WITH FUNCTION told(bot);
            CREATE TABLE items (id int PRIMARY KEY, botid bot, embedding vector(2))
            """
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run("INSERT INTO items VALUES (1, ROW('a'), '[1,2]')")
            var request = CopyRequest()
            request.selection.bots = ["a"]
            let engine = try databases.engine(
                retry: RetryPolicy(attempts: 1, firstDelay: .zero, longestDelay: .zero))
            for isCopy in [false, true] {
                let error = await #expect(throws: FerryError.self) {
                    if isCopy { _ = try await engine.copy(request) } else { _ = try await engine.plan(request) }
                }
                #expect(error?.cause?.sqlState == "25006")
            }
            #expect(try databases.source.value("SELECT count(*) FROM log") == "0")
        }
    }

    @Test func `a copy writes nothing on the source`() async throws {
        try await Rig.withDatabases(setup: Self.items) { databases in
            try databases.source.run("INSERT INTO items SELECT i, 'a', ARRAY[i, i] FROM generate_series(1, 1000) AS i")
            let before = try databases.source.fingerprint()
            let events = try databases.engine(events: { _ in })
            #expect(try await events.copy(CopyRequest()).outcome == .proven)
            #expect(try databases.source.fingerprint() == before)
        }
    }

    @Test func `what the plan says is what the copy does`() async throws {
        try await Rig.withDatabases(setup: Self.items) { databases in
            try databases.source.run("INSERT INTO items SELECT i, 'a', ARRAY[i, i] FROM generate_series(1, 1000) AS i")
            let plan = try await databases.engine().plan(CopyRequest())
            let planned = PlannedEvents()
            let report = try await databases.engine(events: planned.take).copy(CopyRequest())
            #expect(planned.plans == [plan])
            #expect(report.tables.map(\.name) == plan.pairs.map(\.name))
            #expect(planned.chunks == plan.chunks.count)
        }
    }
}
