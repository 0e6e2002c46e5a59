import Testing

@testable import Ferry

/// The statements that change an index for the sake of searches. Those of settings take a server, and are in `RigTests/Tune`.
@Suite struct TuneStatementsTests {
    private func statements(_ table: String, oid: OID, _ index: Index?) -> TuneStatements.Pair {
        let relation = Fixture.table(rows: 10, name: table, oid: oid)
        let column = ColumnPair(
            name: "embedding", type: "vector(1024)", vectorType: .vector, dimensions: 1024, textReason: nil)
        let compared = ComparedTable(
            number: TableNumber(0), name: relation.name, role: .embedding, columns: [column], key: nil, botScope: nil,
            filter: .all, leaves: [:])
        let query = SearchQuery(
            table: compared, column: column, form: SearchForm(expression: .column, distance: "<=>"), k: 20)
        let probe = SearchProbe(
            query: query, index: index, schema: "public",
            catalog: Catalog(server: Fixture.server(), relations: [relation]), vectorIndexes: [], otherIndexes: [])
        let settings = ApplicationSettings(
            role: nil, owner: "postgres", acting: ActingRole(owner: nil), schema: "public")
        var option = TuneOption(kind: .definition, figures: SearchFigures(), bots: [], plans: [])
        option.method = "hnsw"
        return TuneStatements(query: query, place: ColumnSearch.Place(probe: probe, settings: settings)).definition(
            option)
    }

    @Test
    func `an index where there was none has a name that no other table's has, since it drops what is under that name`()
    {
        let first = statements("bot_document", oid: 1_000, nil)
        let second = statements("bot_document_chunk", oid: 2_000, nil)
        #expect(first.undo.count == 1 && first.undo != second.undo && first.apply[0] == first.undo[0])
        #expect(first.apply[0].hasPrefix("DROP INDEX CONCURRENTLY IF EXISTS \"public\".\"vecferry_tuned_1000_"))
        #expect(first.apply[1].contains("USING hnsw (\"embedding\" \"public\".vector_cosine_ops)"))
        #expect(first.apply[1].hasPrefix("CREATE INDEX CONCURRENTLY vecferry_tuned_1000_"))
    }

    @Test func `an index is built beside the one whose place it takes, and so is the old one again`() {
        let pair = statements(
            "items", oid: 1_000, Fixture.index("items_embedding", "ivfflat", options: ["lists": "100"]))
        #expect(pair.apply.contains { $0.contains("CREATE INDEX CONCURRENTLY") && $0.contains("USING hnsw") })
        #expect(pair.undo.contains { $0.contains("CREATE INDEX CONCURRENTLY") && $0.contains("lists = 100") })
        for statements in [pair.apply, pair.undo] {
            #expect(statements.last?.hasPrefix("DROP INDEX CONCURRENTLY IF EXISTS") == true)
            // The index that has the name is dropped only once another has it.
            #expect(statements.filter { $0.hasPrefix("DROP") && $0.contains("items_embedding") } == [])
        }
    }
}
