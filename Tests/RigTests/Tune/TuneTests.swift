import Ferry
import Postgres
import RigSupport
import Testing

/// `vecferry tune` on real embeddings: what it promises is what psql finds, and it can be taken back.
@Suite struct TuneTests {
    private func tune(
        _ databases: RigDatabases, beside source: Bool = true, _ change: (inout TuneRequest) -> Void = { _ in },
        as user: String? = nil
    ) async throws -> TuneReport {
        let engine = try databases.engine()
        var target = engine.targetAlone
        if let user {
            target.target = Endpoint(
                .target, try ConnectionParameters(parsing: user), interrupt: engine.workers.interrupt)
        }
        var request = TuneRequest()
        request.search.queries = 50
        change(&request)
        return try await target.tune(request, beside: source ? engine.source : nil)
    }

    /// Whether the target is, or would be, as good as its reference. How fast it is no test can tell.
    private func isAsGood(_ report: TuneReport) -> Bool {
        !report.columns.isEmpty
            && report.columns.allSatisfy { column in
                (column.applied ?? column.choice.map { column.options[$0] })?.isAsGood == true
            }
    }

    private func undo(_ databases: RigDatabases) async throws -> UndoReport {
        try await databases.engine().targetAlone.undo(UndoRequest())
    }

    /// All that tuning may change.
    private func state(_ database: RigDatabase) throws -> [[String?]] {
        try database.run(
            """
            SELECT pg_get_indexdef(indexrelid), (indisvalid)::text FROM pg_index WHERE indrelid = 'items'::regclass
            UNION ALL SELECT setrole::text, setconfig::text FROM pg_db_role_setting AS s
            JOIN pg_database AS d ON d.oid = s.setdatabase WHERE d.datname = current_database() ORDER BY 1
            """)
    }

