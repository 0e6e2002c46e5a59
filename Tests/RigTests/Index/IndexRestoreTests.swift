import Postgres
import RigSupport
import Testing

@testable import Ferry

@Suite struct IndexRestoreTests {
    /// Everything that distinguishes one index from another, by name.
    private static let everything = """
        SELECT i.indrelid::regclass, c.relname, pg_get_indexdef(c.oid), i.indisvalid, i.indisclustered, i.indisreplident,
            i.indisprimary, p.inhparent::regclass, c.reloptions, obj_description(c.oid, 'pg_class'), c.reltablespace,
            pg_get_constraintdef(con.oid),
            (SELECT array_agg(a.attstattarget ORDER BY a.attnum) FROM pg_attribute AS a WHERE a.attrelid = c.oid)
        FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
        LEFT JOIN pg_inherits AS p ON p.inhrelid = c.oid
        LEFT JOIN pg_constraint AS con ON con.conindid = c.oid AND con.contype IN ('p', 'u', 'x')
        WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1, 2
        """

    private static let table = """
        CREATE TABLE "Items" (id int PRIMARY KEY, "Bot Id" text, content text, embedding vector(3));
        CREATE UNIQUE INDEX "u""q" ON "Items" (id, "Bot Id") INCLUDE (content);
        """
    private static let indexes = """
        CREATE INDEX "Bot ""idx" ON "Items" ("Bot Id" COLLATE "C" DESC NULLS LAST) WITH (fillfactor = 71);
        COMMENT ON INDEX "Bot ""idx" IS 'it''s a comment';
        CREATE INDEX expr ON "Items" ((lower(content) || 'x'), (id + 1)) INCLUDE ("Bot Id") WHERE content <> 'a''b';
        ALTER INDEX expr ALTER COLUMN 1 SET STATISTICS 333;
        ALTER INDEX expr ALTER COLUMN 2 SET STATISTICS 7;
        CREATE INDEX words ON "Items" USING gin (to_tsvector('english', content));
        CREATE INDEX clustered ON "Items" (content); ALTER TABLE "Items" CLUSTER ON clustered;
        CREATE INDEX "E" ON "Items" USING ivfflat (embedding vector_l2_ops) WITH (lists = 10);
        CREATE INDEX "H" ON "Items" USING hnsw (embedding vector_cosine_ops) WITH (m = 8, ef_construction = 20)
            WHERE "Bot Id" <> 'none';
        """
    private static let rows = """
        INSERT INTO "Items" SELECT i, 'bot' || i % 7, 'text ' || i, ARRAY[random(), random(), random()]::real[]::vector
        FROM generate_series(1, 12000) AS i
        """

    @Test func `what goes for the load comes back exactly as it was`() async throws {
        try await Rig.withDatabases(setup: Self.table) { databases in
            try databases.source.run(Self.rows)
            try databases.source.run("ANALYZE")
            try databases.target.run(Self.indexes)
            let before = try databases.target.run(Self.everything)
            let plan = try await databases.engine().plan(CopyRequest())
            let rebuilt = plan.pairs.flatMap(\.indexes).filter { $0.action == .rebuild }.map(\.name.name).sorted()
            #expect(rebuilt == ["Bot \"idx", "E", "H", "clustered", "expr", "words"])
            let report = try await databases.engine().copy(CopyRequest())
            #expect(report.outcome == .proven)
            #expect(try databases.target.run(Self.everything) == before)
        }
    }

