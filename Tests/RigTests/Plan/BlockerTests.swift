import Ferry
import Postgres
import RigSupport
import Testing

/// Blockers that the tables give rise to.
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
            engine.target = Endpoint(
                .target, try ConnectionParameters(parsing: uri), interrupt: engine.workers.interrupt)
            #expect(try await blockers(engine).contains("same_database"))
        }
    }

    @Test func `two databases of one server are not one database`() async throws {
        try await Rig.withDatabases(setup: Self.items, onTargetServer: true) { databases in
            let plan = try await databases.engine().plan(CopyRequest())
            #expect(plan.isReady)
        }
    }

    @Test(arguments: [
        (
            "CREATE FUNCTION norm(t text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower(t)'",
            "ADD CHECK (norm(botid) <> 'x')"
        ),
        ("CREATE FUNCTION one() RETURNS text LANGUAGE sql AS 'SELECT text $$1$$'", "ALTER botid SET DEFAULT one()"),
        (
            "CREATE FUNCTION norm(t text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower(t)'",
            "ADD g text GENERATED ALWAYS AS (norm(botid)) STORED"
        ),
        ("CREATE COLLATION mine (provider = libc, locale = 'C')", "ADD u text COLLATE mine"),
        (
            "CREATE TEXT SEARCH CONFIGURATION en2 (COPY = pg_catalog.english)",
            "ADD g tsvector GENERATED ALWAYS AS (to_tsvector('en2', botid)) STORED"
        ),
        (
            "CREATE FUNCTION norm(t text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower(t)'; "
                + "CREATE DOMAIN d AS text CHECK (norm(VALUE) <> 'x')", "ADD u d"
        ),
    ])
    func `a table that is created needs what the target lacks`(object: String, use: String) async throws {
        let source = "\(Self.items) \(object); ALTER TABLE items \(use)"
        #expect(try await blockers(source: source, target: "") { $0.create = true } == ["target object_missing"])
        // With the object there, the table is created.
        try await Rig.withDatabases { databases in
            try databases.source.run(source)
            try databases.target.run(object.split(separator: "; ").first.map(String.init) ?? "")
            var request = CopyRequest()
            request.create = true
            #expect(try await databases.engine().copy(request).outcome == .proven)
        }
    }

    @Test(arguments: [
        "CREATE VIEW items AS SELECT 1", "CREATE TABLE other (id int); CREATE INDEX items_pkey ON other (id)",
        "CREATE SEQUENCE items_pkey", "CREATE TYPE items AS ENUM ('a')", "CREATE TYPE items AS (a int)",
    ])
    func `a name that something else has`(taken: String) async throws {
        #expect(try await blockers(target: taken) { $0.create = true } == ["target name_taken"])
    }

    @Test func `a child without its parent, and a partition without its table`() async throws {
        let child = "CREATE TABLE base (id int); CREATE TABLE items (embedding vector(2)) INHERITS (base)"
        #expect(
            try await blockers(source: child, target: "") {
                $0.create = true
                $0.selection.tables = ["items"]
            } == ["target parent_missing"])
        let partition = """
            CREATE TABLE days (day int, embedding vector(2)) PARTITION BY RANGE (day);
            CREATE TABLE items PARTITION OF days FOR VALUES FROM (1) TO (2);
            """
        #expect(
            try await blockers(source: partition, target: "") {
                $0.create = true
                $0.selection.tables = ["items"]
            } == ["target parent_missing"])
    }

    @Test func `a database that is read-only by its settings`() async throws {
        let target =
            Self.items
            + "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$"
        #expect(try await blockers(target: target) == ["target target_read_only"])
    }

    @Test func `rows to be deleted from a published table without identity`() async throws {
        let source =
            "CREATE TABLE items (id int, botid text, embedding vector(2)); INSERT INTO items VALUES (1, 'a', '[1,1]');"
        let target = source + "CREATE PUBLICATION all_changes FOR ALL TABLES"
        let replaced = try await blockers(source: source, target: target) { $0.existing = .replace }
        #expect(replaced == ["target no_replica_identity"])
        // Nothing is deleted, and the ledger has an identity of its own.
        try await Rig.withDatabases { databases in
            try databases.source.run(source)
            try databases.target.run(target)
            var request = CopyRequest()
            request.existing = .truncate
            #expect(try await databases.engine().copy(request).outcome == .proven)
            try databases.target.run(
                "SET session_replication_role = replica; INSERT INTO items VALUES (2, 'a', '[2,2]')")
            var verify = VerifyRequest()
            verify.repair = .apply
            let error = await #expect(throws: FerryError.self) { try await databases.engine().verify(verify) }
            #expect(error?.code == .blocked)
            #expect(error?.hint?.contains("REPLICA IDENTITY FULL") == true)
        }
    }

    @Test func `a partition alone whose foreign key stays, while the rows that it needs come at the same time`()
        async throws
    {
        let tables = """
            CREATE TABLE cols (id int PRIMARY KEY, botid text);
            CREATE TABLE days (day int, c int REFERENCES cols, embedding vector(2)) PARTITION BY RANGE (day);
            CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM (1) TO (2);
            """
        let found = try await blockers(source: tables, target: tables) { $0.selection.tables = ["days_1", "cols"] }
        #expect(found == ["target key_stays"])
        // With the rows there, the key stays and is checked.
        try await Rig.withDatabases(setup: tables) { databases in
            try databases.source.run("INSERT INTO cols VALUES (1); INSERT INTO days VALUES (1, 1, '[1,1]')")
            try databases.target.run("INSERT INTO cols VALUES (1)")
            var request = CopyRequest()
            request.selection.tables = ["days_1"]
            let plan = try await databases.engine().plan(request)
            #expect(plan.warnings.map(\.code) == [.keyStays])
            #expect(try await databases.engine().copy(request).outcome == .proven)
        }
    }
}
