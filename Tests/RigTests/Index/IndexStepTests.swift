import Postgres
import RigSupport
import Synchronization
import Testing

@testable import Ferry

@Suite struct IndexStepTests {
    private static let loadedUnderAnIndex = """
        CREATE TABLE items (id int PRIMARY KEY, embedding vector(8));
        CREATE INDEX e ON items USING ivfflat (embedding vector_l2_ops) WITH (lists = 20);
        CREATE INDEX h ON items USING hnsw (embedding vector_l2_ops);
        INSERT INTO items
        SELECT i, (SELECT array_agg(i % 20 + 0 * d + random()::real) FROM generate_series(1, 8) AS d)::vector
        FROM generate_series(1, 2000) AS i;
        ANALYZE items
        """
    private static let definitions = """
        SELECT c.relname, pg_get_indexdef(c.oid), i.indisvalid FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
        WHERE i.indrelid = 'items'::regclass ORDER BY 1
        """
    /// How many of the 10 nearest rows of 20 rows the ivfflat index finds with one probe.
    private static let recall = """
        SET enable_seqscan TO off;
        DROP INDEX IF EXISTS h;
        SELECT sum((
            SELECT count(*) FROM (SELECT id FROM items ORDER BY embedding <-> q.embedding LIMIT 10) AS found
        )) FROM items AS q WHERE q.id <= 20
        """

    private static let online: IndexStepRequest = {
        var request = IndexStepRequest()
        request.index.online = true
        return request
    }()

    private func step(
        _ databases: RigDatabases, change: (inout IndexRequest) -> Void = { _ in }
    ) async throws -> IndexStepReport {
        var request = IndexStepRequest()
        change(&request.index)
        return try await databases.engine().targetAlone.index(request)
    }

    @Test func `an ivfflat index that was made on the empty table is built on the rows, and hnsw stays`() async throws {
        try await Rig.withDatabases { databases in
            try databases.target.run(Self.loadedUnderAnIndex)
            let before = try databases.target.run(Self.definitions)
            let h = try databases.target.value("SELECT pg_relation_filenode('h')")
            let e = try databases.target.value("SELECT pg_relation_filenode('e')")
            let report = try await step(databases)
            #expect(report.isDone)
            #expect(report.indexes.map(\.name.name) == ["e"])
            #expect(try databases.target.run(Self.definitions) == before)
            #expect(try databases.target.value("SELECT pg_relation_filenode('h')") == h)
            #expect(try databases.target.value("SELECT pg_relation_filenode('e')") != e)
            #expect(try databases.target.value(Self.recall) == "200")
        }
    }

    @Test func `a dry run changes nothing, and names what it would do`() async throws {
        try await Rig.withDatabases { databases in
            try databases.target.run(Self.loadedUnderAnIndex)
            let e = try databases.target.value("SELECT pg_relation_filenode('e')")
            let plan = try await databases.engine().targetAlone.planIndexes(IndexStepRequest())
            #expect(plan.tables.flatMap(\.indexes).map(\.action) == [.reindex, .keep])
            #expect(try databases.target.value("SELECT pg_relation_filenode('e')") == e)
        }
    }

    @Test(arguments: [false, true]) func `a changed definition takes the old one's place`(online: Bool) async throws {
        try await Rig.withDatabases { databases in
            try databases.target.run(Self.loadedUnderAnIndex + "; COMMENT ON INDEX e IS 'kept'")
            let report = try await step(
                databases,
                change: { request in
                    request.lists = .auto
                    request.hnswM = 8
                    request.online = online
                })
            #expect(report.isDone)
            let after = try databases.target.run(Self.definitions)
            #expect(after.map { $0[0] } == ["e", "h", "items_pkey"])
            #expect(after.allSatisfy { $0[2] == "t" })
            #expect(after[0][1]?.contains("lists='2'") == true)
            #expect(after[1][1]?.contains("m='8'") == true)
            #expect(try databases.target.value("SELECT obj_description('e'::regclass)") == "kept")
        }
    }

    @Test func `a method is changed on every level of a partitioned table`() async throws {
        try await Rig.withDatabases { databases in
            try databases.target.run(
                """
                CREATE TABLE items (id int, embedding vector(3)) PARTITION BY RANGE (id);
                CREATE TABLE "p 1" PARTITION OF items FOR VALUES FROM (0) TO (500);
                CREATE TABLE p2 PARTITION OF items FOR VALUES FROM (500) TO (5000);
                CREATE INDEX e ON items USING ivfflat (embedding vector_cosine_ops);
                INSERT INTO items SELECT i, ARRAY[i, 1, 2]::vector FROM generate_series(1, 1000) AS i
                """)
            let report = try await step(databases, change: { $0.method = .hnsw })
            #expect(report.isDone)
            let methods = try databases.target.run(
                """
                SELECT a.amname, i.indisvalid FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
                JOIN pg_am AS a ON a.oid = c.relam WHERE c.relnamespace = 'public'::regnamespace
                """)
            #expect(methods == Array(repeating: ["hnsw", "t"], count: 3))
        }
    }

