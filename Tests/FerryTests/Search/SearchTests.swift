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

    @Test func `recall counts the rows of the exact answer, and without a key those that are as near as the last`() {
        let exact = answers([("a", 1), ("b", 2), ("c", 3)])
        #expect(exact.hits(in: exact) == 3)
        #expect(exact.hits(in: answers([("a", 1), ("d", 3), ("e", 9)])) == 1)
        #expect(answers([("", 1), ("", 2), ("", 3)]).hits(in: answers([("", 1), ("", 3), ("", 9)])) == 2)
        #expect(exact.hits(in: answers([])) == 0)
        #expect(answers([]).hits(in: answers([])) == 0)
    }

    @Test(arguments: [
        ("OPERATOR(public.<->)", "<->"), ("OPERATOR(\"my schema\".<=>)", "<=>"), ("OPERATOR(x.<#>)", "<#>"),
        ("OPERATOR(public.<+>)", "<+>"), ("OPERATOR(public.<~>)", "<~>"),
    ])
    func `the symbol of an operator`(_ name: String, _ symbol: String) {
        #expect(SearchForms.symbol(name) == symbol)
    }

    @Test func `a plan's buffers are those of its first node, without temporary ones`() {
        let plan = [
            "Limit", "  Buffers: shared hit=3443 read=57989, temp read=177 written=178", "  Buffers: shared hit=4",
        ]
        #expect(SearchProbe.buffers(plan) == 61_432)
        #expect(SearchProbe.buffers(["Limit", "  Buffers: shared hit=7"]) == 7)
        #expect(SearchProbe.buffers(["Limit"]) == nil)
    }

    private func figures(found: Int, of expected: Int = 1000, empty: Int = 0) -> SearchFigures {
        var figures = SearchFigures()
        (figures.queries, figures.expected, figures.found, figures.empty) = (expected / 10, expected, found, empty)
        return figures
    }

    @Test func `answers are worse where more is lost than chance explains, or more of them are empty`() {
        let all = figures(found: 1000)
        #expect(!all.isWorse(than: all) && !figures(found: 990).isWorse(than: all))
        #expect(figures(found: 980).isWorse(than: all) && figures(found: 1000, empty: 1).isWorse(than: all))
        // Of two indexes that miss many, one misses some more by chance.
        #expect(!figures(found: 520).isWorse(than: figures(found: 550)))
        #expect(figures(found: 400).isWorse(than: figures(found: 550)))
        #expect(!all.isWorse(than: figures(found: 500, empty: 3)))
        #expect(!figures(found: 0, of: 0).isWorse(than: all))
    }

    @Test func `figures count what is found, empty answers, and a first row that is not the nearest`() {
        var tally = SearchTally()
        let exact = answers([("a", 1), ("b", 2)])
        tally.add(exact, exact: exact, milliseconds: 3)
        tally.add(answers([("b", 2)]), exact: exact, milliseconds: 1)
        tally.add(answers([]), exact: exact, milliseconds: 2)
        tally.add(answers([]), exact: answers([]), milliseconds: 4)
        let total = tally.total
        #expect(total.queries == 4 && total.expected == 6 && total.found == 3 && total.returned == 3)
        #expect(total.empty == 1 && total.wrongBest == 2 && total.recall == 0.5)
        #expect(total.p50 == 2 && total.p95 == 4)
    }

    @Test func `the row that a query was made from is left out of its answers`() {
        let all = answers([("a", 1), ("b", 2), ("c", 3)])
        #expect(all.withoutOrigin("b", k: 2).rows == ["a", "c"])
        #expect(all.withoutOrigin("x", k: 2).rows == ["a", "b"])
        #expect(all.withoutOrigin(nil, k: 5) == all)
        #expect(answers([("a", 1)]).withoutOrigin("a", k: 2).rows == ["a"])
    }

    private func report(_ source: SearchSide, _ target: SearchSide) -> SearchReport {
        SearchReport(
            table: QualifiedName(schema: "public", name: "items"), column: "embedding", distance: "<->", queries: 100,
            k: 10, isEstimate: true, isCut: false, differing: 0, source: source, target: target, bots: [], remedy: nil)
    }

    private func side(found: Int, part: Double) -> SearchSide {
        SearchSide(
            index: QualifiedName(schema: "public", name: "items_embedding"), method: "ivfflat",
            options: ["lists": "100"], settings: ["ivfflat.probes": "1"], figures: figures(found: found),
            plans: [SearchPlan(kind: .vectorIndex, index: "items_embedding", queries: 100)], exactMilliseconds: 150,
            partRead: part)
    }

    @Test func `an index built on an empty table is known by what it reads`() {
        let notes = SearchAdvice(report: report(side(found: 1000, part: 0.97), side(found: 870, part: 0.012))).notes
        #expect(notes.map(\.code) == [.recallLower])
        #expect(notes[0].message.contains("nearly empty") && notes[0].message.contains("97.0%"))
        #expect(notes[0].message.contains("87.0%") && notes[0].message.contains("1 of 100 lists"))
    }

    @Test func `a target whose index was not rebuilt is reported`() {
        let slow = side(found: 1000, part: 0.97)
        #expect(SearchAdvice(report: report(slow, slow)).notes.map(\.code) == [.builtOnEmpty])
        let good = side(found: 870, part: 0.012)
        #expect(SearchAdvice(report: report(good, good)).notes.isEmpty)
    }
}