    /// What psql finds is at least what it finds on the source, for every bot, with no more empty answers.
    private func expectAsGood(_ databases: RigDatabases, operator symbol: String = "<->") throws {
        let step = Rig.isSoak ? 2 : 4
        let source = try RealSearch.measure(databases.source, operator: symbol, step: step)
        for (bot, measured) in try RealSearch.measure(databases.target, operator: symbol, step: step) {
            let before = try #require(source[bot])
            // Where the source finds little and that fast, so may the target, and then a question that was not tried may find nothing.
            let empty = before.empty + (before.recall < 0.9 ? 2 : 0)
            #expect(
                measured.recall >= before.recall - 0.01 && measured.empty <= empty, "\(bot): \(measured) \(before)")
        }
    }

    @Test
    func
        `the choice is as good as the source for every bot, nothing changes before it is applied, and undo takes it back`()
        async throws
    {
        try await RealSearch.withDatabases { databases in
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            let before = try state(databases.target)
            let report = try await tune(databases)
            #expect(try state(databases.target) == before)
            #expect(try databases.target.value("SELECT to_regclass('vecferry.tuning')::text") == nil)
            let column = try #require(report.columns.first)
            #expect(isAsGood(report) && column.queries == 50 && column.options.first?.kind == .current)
            #expect(column.options.first?.isAsGood == false)
            let kinds = column.options.map(\.kind)
            for kind: TuneOption.Kind in [.settings, .noIndex, .definition, .information] {
                #expect(kinds.contains(kind))
            }
            #expect(column.options.filter { $0.kind == .definition }.allSatisfy { $0.share == 1 && $0.build != nil })
            let choice = column.options[try #require(column.choice)]
            #expect(choice.isAsGood && choice.kind != .current)

            let applied = try await tune(databases) { $0.applies = true }
            #expect(isAsGood(applied) && applied.columns.first?.applied?.isAsGood == true)
            #expect(try state(databases.target) != before)
            try expectAsGood(databases)
            // Whatever a second run finds to be better, the way back leads to the beginning.
            #expect(isAsGood(try await tune(databases) { $0.applies = true }))
            try databases.target.run(
                "SELECT '[1]'::vector; ALTER DATABASE \(databases.target.name) SET hnsw.ef_search = 77")

            let undone = try await undo(databases)
            #expect(undone.tunings.count == 1 && undone.job == nil)
            // What others have set meanwhile stays.
            try databases.target.run(
                "SELECT '[1]'::vector; ALTER DATABASE \(databases.target.name) RESET hnsw.ef_search")
            #expect(try state(databases.target) == before)
        }
    }

    @Test func `without a source the target is compared with exact answers, and a setting that was there comes back`()
        async throws
    {
        try await RealSearch.withDatabases { databases in
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            try databases.target.run(
                """
                SELECT '[1]'::vector;
                ALTER ROLE postgres IN DATABASE \(databases.target.name) SET ivfflat.probes = 2
                """)
            let before = try state(databases.target)
            let report = try await tune(databases, beside: false) { $0.applies = true }
            #expect(report.source == nil && isAsGood(report))
            let column = try #require(report.columns.first)
            #expect(column.reference.figures.recall == 1)
            // The owner's own setting comes before the database's, which would change nothing.
            #expect(!column.statements.contains { $0.hasPrefix("ALTER DATABASE") })
            #expect(try state(databases.target) != before)
            _ = try await undo(databases)
            #expect(try state(databases.target) == before)
        }
    }

    /// Only probes together with an iterative scan find anything near (pgvector 0.8).
    @Test func `questions about what another bot knows are answered as well as on the source`() async throws {
        try await RealSearch.withDatabases { databases in
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            let given = try RealSearch.questions().filter { $0.bot == "licences" }.map {
                GivenQuery(vector: $0.vector, bot: "manual-en")
            }
            func apply(_ request: inout TuneRequest) {
                request.search.given = given
                request.applies = true
            }
            let report = try await tune(databases, apply)
            let column = try #require(report.columns.first)
            #expect(column.options.first?.figures.empty ?? 0 > 0 && isAsGood(report))
            #expect(column.applied?.figures.empty == 0)
        }
    }

    @Test
    func
        `a role that is no superuser tunes with the rights of an owner, and a role without them is told which it takes`()
        async throws
    {
        try await RealSearch.withDatabases { databases in
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            let owner = try TestRole(on: databases.target, "LOGIN")
            let other = try TestRole(on: databases.target, "LOGIN")
            defer { for role in [owner, other] { role.drop() } }
            try databases.target.run(
                """
                DROP SCHEMA vecferry CASCADE;
                ALTER TABLE items OWNER TO \(owner.name); GRANT SELECT ON items TO \(other.name);
                GRANT CREATE ON DATABASE \(databases.target.name) TO \(owner.name), \(other.name)
                """)
            func apply(_ request: inout TuneRequest) {
                request.search.queries = 20
                request.applies = true
            }
            await #expect {
                try await tune(databases, beside: false, apply, as: other.uri)
            } throws: { error in
                (error as? FerryError)?.description.contains("It takes ") == true
            }
            try databases.target.run("DROP SCHEMA vecferry CASCADE")
            // The database is not its own, so the settings become the role's.
            let report = try await tune(databases, apply, as: owner.uri)
            #expect(isAsGood(report))
            let column = try #require(report.columns.first)
            #expect(!column.statements.contains { $0.hasPrefix("ALTER DATABASE") })
        }
    }

    /// The record as version 0.1.0 first wrote it. What it holds is read by all later versions.
    @Test func `what an older vecferry has tuned is taken back`() async throws {
        let table =
            "CREATE TABLE items (id int PRIMARY KEY, embedding vector(2)); INSERT INTO items VALUES (1, '[1,2]')"
        try await Rig.withDatabases(setup: table) { databases in
            try databases.target.run("TRUNCATE items")
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            let name = databases.target.name
            try databases.target.run(
                """
                CREATE TABLE vecferry.tuning (
                    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, relation_schema text NOT NULL, relation_name text NOT NULL,
                    column_name text NOT NULL, statements text[] NOT NULL, undo text[] NOT NULL,
                    began_at timestamptz NOT NULL DEFAULT now(), done_at timestamptz, undone_at timestamptz
                );
                INSERT INTO vecferry.tuning (relation_schema, relation_name, column_name, statements, undo, done_at) VALUES
                    ('public', 'items', 'embedding', '{}',
                        ARRAY['SELECT ''[1]''::public.vector', 'ALTER DATABASE \(name) SET ivfflat.probes = 3'], now()),
                    ('public', 'items', 'embedding', '{}',
                        ARRAY['DROP INDEX CONCURRENTLY IF EXISTS public."an index"', 'ALTER DATABASE \(name) SET ivfflat.probes = 5'], NULL),
                    ('public', 'other', 'embedding', '{}', ARRAY['no statement'], now());
                UPDATE vecferry.tuning SET undone_at = now() WHERE relation_name = 'other';
                CREATE INDEX "an index" ON items USING hnsw (embedding vector_l2_ops)
                """)
            #expect(try await undo(databases).tunings.map(\.name) == ["items"])
            // The newest is taken back first.
            #expect(
                try databases.target.value(
                    "SELECT setconfig::text FROM pg_db_role_setting AS s JOIN pg_database AS d "
                        + "ON d.oid = s.setdatabase WHERE d.datname = current_database()") == "{ivfflat.probes=3}")
            #expect(try databases.target.value("SELECT to_regclass('\"an index\"')::text") == nil)
        }
    }

    /// Other ways in which tables are found: what can't be exchanged beside writers is not offered, and what can't be tried is said.
    @Test func `a partitioned table, and a role without temporary tables, are tuned by settings`() async throws {
        let rows = """
            CREATE TABLE docs (id int, part int, embedding vector(8), PRIMARY KEY (id, part)) PARTITION BY LIST (part);
            CREATE TABLE docs_0 PARTITION OF docs FOR VALUES IN (0);
            CREATE TABLE docs_1 PARTITION OF docs FOR VALUES IN (1);
            INSERT INTO docs SELECT i, i % 2, ARRAY(SELECT sin(i * n) FROM generate_series(1, 8) AS n WHERE i > 0)::vector
            FROM generate_series(1, 4000) AS i;
            CREATE INDEX docs_embedding ON docs USING ivfflat (embedding vector_l2_ops) WITH (lists = 50);
            CREATE TABLE items (LIKE docs INCLUDING ALL);
            INSERT INTO items SELECT * FROM docs; REINDEX TABLE items; ANALYZE
            """
        try await Rig.withDatabases(setup: rows) { databases in
            let role = try TestRole(on: databases.target, "LOGIN")
            defer { role.drop() }
            try databases.target.run(
                """
                REVOKE TEMPORARY ON DATABASE \(databases.target.name) FROM PUBLIC; GRANT SELECT ON ALL TABLES IN SCHEMA public TO \(role.name)
                """)
            let report = try await tune(databases, beside: false, as: role.uri)
            #expect(report.columns.map(\.table.name) == ["docs", "items"] && report.notes.isEmpty, "\(report.notes)")
            let partitioned = try #require(report.columns.first)
            #expect(Set(partitioned.options.map(\.kind)) == [.current, .settings])
            let plain = try #require(report.columns.last)
            #expect(Set(plain.options.map(\.kind)) == [.current, .settings, .noIndex])
            #expect(plain.notTried.count == 1 && plain.notTried[0].contains("ermission denied"))

            // The command says the same.
            let ended = try Ferryman.run(
                ["tune", "--table", "docs", "--search", "5"], environment: ["VECFERRY_TARGET": role.uri])
            #expect([0, 5].contains(ended.status), "\(ended.said)")
            #expect(ended.output.contains("now: ivfflat, lists = 50, ivfflat.probes = 1"))
        }
    }

    /// The other definitions and shapes of the field; the soak has all, since each takes some ten seconds.
    @Test(arguments: Shape.all) func `other indexes, distances and shapes are tuned as well`(
        _ shape: Shape
    ) async throws {
        try await RealSearch.withDatabases(on: try shape.servers(), onTargetServer: shape.isOnTargetServer) {
            databases in
            try databases.both("DROP INDEX idx_items_embedding")
            // The index is made first, as a deploy does, so that an ivfflat index has random centres.
            try databases.source.run(
                """
                \(shape.rows); CREATE TEMP TABLE kept AS SELECT * FROM items; TRUNCATE items; \(shape.index);
                INSERT INTO items SELECT * FROM kept; ANALYZE items
                """)
            try databases.target.run(shape.index)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            let report = try await tune(databases) { request in
                request.applies = true
            }
            #expect(isAsGood(report), "\(report.columns)")
            if shape.keepsBots { try expectAsGood(databases, operator: shape.symbol) }
        }
    }

    struct Shape: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var index: String
        var symbol = "<->"
        var rows = "SELECT"
        var keepsBots = true
        var isOnTargetServer = false
        var isOnDebian = false

        func servers() throws -> (source: String, target: String)? {
            guard isOnDebian else { return nil }
            return (try Rig.variable("VECFERRY_RIG_DEBIAN_SOURCE"), try Rig.variable("VECFERRY_RIG_DEBIAN_TARGET"))
        }

        private static let flat = "CREATE INDEX idx_items_embedding ON items USING ivfflat"
        private static let few = [
            Shape(
                testDescription: "hnsw, on servers of pgvector 0.5.1 and 0.8.5",
                index: "CREATE INDEX idx_items_embedding ON items USING hnsw (embedding vector_l2_ops)")
        ]
        private static let more = [
            Shape(
                testDescription: "cosine", index: "\(flat) (embedding vector_cosine_ops) WITH (lists = 100)",
                symbol: "<=>"),
            Shape(
                testDescription: "inner product", index: "\(flat) (embedding vector_ip_ops) WITH (lists = 100)",
                symbol: "<#>"),
            Shape(
                testDescription: "without a bot column", index: "\(flat) (embedding vector_l2_ops) WITH (lists = 100)",
                rows: "UPDATE items SET botid = NULL", keepsBots: false),
            Shape(
                testDescription: "a bot with nine tenths of the rows",
                index: "\(flat) (embedding vector_l2_ops) WITH (lists = 100)",
                rows: "UPDATE items SET botid = 'manual-en' WHERE ('x' || right(id, 2))::bit(8)::int < 225",
                keepsBots: false),
            Shape(
                testDescription: "280 bots with 20 rows each",
                index: "\(flat) (embedding vector_l2_ops) WITH (lists = 100)",
                rows: "UPDATE items SET botid = 'b' || (('x' || right(id, 4))::bit(16)::int % 282)", keepsBots: false),
            Shape(
                testDescription: "pgvector 0.8.5 on both sides",
                index: "\(flat) (embedding vector_l2_ops) WITH (lists = 100)", isOnTargetServer: true),
            Shape(
                testDescription: "pgvector 0.5.1 on both sides",
                index: "\(flat) (embedding vector_l2_ops) WITH (lists = 100)", isOnDebian: true),
        ]
        static var all: [Shape] { Rig.isSoak ? few + more : few }
    }
}