    @Test func `online, what a killed build of an index left goes, and nothing else does`() async throws {
        try await Rig.withDatabases { databases in
            try databases.target.run(Self.loadedUnderAnIndex)
            // As the catalogs have it after REINDEX INDEX CONCURRENTLY was killed.
            try databases.target.run(
                """
                CREATE INDEX e_ccnew ON items USING ivfflat (embedding vector_l2_ops) WITH (lists = 20);
                CREATE INDEX mine_ccnew ON items (id);
                UPDATE pg_index SET indisvalid = false WHERE indexrelid IN ('e_ccnew'::regclass, 'mine_ccnew'::regclass)
                """)
            #expect(try await databases.engine().targetAlone.index(Self.online).isDone)
            let names = try databases.target.run(Self.definitions).map { $0[0] }
            #expect(names == ["e", "h", "items_pkey", "mine_ccnew"])
        }
    }

    @Test(arguments: [nil, 12, 24])
    func `online, a complete index that a killed build left is used if it is the one asked for`(
        m: Int?
    ) async throws {
        try await Rig.withDatabases { databases in
            try databases.target.run(Self.loadedUnderAnIndex)
            let h = try #require(try databases.target.value("SELECT 'h'::regclass::oid"))
            try databases.target.run(
                "CREATE INDEX vecferry_new_\(h) ON items USING hnsw (embedding vector_l2_ops) WITH (m = 24)")
            let node = try databases.target.value("SELECT pg_relation_filenode('vecferry_new_\(h)')")
            var request = Self.online
            request.index.hnswM = m
            #expect(try await databases.engine().targetAlone.index(request).isDone)
            let indexes = try databases.target.run(
                """
                SELECT c.relname, array_to_string(c.reloptions, ',') FROM pg_index AS i
                JOIN pg_class AS c ON c.oid = i.indexrelid WHERE i.indrelid = 'items'::regclass ORDER BY 1
                """)
            #expect(indexes == [["e", "lists=20"], ["h", m.map { "m=\($0)" }], ["items_pkey", nil]])
            #expect((try databases.target.value("SELECT pg_relation_filenode('h')") == node) == (m == 24))
        }
    }

    @Test(arguments: [("REINDEX INDEX CONCURRENTLY h", "m=24"), ("DROP INDEX h; CREATE INDEX h ON items (id)", nil)])
    func `online, an index that another session rebuilt is replaced, and another index in its place stays`(
        meanwhile: String, options: String?
    ) async throws {
        try await Rig.withDatabases { databases in
            try databases.target.run(Self.loadedUnderAnIndex)
            let log = EventLog()
            let engine = try databases.engine(events: log.take)
            let catalog = try CatalogReader().read(try engine.target.connect())
            let table = try #require(catalog.relation(QualifiedName(schema: "public", name: "items")))
            var request = IndexRequest()
            request.online = true
            request.hnswM = 24
            let planner = IndexPlanner(request: request, targetServer: catalog.server)
            let plans = planner.planInPlace(table, tree: []).indexes
            let plan = try #require(plans.first { $0.name.name == "h" })
            for statement in meanwhile.split(separator: ";") { try databases.target.run(String(statement)) }
            let indexer = Indexer(target: engine.target, server: catalog.server, workers: engine.workers)
            let outcomes = try indexer.build([IndexTask(pair: 0, plan: plan, build: plan.builds[0], entry: nil)])
            #expect(outcomes[0].error == nil)
            #expect(try databases.target.value("SELECT reloptions[1] FROM pg_class WHERE relname = 'h'") == options)
            #expect(try databases.target.run(Self.definitions).map { $0[0] } == ["e", "h", "items_pkey"])
            #expect(log.warnings.contains { $0.code == .indexReplaced } == (options == nil))
        }
    }

    @Test func `a rebuild that locks writers out drops what a killed one beside them left`() async throws {
        try await Rig.withDatabases { databases in
            try databases.target.run(Self.loadedUnderAnIndex)
            let e = try #require(try databases.target.value("SELECT 'e'::regclass::oid"))
            try databases.target.run(
                "CREATE INDEX vecferry_new_\(e) ON items USING ivfflat (embedding vector_l2_ops) WITH (lists = 3)")
            #expect(try await step(databases).isDone)
            #expect(try databases.target.run(Self.definitions).map { $0[0] } == ["e", "h", "items_pkey"])
        }
    }

