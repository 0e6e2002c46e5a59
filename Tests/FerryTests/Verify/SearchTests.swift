import Testing

@testable import Ferry

/// The pure parts of comparing searches.
@Suite struct SearchTests {
    private func answers(_ rows: [(String, Double)]) -> SearchAnswers {
        SearchAnswers(rows: rows.map(\.0), distances: rows.map(\.1))
    }

    @Test func `ties in distance may come in any order`() {
        let left = answers([("a", 1), ("b", 2), ("c", 2)])
        #expect(left.isSame(as: answers([("a", 1), ("c", 2), ("b", 2)])))
        #expect(left.isSame(as: answers([("a", 1), ("c", 2), ("d", 2)])))
        #expect(left.isSame(as: answers([("a", 1.0000001), ("b", 2), ("c", 2.000001)])))
    }

    @Test func `another row, distance or number of rows is another answer`() {
        let left = answers([("a", 1), ("b", 2), ("c", 3)])
        #expect(!left.isSame(as: answers([("a", 1), ("x", 2), ("c", 3)])))
        #expect(!left.isSame(as: answers([("a", 1), ("b", 2.1), ("c", 3)])))
        #expect(!left.isSame(as: answers([("a", 1), ("b", 2)])))
        #expect(!left.isSame(as: answers([])))
        #expect(answers([]).isSame(as: answers([])))
    }

    @Test func `recall counts rows that are as near as the last`() {
        let exact = answers([("a", 1), ("b", 2), ("c", 3)])
        #expect(exact.hits(in: exact) == 3)
        #expect(exact.hits(in: answers([("a", 1), ("d", 3), ("e", 9)])) == 2)
        #expect(exact.hits(in: answers([])) == 0)
        #expect(answers([]).hits(in: answers([])) == 0)
    }

    @Test(arguments: [
        ("OPERATOR(public.<->)", "<->"), ("OPERATOR(\"my schema\".<=>)", "<=>"), ("OPERATOR(x.<#>)", "<#>"),
        ("OPERATOR(public.<+>)", "<+>"), ("OPERATOR(public.<~>)", "<~>"),
    ])
    func `the symbol of an operator`(_ name: String, _ symbol: String) {
        #expect(Searcher.symbol(name) == symbol)
    }

    @Test func `a plan's buffers are those of its first node, without temporary ones`() {
        let plan = [
            "Limit", "  Buffers: shared hit=3443 read=57989, temp read=177 written=178", "  Buffers: shared hit=4",
        ]
        #expect(SearchProbe.buffers(plan) == 61_432)
        #expect(SearchProbe.buffers(["Limit", "  Buffers: shared hit=7"]) == 7)
        #expect(SearchProbe.buffers(["Limit"]) == nil)
    }

    private func report(_ source: SearchSide, _ target: SearchSide) -> SearchReport {
        SearchReport(
            table: QualifiedName(schema: "public", name: "items"), column: "embedding", distance: "<->", queries: 100,
            k: 10,
            differing: 0, source: source, target: target)
    }

    private func side(recall: Double, part: Double, milliseconds: Double) -> SearchSide {
        SearchSide(
            index: QualifiedName(schema: "public", name: "items_embedding"), method: "ivfflat",
            options: ["lists": "100"],
            settings: ["ivfflat.probes": "1"], choosesIndex: true, recall: recall, exactMilliseconds: 150,
            indexMilliseconds: milliseconds, partRead: part)
    }

    @Test func `an index built on an empty table is known by what it reads`() {
        let notes = SearchAdvice(
            report: report(
                side(recall: 1, part: 0.97, milliseconds: 148), side(recall: 0.87, part: 0.012, milliseconds: 2))
        ).notes
        #expect(notes.map(\.code) == [.recallLower])
        #expect(notes[0].message.contains("nearly empty") && notes[0].message.contains("97.0%"))
        #expect(notes[0].hint?.contains("ivfflat.probes = 10") == true)
    }

    @Test func `a target whose index was not rebuilt is reported`() {
        let slow = side(recall: 1, part: 0.97, milliseconds: 148)
        #expect(SearchAdvice(report: report(slow, slow)).notes.map(\.code) == [.builtOnEmpty])
        let good = side(recall: 0.87, part: 0.012, milliseconds: 2)
        #expect(SearchAdvice(report: report(good, good)).notes.isEmpty)
    }
}
