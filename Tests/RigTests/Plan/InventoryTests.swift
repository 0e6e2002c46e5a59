import Ferry
import RigSupport
import Testing

/// What a copy does not carry is accounted for.
@Suite struct InventoryTests {
    private static let items = "CREATE TABLE items (id int PRIMARY KEY, embedding vector(2));"

    private func inventory(
        source: String, target: String, _ change: (inout CopyRequest) -> Void = { _ in }
    ) async throws -> [String] {
        try await Rig.withDatabases { databases in
            try databases.source.run(source)
            try databases.target.run(target)
            var request = CopyRequest()
            change(&request)
            let plan = try await databases.engine().plan(request)
            #expect(plan.isReady)
            let report = try await databases.engine().copy(request)
            #expect(report.outcome == .proven)
            #expect(report.inventory?.entries == plan.inventory?.entries)
            // A finished job's account is that of its plan.
            #expect(try await databases.engine().copy(request).inventory == report.inventory)
            let left = plan.inventory?.entries ?? []
            return left.map { "\($0.kind) \($0.name ?? "\($0.rows ?? 0)"): \($0.reason.rawValue)" }.sorted()
        }
    }

    @Test func `everything that the target lacks, and all data that stays, is listed`() async throws {
        let rest = """
            CREATE TABLE audit (n int); CREATE TABLE other (id int PRIMARY KEY, v vector(2)); CREATE SEQUENCE ticket;
            CREATE VIEW seen AS SELECT 1; CREATE MATERIALIZED VIEW summary AS SELECT 1 AS n;
            CREATE FUNCTION norm(t text) RETURNS text LANGUAGE sql AS 'SELECT t';
            CREATE TYPE mood AS ENUM ('a'); CREATE COLLATION mine (provider = libc, locale = 'C');
            CREATE TEXT SEARCH CONFIGURATION en2 (COPY = pg_catalog.english);
            CREATE PUBLICATION everything FOR ALL TABLES;
            SELECT lo_create(0); SELECT lo_create(0);
            """
        let left = try await inventory(source: Self.items + rest, target: Self.items) {
            $0.selection.excluded = ["other"]
        }
        #expect(
            left == [
                "collation public.mine: not_created", "enum public.mood: not_created",
                "function public.norm(text): not_created", "large object 2: not_carried",
                "materialized view public.summary: not_created", "publication everything: not_created",
                "sequence public.ticket: not_set", "table public.audit: not_chosen", "table public.other: excluded",
                "text search configuration public.en2: not_created", "view public.seen: not_created",
            ])
    }

    @Test func `what the target has too is its own, but a materialized view is not refreshed`() async throws {
        let both = """
            CREATE VIEW seen AS SELECT 1; CREATE MATERIALIZED VIEW summary AS SELECT 1 AS n;
            CREATE FUNCTION norm(t text) RETURNS text LANGUAGE sql AS 'SELECT t'; CREATE TYPE mood AS ENUM ('a');
            """
        let left = try await inventory(source: Self.items + both, target: Self.items + both)
        #expect(left == ["materialized view public.summary: not_refreshed"])
    }

    @Test func `a table that is created has no grants and no triggers, and its types come with it`() async throws {
        let source = """
            CREATE TYPE mood AS ENUM ('a'); CREATE TABLE items (id int PRIMARY KEY, m mood, embedding vector(2));
            GRANT SELECT ON items TO PUBLIC;
            CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE TRIGGER noted BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION note();
            """
        let left = try await inventory(source: source, target: "") { $0.create = true }
        #expect(
            left == [
                "function public.note(): not_created", "grant on public.items: not_created",
                "trigger noted on public.items: not_created",
            ])
    }

    @Test func `a partition that is copied alone leaves the others in the account`() async throws {
        let tables = """
            CREATE TABLE days (day int, embedding vector(2)) PARTITION BY RANGE (day);
            CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM (1) TO (2);
            CREATE TABLE days_2 PARTITION OF days FOR VALUES FROM (2) TO (3);
            """
        let left = try await inventory(source: tables, target: tables) { $0.selection.tables = ["days_1"] }
        #expect(left == ["table public.days_2: not_chosen"])
    }

    @Test func `an embedding in an array, a composite or a domain over a domain is found`() async throws {
        let tables = """
            CREATE TABLE in_array (id int PRIMARY KEY, v vector(2)[]);
            CREATE TYPE piece AS (t text, v vector(2)); CREATE TABLE in_composite (id int PRIMARY KEY, c piece);
            CREATE DOMAIN emb AS vector(2); CREATE DOMAIN emb_nn AS emb NOT NULL;
            CREATE TABLE in_domain (id int PRIMARY KEY, v emb_nn); CREATE TABLE none (id int PRIMARY KEY, v real[]);
            """
        try await Rig.withDatabases(setup: tables) { databases in
            let plan = try await databases.engine().plan(CopyRequest())
            #expect(plan.pairs.map(\.name.name) == ["in_array", "in_composite", "in_domain"])
            #expect(plan.pairs.last?.columns.last?.dimensions == 2)
        }
    }

    @Test func `tables that inherit from a chosen one are taken along`() async throws {
        let tables = """
            CREATE SCHEMA internal; CREATE TABLE docs (id int, embedding vector(2));
            CREATE TABLE internal.docs_1 () INHERITS (docs); CREATE TABLE internal.docs_2 () INHERITS (internal.docs_1);
            """
        try await Rig.withDatabases(setup: tables) { databases in
            try databases.source.run(
                "INSERT INTO internal.docs_1 VALUES (1, '[1,1]'); INSERT INTO internal.docs_2 VALUES (2, '[2,2]')")
            var request = CopyRequest()
            request.selection.tables = ["docs"]
            let report = try await databases.engine().copy(request)
            #expect(report.rows == 2)
            #expect(try databases.target.value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM docs") == "1 2")
        }
    }
}
