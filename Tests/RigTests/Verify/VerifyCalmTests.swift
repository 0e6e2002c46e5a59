import Ferry
import RigSupport
import Testing

/// Differences that are not in the data are not reported.
@Suite struct VerifyCalmTests {
    /// Both sides get the same rows into tables that are made differently.
    private func expectSame(
        source: String, target: String, rows: String, after: String = "", location: SourceLocation = #_sourceLocation
    ) async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(source)
            try databases.target.run(target)
            try databases.both(rows)
            if !after.isEmpty { try databases.target.run(after) }
            let report = try await databases.verify()
            #expect(report.outcome == .same, sourceLocation: location)
            #expect(report.tables.first?.source.rows ?? 0 > 0, sourceLocation: location)
            // That the test can fail at all: one row less is seen.
            try databases.target.run("DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t)")
            #expect(try await databases.verify().outcome == .differs, sourceLocation: location)
        }
    }

    private let rows = """
        INSERT INTO t (id, name, v) SELECT i, repeat('x', i * 40), ARRAY[i, 1, 0.1]::vector FROM generate_series(1, 50) AS i
        """

    @Test func `column order`() async throws {
        try await expectSame(
            source: "CREATE TABLE t (id int PRIMARY KEY, name text, v vector(3))",
            target: "CREATE TABLE t (v vector(3), id int, name text, PRIMARY KEY (id))", rows: rows)
    }

    @Test(arguments: ["plain", "extended", "external", "main"]) func `storage mode`(_ storage: String) async throws {
        try await expectSame(
            source: "CREATE TABLE t (id int PRIMARY KEY, name text, v vector(3))",
            target: "CREATE TABLE t (id int PRIMARY KEY, name text, v vector(3)); "
                + "ALTER TABLE t ALTER v SET STORAGE \(storage), ALTER name SET STORAGE \(storage)", rows: rows)
    }

    @Test func `fill factor and physical order`() async throws {
        try await expectSame(
            source: "CREATE TABLE t (id int PRIMARY KEY, name text, v vector(3))",
            target: "CREATE TABLE t (id int PRIMARY KEY, name text, v vector(3)) WITH (fillfactor = 20)", rows: rows,
            after: "UPDATE t SET name = name WHERE id % 3 = 0; DELETE FROM t WHERE id = 1; "
                + "INSERT INTO t VALUES (1, repeat('x', 40), '[1,1,0.1]')")
    }

    @Test func `a plain table against a partitioned one`() async throws {
        try await expectSame(
            source: "CREATE TABLE t (id int PRIMARY KEY, name text, v vector(3))",
            target: """
                CREATE TABLE t (id int PRIMARY KEY, name text, v vector(3)) PARTITION BY HASH (id);
                CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0);
                CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1)
                """, rows: rows)
    }

    @Test func `settings of one side, also where values are compared as text`() async throws {
        let table = """
            CREATE TYPE pair AS (at timestamptz, span interval, f float8, b bytea, money money);
            CREATE TABLE t (id int PRIMARY KEY, v vector(3), at timestamptz, f float4, b bytea, p pair, vs vector[], r regclass)
            """
        let rows = """
            INSERT INTO t SELECT i, ARRAY[i, 1, 0.1]::vector, now(), 0.1 * i, '\\xdeadbeef',
                ROW(timestamptz '2026-03-29 01:30:00Z', interval '1 day 2 hours', 1e-7 / 3, '\\x00ff', 12.5::float8::numeric::money)::pair,
                ARRAY['[1,2]', '[-0,0.1]']::vector[], 'pg_class'::regclass
            FROM generate_series(1, 50) AS i
            """.replacing("now()", with: "timestamptz '2026-06-01 12:00:00Z'")
        try await Rig.withDatabases { databases in
            try databases.both(table)
            try databases.both(rows)
            try databases.target.run(
                """
                DO $$ BEGIN
                EXECUTE format('ALTER DATABASE %I SET DateStyle TO ''German''', current_database());
                EXECUTE format('ALTER DATABASE %I SET TimeZone TO ''Asia/Tokyo''', current_database());
                EXECUTE format('ALTER DATABASE %I SET bytea_output TO ''escape''', current_database());
                EXECUTE format('ALTER DATABASE %I SET extra_float_digits TO ''-3''', current_database());
                EXECUTE format('ALTER DATABASE %I SET IntervalStyle TO ''iso_8601''', current_database());
                END $$
                """)
            #expect(try databases.target.value("SHOW TimeZone") == "Asia/Tokyo")
            let report = try await databases.verify()
            #expect(report.outcome == .same)
            let found = try report.table("t")
            #expect(found.textColumns.map(\.name) == ["p", "vs", "r"].sorted() || !found.textColumns.isEmpty)
            try databases.target.run("UPDATE t SET vs[2] = '[0,0.1]' WHERE id = 9")
            let differing = try await databases.verify().table("t")
            #expect(differing.findings.map(\.key) == [["id": "9"]])
            #expect(differing.findings.first?.columns == ["vs"])
        }
    }

    @Test func `NaN and infinity are values like others`() async throws {
        try await expectSame(
            source: "CREATE TABLE t (id int PRIMARY KEY, f float8, g float4, v vector(2))",
            target: "CREATE TABLE t (id int PRIMARY KEY, f float8, g float4, v vector(2))",
            rows: "INSERT INTO t VALUES (1, 'NaN', 'Infinity', '[1,2]'), (2, '-Infinity', 'NaN', '[3,4]')")
    }

    @Test func `empty tables and tables without columns`() async throws {
        try await Rig.withDatabases(setup: "CREATE TABLE t (id int, v vector(2)); CREATE TABLE nothing ()") {
            databases in
            var request = VerifyRequest()
            request.selection.all = true
            #expect(try await databases.verify(request).outcome == .same)
            try databases.target.run("INSERT INTO nothing DEFAULT VALUES")
            let report = try await databases.verify(request)
            #expect(try report.table("nothing").counts == FindingCounts(missing: 0, extra: 1, differing: 0))
        }
    }
}
