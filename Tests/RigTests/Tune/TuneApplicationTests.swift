import Postgres
import RigSupport
import Testing

@testable import Ferry

/// Each kind of change is made and taken back, whichever is the best of them on this machine.
@Suite struct TuneApplicationTests {
    private static let rows = """
        CREATE TABLE items (id int PRIMARY KEY, embedding vector(8));
        INSERT INTO items SELECT i, ARRAY(SELECT sin(i * n) FROM generate_series(1, 8) AS n WHERE i > 0)::vector
        FROM generate_series(1, 500) AS i
        """
    private static let index = """
        ; CREATE INDEX "an Index" ON items USING ivfflat (embedding vector_cosine_ops) WITH (lists = 7);
        COMMENT ON INDEX "an Index" IS 'made by hand'
        """

    private func indexes(_ database: RigDatabase) throws -> [[String?]] {
        try database.run(
            """
            SELECT pg_get_indexdef(indexrelid), indisvalid::text, obj_description(indexrelid, 'pg_class') FROM pg_index
            WHERE indrelid = 'items'::regclass ORDER BY 1
            """)
    }

    @Test(arguments: [true, false], [TuneOption.Kind.noIndex, .definition])
    func `what is dropped, exchanged or made is put back by undo`(
        _ hasIndex: Bool, _ kind: TuneOption.Kind
    ) async throws {
        guard hasIndex || kind == .definition else { return }
        try await Rig.withDatabases(setup: Self.rows + (hasIndex ? Self.index : "")) { databases in
            let engine = try databases.engine().targetAlone
            let before = try indexes(databases.target)
            try TuneApplication(target: engine.target, workers: engine.workers).apply(try column(kind, engine))
            let after = try indexes(databases.target)
            let vector = after.compactMap { $0[0] }.filter { $0.contains("embedding") }
            #expect(vector.count == (kind == .definition ? 1 : 0) && vector.allSatisfy { $0.contains("USING hnsw") })
            #expect(after.allSatisfy { $0[1] == "true" } && after != before)
            #expect(try await engine.undo(UndoRequest()).tunings.map(\.name) == ["items"])
            #expect(try indexes(databases.target) == before)
        }
    }

    private func column(_ kind: TuneOption.Kind, _ engine: TargetEngine) throws -> TunedColumn {
        let session = try engine.target.connect()
        let catalog = try CatalogReader().read(session)
        let relation = try #require(catalog.relations.values.first { $0.name.name == "items" })
        let column = ColumnPair(
            name: "embedding", type: "vector(8)", vectorType: .vector, dimensions: 8, textReason: nil)
        let table = ComparedTable(
            number: TableNumber(0), name: relation.name, role: .embedding, columns: [column], key: relation.key,
            botScope: nil, filter: .all, leaves: [.target: [relation]])
        let query = SearchQuery(
            table: table, column: column, form: SearchForm(expression: .column, distance: "<=>"), k: 20)
        let place = try SearchForms(catalogs: [.target: catalog]).place(query, .target, role: nil)
        var option = TuneOption(kind: kind, figures: SearchFigures(), bots: [], plans: [])
        option.method = "hnsw"
        var tuned = TunedColumn(
            table: relation.name, column: "embedding", distance: "<=>", k: 20, queries: 1, isEstimate: true,
            reference: option, options: [option], choice: 0, reason: "")
        let pair = try TuneStatements(query: query, place: place).statements(for: option, on: session)
        (tuned.statements, tuned.undo) = (pair.apply, pair.undo)
        return tuned
    }
}
