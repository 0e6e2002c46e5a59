import Ferry
import RigSupport
import Testing

/// Tables whose rows are in more than one relation.
@Suite struct PartitionTests {
    private static let rows = """
        INSERT INTO events SELECT i, CASE i % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'b' ELSE 'c' END, ARRAY[i, -i]
        FROM generate_series(1, 3000) AS i
        """

    private static let plain = "CREATE TABLE events (id int, kind text, embedding vector(2));"

    /// How a table may be cut: by list with a default, by range, by hash, and on two levels.
    static let shapes = [
        "list": """
        CREATE TABLE events (id int, kind text, embedding vector(2)) PARTITION BY LIST (kind);
        CREATE TABLE events_a PARTITION OF events FOR VALUES IN ('a');
        CREATE TABLE events_rest PARTITION OF events DEFAULT;
        CREATE INDEX events_id ON events (id);
        """,
        "range": """
        CREATE TABLE events (id int, kind text, embedding vector(2)) PARTITION BY RANGE (id);
        CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (MINVALUE) TO (1000);
        CREATE TABLE "Events 2" PARTITION OF events FOR VALUES FROM (1000) TO (MAXVALUE);
        """,
        "hash": """
        CREATE TABLE events (id int, kind text, embedding vector(2)) PARTITION BY HASH (id);
        CREATE TABLE events_h0 PARTITION OF events FOR VALUES WITH (MODULUS 2, REMAINDER 0);
        CREATE TABLE events_h1 PARTITION OF events FOR VALUES WITH (MODULUS 2, REMAINDER 1);
        ALTER TABLE events ADD PRIMARY KEY (id);
        """,
        "two levels": """
        CREATE TABLE events (id int, kind text, embedding vector(2)) PARTITION BY LIST (kind);
        CREATE TABLE events_a PARTITION OF events FOR VALUES IN ('a') PARTITION BY RANGE (id);
        CREATE TABLE events_a1 PARTITION OF events_a FOR VALUES FROM (0) TO (500);
        CREATE TABLE events_a2 (embedding vector(2), gone int, kind text, id int);
        ALTER TABLE events_a2 DROP COLUMN gone;
        ALTER TABLE events_a ATTACH PARTITION events_a2 FOR VALUES FROM (500) TO (9999);
        CREATE TABLE events_b PARTITION OF events DEFAULT;
        CREATE INDEX events_embedding ON events USING hnsw (embedding vector_l2_ops);
        """,
        "plain": plain,
    ]

    @Test(
        arguments: [
            ("list", "list"), ("range", "range"), ("hash", "hash"), ("two levels", "two levels"),
            ("two levels", "hash"),
            ("hash", "plain"), ("plain", "two levels"), ("range", "list"),
        ])
    func `rows of a partitioned table reach a target that is partitioned so, otherwise or not at all`(
        source: String, target: String
    ) async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(try #require(Self.shapes[source]) + Self.rows)
            try databases.target.run(try #require(Self.shapes[target]))
            let report = try await databases.engine().copy(CopyRequest())
            #expect(report.outcome == .proven)
            #expect(report.tables.map(\.name.name) == ["events"])
            #expect(try databases.sameRows("SELECT id, kind, embedding FROM events ORDER BY id") == 3000)
            let invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
            #expect(try databases.target.value(invalid) == "0")
            let indexes = "SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'"
            if target == source { #expect(try databases.target.value(indexes) == databases.source.value(indexes)) }
        }
    }

    @Test func `a partition that is partitioned in turn is copied by itself, once`() async throws {
        let setup = try #require(Self.shapes["two levels"])
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run(Self.rows)
            var request = CopyRequest()
            request.selection.tables = ["events_a*"]
            let report = try await databases.engine().copy(request)
            #expect(report.outcome == .proven)
            #expect(report.tables.map(\.name.name) == ["events_a"])
            #expect(try databases.sameRows("SELECT id, kind, embedding FROM events_a ORDER BY id") == 1000)
            #expect(try databases.target.value("SELECT count(*) FROM events") == "1000")
        }
    }

    @Test func `a partition can't be left out of its table unnoticed`() async throws {
        let setup = try #require(Self.shapes["two levels"])
        try await Rig.withDatabases(setup: setup) { databases in
            var request = CopyRequest()
            request.selection.excluded = ["events_a1"]
            #expect(try await databases.engine().plan(request).blockers.map(\.code) == [.partitionExcluded])
            try databases.source.run(
                """
                CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
                CREATE FOREIGN TABLE far (id int, kind text, embedding vector(2)) SERVER s;
                ALTER TABLE events ATTACH PARTITION far FOR VALUES IN ('far')
                """)
            #expect(try await databases.engine().plan(CopyRequest()).blockers.map(\.code).contains(.foreignPartition))
        }
    }

    @Test func `inheritance parents and children each have their own rows`() async throws {
        let setup = """
            CREATE TABLE parent (id int PRIMARY KEY, embedding vector(2));
            CREATE TABLE child (extra text, PRIMARY KEY (id)) INHERITS (parent);
            CREATE TABLE grandchild () INHERITS (child);
            """
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run(
                """
                INSERT INTO parent VALUES (1, '[1,2]'), (2, '[1,2]'); INSERT INTO child VALUES (3, '[3,4]', 'x');
                INSERT INTO grandchild VALUES (1, '[5,6]', 'y'), (4, '[5,6]', 'y')
                """)
            let report = try await databases.engine().copy(CopyRequest())
            #expect(report.outcome == .proven)
            #expect(report.rows == 5)
            for (table, count) in [("parent", 2), ("child", 1), ("grandchild", 2)] {
                #expect(try databases.sameRows("SELECT * FROM ONLY \(table) ORDER BY id") == count)
            }
        }
    }

    @Test(arguments: [ExistingRows.truncate, .replace, .keep])
    func `rows of inheritance children stay when the parent's go`(existing: ExistingRows) async throws {
        let setup =
            "CREATE TABLE parent (id int PRIMARY KEY, embedding vector(2)); CREATE TABLE child () INHERITS (parent)"
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run("INSERT INTO parent VALUES (1, '[1,1]'), (2, '[1,1]')")
            try databases.target.run(
                "INSERT INTO parent VALUES (1, '[9,9]'); INSERT INTO child VALUES (1, '[7,7]'), (2, '[7,7]')")
            var request = CopyRequest()
            request.selection.tables = ["parent"]
            request.existing = existing
            #expect(try await databases.engine().copy(request).outcome == .proven)
            #expect(try databases.target.value("SELECT count(*) FROM child") == "2")
            let first = try databases.target.value("SELECT embedding FROM ONLY parent WHERE id = 1")
            #expect(first == (existing == .keep ? "[9,9]" : "[1,1]"))
            let rows = "SELECT count(*) FROM ONLY parent"
            #expect(try databases.target.value(rows) == "2")
            // Starting over takes back the parent's rows only, too.
            #expect(try await databases.engine().copy(request, restart: true).outcome == .proven)
            #expect(try databases.target.value("SELECT count(*) FROM child") == "2")
            let kept = existing == .keep ? "[9,9]" : "[1,1]"
            #expect(try databases.target.value("SELECT embedding FROM ONLY parent WHERE id = 1") == kept)
            #expect(try databases.target.value(rows) == "2")
        }
    }
}
