import Testing

@testable import Ferry

/// What the plan says of searches before anything is copied.
@Suite struct SearchForecastTests {
    private func notes(
        rows: Int = 5_648, lists: Int? = 100, facts: SearchFacts = SearchFacts(), action: IndexPlan.Action = .rebuild,
        method: String = "ivfflat"
    ) -> [Note] {
        let index = IndexPlan(
            name: QualifiedName(schema: "public", name: "items_embedding"),
            relation: QualifiedName(schema: "public", name: "items"), method: method, operatorClass: "vector_l2_ops",
            options: lists.map { ["lists": "\($0)"] } ?? [:], isUnique: false, action: action, reason: "it is a test",
            builds: [])
        return SearchForecast(
            table: QualifiedName(schema: "public", name: "items"), rows: rows, facts: facts, request: IndexRequest()
        ).notes(for: [index])
    }

    @Test func `it says how many rows a search will read, and of how many of a typical bot`() throws {
        let note = try #require(notes(facts: SearchFacts(typicalShare: 0.25)).first)
        #expect(note.code == .approximateAnswers && note.level == .warning)
        #expect(note.message.contains("100 lists, of which a search reads 1 (ivfflat.probes): about 57 of 5,648 rows"))
        #expect(note.message.contains("of a typical bot's 1,412 some 14 if"))
        #expect(
            note.hint?.contains("--ivfflat-lists auto would make 5 lists, and --index-method hnsw another index")
                == true)
        // Without bots, nothing is said of them.
        #expect(try #require(notes().first).message.contains("answers will miss rows. An index"))
        // 100 is pgvector's default.
        #expect(notes(lists: nil) == notes())
    }

    @Test func `nothing is said where a search reads as many lists as pgvector advises, or the index stays as it is`() {
        #expect(notes(facts: SearchFacts(probes: 10)) == [] && notes(facts: SearchFacts(probes: 9)).count == 1)
        #expect(notes(lists: 3) == [] && notes(rows: 999) == [] && notes(rows: -1) == [])
        #expect(notes(action: .keep) == [] && notes(method: "hnsw") == [])
    }

    @Test func `the typical bot is that of a typical row`() {
        #expect(SearchFacts.typicalShare(common: [0.9, 0.05, 0.05], bots: 3) == 0.9)
        #expect(SearchFacts.typicalShare(common: [0.1, 0.3, 0.2, 0.4], bots: 4) == 0.3)
        #expect(SearchFacts.typicalShare(common: [], bots: 2_000) == 1 / 2_000.0)
        #expect(SearchFacts.typicalShare(common: [0.2], bots: 81) == 0.01)
        #expect(SearchFacts.typicalShare(common: [], bots: 0) == nil)
    }
}
