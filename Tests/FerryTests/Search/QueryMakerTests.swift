import Testing

@testable import Ferry

/// Queries that are made from stored rows, and the rows that they are made from.
@Suite struct QueryMakerTests {
    @Test(arguments: [
        ("[1,2.5,-3]", "[1.0,2.5,-3.0]"), ("[ 1 , 2 ]", "[1.0,2.0]"), ("[1e-3,0]", "[0.001,0.0]"),
        ("{1:0.5,7:-2}/1000", "{1:0.5,7:-2.0}/1000"), ("{}/3", "{}/3"), ("0110", "0110"),
    ])
    func `a vector of any type is read and written`(_ text: String, _ written: String) {
        #expect(VectorText(text)?.text == written)
    }

    @Test(arguments: [
        "", "[]", "[1,]", "[1,x]", "[nan]", "[1", "1,2]", "{1:2}", "{0:1}/3", "{4:1}/3", "{1}/3", "012", "{1:2}/0",
    ])
    func `what is no vector is not read`(_ text: String) { #expect(VectorText(text) == nil) }

    private static let rows = (1...40).map { row in
        "[\((1...8).map { "\((row * $0 * 37) % 19 - 9)" }.joined(separator: ","))]"
    }

    @Test func `the same rows give the same queries, none of them a stored row, and each as long as its row`() {
        var (first, second) = (QueryMaker(), QueryMaker())
        let queries = first.queries(from: Self.rows)
        #expect(queries == second.queries(from: Self.rows))
        #expect(queries.count == 40 && Set(queries).count == 40)
        let stored = Set(Self.rows.map { VectorText($0)?.text })
        func length(_ text: String?) -> Double {
            guard case .dense(let elements)? = VectorText(text ?? "") else { return 0 }
            return elements.reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
        for (row, query) in zip(Self.rows, queries) {
            #expect(!stored.contains(query))
            #expect(abs(length(row) / length(query) - 1) < 0.001)
        }
    }

    @Test(arguments: [
        ["[1,2,3]"], ["[1,2,3]", "[1,2,3]"], ["[0,0]"], ["{2:1}/9"], ["{}/9"], ["0101"], ["[1,2]", "[1,2,3]"],
    ])
    func `rows without others to move them by still give queries of their kind`(_ rows: [String]) throws {
        var maker = QueryMaker()
        for (row, query) in zip(rows, maker.queries(from: rows)) {
            let (stored, made) = (try #require(VectorText(row)), try #require(query.flatMap { VectorText($0) }))
            #expect(stored.dimensions == made.dimensions)
        }
    }

    @Test func `a row of another magnitude neither decides all queries nor leaves what its type can hold`() throws {
        var maker = QueryMaker(limit: 65_504)
        let queries = maker.queries(from: Self.rows + ["[3e38,-3e38,1,1,1,1,1,1]"])
        for query in queries.dropLast() {
            guard case .dense(let elements)? = VectorText(try #require(query)) else { continue }
            // It points in more directions than that row's.
            #expect(elements.dropFirst(2).contains { $0.magnitude > 0.01 })
        }
        let last = try #require(queries.last.flatMap { $0 })
        #expect(last.contains("65504.0") && VectorText(last)?.limited(to: 65_504) == VectorText(last))
        var single = QueryMaker()
        let extreme = single.queries(from: ["[3.4028235e+38,1]", "[1,2]", "[2,1]"])
        #expect(extreme.allSatisfy { VectorText($0 ?? "") != nil })
    }

    @Test func `what is no vector gives no query, and keeps its place`() {
        var maker = QueryMaker()
        let queries = maker.queries(from: ["[1,2]", "?", "[3,4]"])
        #expect(queries.map { $0 == nil } == [false, true, false])
    }

    // MARK: Which rows

    private func shares(_ rows: [Int], _ queries: Int) -> [Int] {
        let bots = rows.enumerated().map { SampleReader.Bot(id: "b\($0)", rows: $1) }
        return SampleReader.shares(of: bots, queries: queries).map(\.rows)
    }

    @Test func `queries are spread over bots by their rows, the small ones included`() {
        #expect(shares([3, 900, 90], 100) == [89, 8, 3])
        #expect(shares([1, 100_000], 50) == [49, 1])
        #expect(shares([5, 5], 100) == [5, 5])
        #expect(shares([7], 3) == [3])
        #expect(shares([], 10) == [] && shares([0], 10) == [])
    }

    @Test func `of many bots the largest are searched, and others down to the smallest`() {
        let chosen = SampleReader.shares(
            of: (1...2000).map { SampleReader.Bot(id: "b\($0)", rows: $0) }, queries: 100)
        #expect(chosen.count == SampleReader.mostBots && chosen.reduce(0) { $0 + $1.rows } == 100)
        #expect(chosen.first?.id == "b2000" && chosen.last?.id == "b1" && chosen.allSatisfy { $0.rows >= 1 })
    }

    @Test func `fewer queries than bots go to bots of all sizes`() {
        let chosen = SampleReader.shares(of: (1...9).map { SampleReader.Bot(id: "b\($0)", rows: $0) }, queries: 3)
        #expect(chosen.map(\.id) == ["b9", "b5", "b1"] && chosen.allSatisfy { $0.rows == 1 })
    }
}
