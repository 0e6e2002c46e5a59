import Postgres
import RigSupport
import Testing

@testable import Ferry

/// The estimates against real builds: what they say must be enough, and a fifth less must not.
@Suite(.serialized) struct IndexMemoryTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var method: String
        var parameter: Int
        var dimensions: Int
        var rows: Int
        var type = "vector"
        var testDescription: String { "\(method) \(parameter), \(type)(\(dimensions)), \(rows) rows" }

        var shape: VectorIndexShape {
            VectorIndexShape(
                method: method == "hnsw" ? .hnsw(m: parameter) : .ivfflat(lists: parameter),
                element: VectorIndexShape.Element(rawValue: type)!, dimensions: dimensions)
        }
    }

    private static let quick = [
        Case(method: "hnsw", parameter: 16, dimensions: 384, rows: 3_000),
        Case(method: "hnsw", parameter: 4, dimensions: 32, rows: 10_000),
        Case(method: "hnsw", parameter: 32, dimensions: 8, rows: 4_000),
        Case(method: "ivfflat", parameter: 100, dimensions: 384, rows: 12_000),
        Case(method: "ivfflat", parameter: 50, dimensions: 128, rows: 3_000),
        Case(method: "ivfflat", parameter: 500, dimensions: 16, rows: 30_000),
    ]
    /// Types that pgvector has from 0.7.0 on.
    private static let late = [
        Case(method: "hnsw", parameter: 16, dimensions: 256, rows: 4_000, type: "halfvec"),
        Case(method: "hnsw", parameter: 8, dimensions: 1_024, rows: 8_000, type: "bit"),
        Case(method: "ivfflat", parameter: 200, dimensions: 256, rows: 12_000, type: "halfvec"),
    ]
    /// Large enough for PostgreSQL to give a build workers.
    private static let shared = [
        Case(method: "hnsw", parameter: 4, dimensions: 2_000, rows: 10_000)
    ]
    private static let long = [
        Case(method: "hnsw", parameter: 16, dimensions: 1_024, rows: 30_000),
        Case(method: "hnsw", parameter: 48, dimensions: 128, rows: 30_000),
        Case(method: "hnsw", parameter: 16, dimensions: 1_536, rows: 12_000),
        Case(method: "ivfflat", parameter: 1_000, dimensions: 256, rows: 60_000),
        Case(method: "ivfflat", parameter: 2_000, dimensions: 64, rows: 110_000),
    ]
    static let cases = Rig.isSoak ? quick + long : quick

    @Test(arguments: cases) func `the source's pgvector needs what is estimated, within a fifth`(
        _ item: Case
    ) async throws {
        try await Rig.withDatabases { databases in try check(item, databases.source, workers: 0) }
    }

    @Test(arguments: cases + late) func `the target's pgvector needs what is estimated, within a fifth`(
        _ item: Case
    ) async throws {
        try await Rig.withDatabases { databases in try check(item, databases.target, workers: 0) }
    }

    @Test(arguments: shared + (Rig.isSoak ? long : []))
    func `a build with workers needs what is estimated, within a fifth`(_ item: Case) async throws {
        try await Rig.withDatabases { databases in try check(item, databases.target, workers: 2) }
    }

    private func check(_ item: Case, _ database: RigDatabase, workers: Int) throws {
        let connection = try database.connect()
        // A matrix product of a few random numbers: as different from row to row as embeddings, and made in no time.
        let value =
            item.type == "bit"
            ? "(SELECT string_agg((random() < 0.5)::int::text, '') FROM generate_series(1, \(item.dimensions)) WHERE i = i)::bit(\(item.dimensions))"
            : "(SELECT array_agg(random()::real) FROM generate_series(1, \(item.dimensions)) WHERE i = i)::vector(\(item.dimensions))"
        let cast = item.type == "halfvec" ? "::halfvec(\(item.dimensions))" : ""
        try connection.execute(
            """
            CREATE TABLE items AS SELECT i AS id, \(value)\(cast) AS v FROM generate_series(1, \(item.rows)) AS i;
            ALTER TABLE items ALTER v SET STORAGE EXTERNAL; SET min_parallel_table_scan_size TO 0;
            SET max_parallel_maintenance_workers TO \(workers)
            """)
        let facts = try connection.query(
            """
            SELECT current_setting('server_version_num') AS server, extversion AS vector,
                pg_relation_size('items') / 8192 AS pages
            FROM pg_extension WHERE extname = 'vector'
            """)[0]
        let need = IndexMemory.bytes(
            for: item.shape, rows: item.rows, pages: try facts.int("pages"),
            pgvector: PgvectorVersion(parsing: try facts.string("vector")), server: try facts.int("server"),
            workers: workers)
        #expect(need >= 3 << 20, "The case is too small to tell anything.")
        #expect(try fits(item, need + need / 100, connection), "\(need) bytes are not enough.")
        #expect(try !fits(item, need * 8 / 10, connection), "Four fifths of \(need) bytes are enough.")
    }

    /// Whether a build with that much memory neither fails nor tells that it ran out.
    private func fits(_ item: Case, _ bytes: Int, _ connection: borrowing Connection) throws -> Bool {
        let operators = item.type == "bit" ? "bit_hamming_ops" : "\(item.type)_l2_ops"
        let options =
            item.method == "hnsw"
            ? "m = \(item.parameter), ef_construction = \(max(16, 2 * item.parameter))" : "lists = \(item.parameter)"
        _ = connection.takeNotices()
        try connection.execute("SET maintenance_work_mem TO '\((bytes + 1023) >> 10)kB'")
        do throws(PostgresError) {
            try connection.execute(
                "CREATE INDEX items_v ON items USING \(item.method) (v \(operators)) WITH (\(options))")
        } catch {
            guard error.message.hasPrefix("Memory required is") else { throw error }
            return false
        }
        try connection.execute("DROP INDEX items_v")
        return !connection.takeNotices().contains { $0.message.hasPrefix("hnsw graph no longer fits") }
    }
}