    @Test(arguments: [nil, 24])
    func `online, an index whose place another has taken goes`(m: Int?) async throws {
        try await Rig.withDatabases { databases in
            try databases.target.run(Self.loadedUnderAnIndex)
            // As a process that was killed between the exchange and the drop leaves it.
            let h = try #require(try databases.target.value("SELECT 'h'::regclass::oid"))
            try databases.target.run(
                """
                ALTER INDEX h RENAME TO vecferry_old_\(h);
                CREATE INDEX h ON items USING hnsw (embedding vector_l2_ops) WITH (m = 8)
                """)
            var request = Self.online
            request.index.hnswM = m
            #expect(try await databases.engine().targetAlone.index(request).isDone)
            #expect(try databases.target.run(Self.definitions).map { $0[0] } == ["e", "h", "items_pkey"])
        }
    }

    @Test(arguments: [false, true])
    func `online, writers are not held up while an index is built`(changesDefinition: Bool) async throws {
        try await Rig.withDatabases { databases in
            try databases.target.run(Self.loadedUnderAnIndex)
            let isOver = Atomic<Bool>(false)
            let writers = Meanwhile { _ in
                let watcher = try databases.target.connect()
                let waiting = """
                    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                        AND application_name ~ '^vecferry( |$)' AND wait_event_type = 'Lock'
                    """
                // Each statement of the build waits for the writer that is there. One that locks writers out lets no other
                // pass meanwhile.
                var writer = try databases.target.connect()
                try writer.execute("BEGIN; UPDATE items SET id = id WHERE id = 1")
                var passed = 1
                while true {
                    let isWaiting = try eventually {
                        try isOver.load(ordering: .acquiring)
                            || watcher.execute(waiting)[0][0].int("count") > 0
                    }
                    guard isWaiting, !isOver.load(ordering: .acquiring) else { return passed }
                    let next = try databases.target.connect()
                    passed += 1
                    try next.execute(
                        "BEGIN; SET LOCAL lock_timeout TO '2s'; UPDATE items SET id = id WHERE id = \(passed)")
                    try writer.execute("COMMIT")
                    writer = next
                }
            }
            var request = Self.online
            if changesDefinition { request.index.lists = .auto }
            let engine = try databases.engine()
            let report = try? await engine.targetAlone.index(request)
            isOver.store(true, ordering: .releasing)
            #expect(try await writers.value > 2)
            #expect(report?.isDone == true)
        }
    }

    @Test func `a failed concurrent build leaves nothing behind and says why`() async throws {
        try await Rig.withDatabases { databases in
            try databases.target.run(
                """
                CREATE TABLE items (id int PRIMARY KEY, embedding vector(256));
                CREATE INDEX e ON items USING ivfflat (embedding vector_l2_ops) WITH (lists = 100);
                INSERT INTO items
                SELECT i, (SELECT array_agg(random()::real) FROM generate_series(1, 256) WHERE i = i)::vector
                FROM generate_series(1, 3000) AS i;
                ALTER INDEX e SET (lists = 200)
                """)
            let catalog = try CatalogReader().read(try databases.engine().target.connect())
            let table = try #require(catalog.relation(QualifiedName(schema: "public", name: "items")))
            var request = IndexRequest()
            request.online = true
            let planner = IndexPlanner(request: request, targetServer: catalog.server)
            var plan = planner.planInPlace(table, tree: []).indexes[0]
            // Too little, whatever the plan says.
            plan.builds[0].maintenanceWorkMem = 2 << 20
            let engine = try databases.engine()
            let indexer = Indexer(target: engine.target, server: catalog.server, workers: engine.workers)
            let outcomes = try indexer.build([IndexTask(pair: 0, plan: plan, build: plan.builds[0], entry: nil)])
            #expect(outcomes[0].error?.message.hasPrefix("Memory required is") == true)
            #expect(try databases.target.run(Self.definitions).map { $0[0] } == ["e", "items_pkey"])
        }
    }

    @Test func `a role that does not own the table is refused before anything is done`() async throws {
        try await Rig.withDatabases { databases in
            try databases.target.run(Self.loadedUnderAnIndex)
            let session = try databases.engine().target.connect()
            let role = "r\(databases.target.name)"
            try session.execute("CREATE ROLE \(role); SET ROLE \(role)")
            let catalog = try CatalogReader().read(session)
            try session.execute("RESET ROLE; DROP ROLE \(role)")
            let table = try #require(catalog.relation(QualifiedName(schema: "public", name: "items")))
            let planner = IndexPlanner(
                request: IndexRequest(), targetServer: catalog.server)
            #expect(
                planner.planInPlace(table, tree: []).notes.contains { $0.code == .notOwner && $0.level == .blocker })
        }
    }
}
