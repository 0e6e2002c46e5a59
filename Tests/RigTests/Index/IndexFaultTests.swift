import Postgres
import RigSupport
import Testing

@testable import Ferry

/// Backends are killed while they build indexes.
@Suite struct IndexFaultTests {
    private static let table = "CREATE TABLE items (id int PRIMARY KEY, embedding vector(64))"
    private static let rows = """
        INSERT INTO items
        SELECT i, (SELECT array_agg(i % 20 + 0 * d + random()::real) FROM generate_series(1, 64) AS d)::vector
        FROM generate_series(1, 12000) AS i
        """

    /// Kills the session that builds an index of `items`, as soon as there is one; the ledger's tables get indexes too.
    ///
    /// - Returns: Whether there was one, once there is no more to wait for.
    private func killBuilder(in database: RigDatabase) -> Meanwhile<Bool> {
        Meanwhile { isWanted in
            let session = try database.connect()
            var killed = 0
            try eventually(within: 120) {
                killed = try session.execute(
                    """
                    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_progress_create_index
                    WHERE datname = current_database() AND relid = 'items'::regclass
                    """)[0][0].int("count", as: Int.self)
                return killed > 0 || !isWanted()
            }
            Figures.count(.sessions, killed)
            return killed > 0
        }
    }

    @Test func `a build whose backend is killed is done again, and the ledger says so once`() async throws {
        try await Rig.withDatabases(setup: Self.table) { databases in
            try databases.source.run(Self.rows)
            try databases.source.run("ANALYZE items")
            try databases.target.run("CREATE INDEX h ON items USING hnsw (embedding vector_l2_ops)")
            let log = EventLog()
            let engine = try databases.engine(events: log.take)
            let killer = killBuilder(in: databases.target)
            let report = try await engine.copy(CopyRequest())
            killer.cancel()
            #expect(report.outcome == .proven)
            #expect(try await killer.value)
            #expect(log.retries > 0)
            #expect(
                try databases.target.value(
                    "SELECT bool_and(indisvalid) FROM pg_index WHERE indexrelid = 'h'::regclass") == "t")
            #expect(
                try databases.target.value(
                    "SELECT count(*) FROM vecferry.saved_definition WHERE restored_at IS NULL") == "0")
        }
    }

    @Test func `a concurrent build whose backend is killed is done again without leftovers`() async throws {
        try await Rig.withDatabases(setup: Self.table) { databases in
            try databases.target.run(Self.rows)
            try databases.target.run("CREATE INDEX h ON items USING hnsw (embedding vector_l2_ops)")
            var request = IndexStepRequest()
            request.index.online = true
            request.index.hnswM = 24
            let engine = try databases.engine()
            let killer = killBuilder(in: databases.target)
            let report = try await engine.targetAlone.index(request)
            killer.cancel()
            #expect(report.isDone)
            #expect(try await killer.value)
            let indexes = try databases.target.run(
                """
                SELECT c.relname, i.indisvalid, c.reloptions FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
                WHERE i.indrelid = 'items'::regclass ORDER BY 1
                """)
            #expect(indexes == [["h", "t", "{m=24}"], ["items_pkey", "t", nil]])
        }
    }

    @Test func `an index that a lost acknowledgement hides is not built twice`() async throws {
        try await Rig.withDatabases(setup: Self.table) { databases in
            try databases.source.run(Self.rows)
            try databases.target.run(
                "CREATE INDEX e ON items USING ivfflat (embedding vector_l2_ops) WITH (lists = 10)")
            let log = EventLog()
            let engine = try databases.engine(events: log.take)
            let plan = try await engine.plan(CopyRequest())
            let report = try await engine.copy(CopyRequest())
            // The commit came through and its answer did not: the same build is asked for again.
            let build = plan.pairs[0].indexes.flatMap(\.builds)[0]
            let number = try #require(
                try databases.target.value("SELECT number FROM vecferry.saved_definition WHERE name = 'e'").flatMap {
                    Int($0)
                })
            let task = IndexTask(
                pair: 0, plan: plan.pairs[0].indexes[0], build: build,
                entry: LedgerEntry(job: report.job, number: DefinitionNumber(number)))
            let before = try databases.target.value("SELECT 'e'::regclass::oid")
            let indexer = Indexer(target: engine.target, server: plan.target, workers: engine.workers)
            let outcomes = try indexer.build([task])
            #expect(outcomes[0].error == nil)
            #expect(!log.warnings.contains { $0.code == .indexReplaced }, "it is the copy's own")
            #expect(try databases.target.value("SELECT 'e'::regclass::oid") == before)
        }
    }
}