    @Test func `a partitioned index comes back on every level, attached as it was`() async throws {
        let setup = """
            CREATE TABLE items (id int, bot int, embedding vector(3), PRIMARY KEY (bot, id)) PARTITION BY LIST (bot);
            CREATE TABLE items_1 PARTITION OF items FOR VALUES IN (1);
            CREATE TABLE items_2 PARTITION OF items FOR VALUES IN (2) PARTITION BY RANGE (id);
            CREATE TABLE "items 2a" PARTITION OF items_2 FOR VALUES FROM (0) TO (6000);
            CREATE TABLE items_2b PARTITION OF items_2 FOR VALUES FROM (6000) TO (90000);
            """
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run(
                """
                INSERT INTO items SELECT i, 1 + i % 2, ARRAY[random(), random(), random()]::real[]::vector
                FROM generate_series(1, 12000) AS i
                """)
            try databases.source.run("ANALYZE")
            try databases.target.run(
                """
                CREATE INDEX root_e ON items USING ivfflat (embedding vector_l2_ops) WITH (lists = 5);
                CREATE INDEX root_b ON items (bot);
                CREATE INDEX "leaf's own" ON "items 2a" USING hnsw (embedding vector_ip_ops);
                """)
            let before = try databases.target.run(Self.everything)
            let report = try await databases.engine().copy(CopyRequest())
            #expect(report.outcome == .proven)
            #expect(try databases.target.run(Self.everything) == before)
        }
    }

    @Test func `a created table gets all indexes and constraints of the source`() async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(Self.table + Self.indexes)
            try databases.source.run(
                """
                ALTER TABLE "Items" ADD CONSTRAINT "No two" EXCLUDE USING btree (content WITH =) WITH (fillfactor = 66);
                COMMENT ON CONSTRAINT "No two" ON "Items" IS 'one';
                ALTER TABLE "Items" ADD UNIQUE (content, id) DEFERRABLE INITIALLY DEFERRED;
                CREATE UNIQUE INDEX ident ON "Items" (id); ALTER TABLE "Items" REPLICA IDENTITY USING INDEX ident;
                """)
            try databases.source.run(Self.rows)
            var request = CopyRequest()
            request.create = true
            let report = try await databases.engine().copy(request)
            #expect(report.outcome == .proven)
            #expect(try databases.target.run(Self.everything) == databases.source.run(Self.everything))
        }
    }

    @Test func `a partitioned table that is created gets its indexes and keys on every level`() async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(
                """
                CREATE TABLE items (id int, bot int, embedding vector(3), PRIMARY KEY (bot, id)) PARTITION BY LIST (bot);
                CREATE TABLE items_1 PARTITION OF items FOR VALUES IN (1);
                CREATE TABLE items_2 PARTITION OF items FOR VALUES IN (2);
                CREATE INDEX root_e ON items USING hnsw (embedding vector_l2_ops);
                INSERT INTO items SELECT i, 1 + i % 2, ARRAY[i, 1, 2]::vector FROM generate_series(1, 1000) AS i
                """)
            var request = CopyRequest()
            request.create = true
            let report = try await databases.engine().copy(request)
            #expect(report.outcome == .proven)
            #expect(try databases.target.run(Self.everything) == databases.source.run(Self.everything))
        }
    }

    @Test func `a copy into a target in use drops no index, and reindexes ivfflat beside writers`() async throws {
        let setup = """
            CREATE TABLE items (id int PRIMARY KEY, botid text, embedding vector(3));
            CREATE INDEX b ON items (botid);
            CREATE INDEX e ON items USING ivfflat (embedding vector_l2_ops) WITH (lists = 5);
            CREATE INDEX h ON items USING hnsw (embedding vector_l2_ops);
            """
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run(
                "INSERT INTO items SELECT i, 'bot' || i % 7, ARRAY[i, 1, 2]::vector FROM generate_series(1, 12000) AS i"
            )
            try databases.source.run("ANALYZE items")
            try databases.target.run("INSERT INTO items VALUES (0, 'theirs', '[1,2,3]')")
            let nodes =
                "SELECT relname, pg_relation_filenode(oid) FROM pg_class WHERE relname IN ('b', 'e', 'h') ORDER BY 1"
            let before = try databases.target.run(nodes)
            let definitions = try databases.target.run(Self.everything)
            var request = CopyRequest()
            request.existing = .keep
            request.index.online = true
            let report = try await databases.engine().copy(request)
            #expect(report.outcome == .proven)
            let after = try databases.target.run(nodes)
            #expect(after[0] == before[0])
            #expect(after[1] != before[1])
            #expect(after[2] == before[2])
            #expect(try databases.target.run(Self.everything) == definitions)
        }
    }

    @Test func `an hnsw build that outgrows its memory is reported as a warning, with its progress`() async throws {
        try await Rig.withDatabases(setup: "CREATE TABLE items (id int PRIMARY KEY, embedding vector(128))") {
            databases in
            try databases.source.run(
                """
                INSERT INTO items
                SELECT i, (SELECT array_agg(random()::real) FROM generate_series(1, 128) WHERE i = i)::vector
                FROM generate_series(1, 4000) AS i
                """)
            try databases.source.run("ANALYZE")
            try databases.target.run("CREATE INDEX e ON items USING hnsw (embedding vector_l2_ops)")
            var request = CopyRequest()
            request.index.maintenanceWorkMem = 2 << 20
            request.index.workers = 0
            let log = EventLog()
            let report = try await databases.engine(events: log.take).copy(request)
            #expect(report.outcome == .proven)
            #expect(log.warnings.contains { $0.code == .hnswMemoryExceeded })
            #expect(!log.progress.isEmpty)
            #expect(log.progress.allSatisfy { $0.fraction.map { (0...1).contains($0) } ?? true })
            let plan = try #require(log.plan)
            #expect(plan.warnings.contains { $0.code == .indexMemory })
        }
    }
}
