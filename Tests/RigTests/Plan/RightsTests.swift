import Ferry
import Postgres
import RigSupport
import Testing

/// The plan reports missing privileges, with the GRANT that is needed.
@Suite struct RightsTests {
    private static let items = "CREATE TABLE items (id int PRIMARY KEY, botid text, embedding vector(2));"

    /// Runs `body` with an engine whose sides log in as a role that may do what `grants` say.
    private func withRole(
        on side: Side, grants: (String) -> String, _ request: CopyRequest = CopyRequest(),
        setup: String = RightsTests.items,
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
            let endpoint = Endpoint(side, parameters, interrupt: engine.workers.interrupt)
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
            let named = plan.blockers.compactMap(\.hint).filter {
                $0.hasPrefix("GRANT") || $0.hasPrefix("CREATE SCHEMA")
            }
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

    @Test(arguments: Side.allCases)
    func `a role that has the right without inheriting it is told how to take it`(_ side: Side) async throws {
        try await Rig.withDatabases(setup: Self.items) { databases in
            try databases.source.run("INSERT INTO items VALUES (1, 'a', '[1,1]')")
            let database = side == .source ? databases.source : databases.target
            try await database.withRole("LOGIN NOINHERIT") { member in
                try await database.withRole("NOLOGIN") { owner in
                    try database.run(
                        """
                        GRANT \(owner.name) TO \(member.name); ALTER TABLE items OWNER TO \(owner.name);
                        GRANT ALL ON SCHEMA public TO \(owner.name);
                        DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO \(owner.name), \(member.name)', current_database()); END $$
                        """)
                    func engine(_ options: String?) throws -> Engine {
                        var engine = try databases.engine()
                        var parameters = try ConnectionParameters(parsing: member.uri)
                        parameters["options"] = options
                        let endpoint = Endpoint(side, parameters, interrupt: engine.workers.interrupt)
                        if side == .source { engine.source = endpoint } else { engine.target = endpoint }
                        return engine
                    }
                    let plan = try await engine(nil).plan(CopyRequest())
                    let option = "-c role=\(owner.name)"
                    let advice =
                        "If \(owner.name) may, whose rights this role does not inherit, add options='\(option)' to --\(side)."
                    #expect(
                        plan.blockers.contains { $0.code == .noPermission && $0.hint?.hasSuffix(advice) == true },
                        "\(plan.blockers)")
                    #expect(try await engine(option).copy(CopyRequest()).outcome == .proven)
                }
            }
        }
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
            #expect(hints.contains("CREATE SCHEMA vecferry AUTHORIZATION \(role)."))
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
            #expect(plan.blockers.map(\.code) == [.noSnapshot])
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

    @Test func `a foreign key that the role could not put back stays`() async throws {
        let setup = """
            CREATE SCHEMA auth; CREATE TABLE auth.users (id int PRIMARY KEY);
            CREATE TABLE items (id int PRIMARY KEY, uid int REFERENCES auth.users, embedding vector(2));
            INSERT INTO auth.users VALUES (1);
            """
        var request = CopyRequest()
        request.selection.excluded = ["auth.*"]
        try await withRole(
            on: .target,
            grants: { role in
                Self.ledgerGrant(role)
                    + "; GRANT USAGE ON SCHEMA auth TO \(role); GRANT USAGE, CREATE ON SCHEMA public TO \(role); "
                    + "ALTER TABLE items OWNER TO \(role)"
            }, request, setup: setup
        ) { plan, _ in
            #expect(plan.warnings.map(\.code) == [.keyStays])
            #expect(plan.pairs.flatMap(\.constraints).isEmpty)
        }
    }

    @Test func `an index whose function the owner may no longer run stays`() async throws {
        let setup = """
            CREATE FUNCTION norm(t text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower(t)';
            CREATE TABLE items (id int PRIMARY KEY, t text, embedding vector(2)); CREATE INDEX by_norm ON items (norm(t));
            """
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run(
                "INSERT INTO items SELECT i, 'a', '[1,2]' FROM generate_series(1, 20000) AS i; ANALYZE")
            try databases.target.run("ALTER FUNCTION norm STABLE")
            let plan = try await databases.engine().plan(CopyRequest())
            #expect(plan.warnings.map(\.code) == [.indexStays])
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            #expect(try databases.target.value("SELECT count(*) FROM pg_class WHERE relname = 'by_norm'") == "1")
        }
    }
}
