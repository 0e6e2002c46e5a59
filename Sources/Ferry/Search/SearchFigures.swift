/// What the application gets from a number of searches.
public struct SearchFigures: Sendable, Equatable {
    /// The number of queries.
    public var queries = 0
    /// The rows of all exact answers: `k` for each query, fewer where there are not as many.
    public var expected = 0
    /// Of these, the rows that the answers have.
    public var found = 0
    /// The rows of all answers.
    public var returned = 0
    /// The answers without a row, although there are rows.
    public var empty = 0
    /// The answers whose first row is not the nearest, the empty ones included.
    public var wrongBest = 0
    /// The median time of an answer, in milliseconds.
    public var p50: Double = 0
    /// The time within which 95 of 100 answers came, in milliseconds.
    public var p95: Double = 0

    /// recall@k: the share of the exact answers' rows that the answers have, from 0 to 1; nil where there are no rows to find.
    public var recall: Double? { expected == 0 ? nil : Double(found) / Double(expected) }

    /// Figures without a query.
    public init() {}

    /// Whether these answers are worse than `other`: more are empty, or more than one in a hundred of the rows is lost, and more than
    /// chance explains. Misses come together, since a query finds its rows in a list or does not, so that their number has about the
    /// standard deviation of half as many queries that miss all rows or none: the square root of the misses times the rows of an answer,
    /// halved. Twice that is not chance.
    func isWorse(than other: SearchFigures) -> Bool {
        if empty > other.empty { return true }
        guard let recall, let wanted = other.recall else { return false }
        let rows = Double(expected)
        let lost = (wanted - recall) * rows
        let misses = rows - Double(found) + (1 - wanted) * rows
        let answer = rows / Double(max(1, queries))
        // Half a row more, since shares are not exact.
        return lost > 0.01 * rows + 0.5 && lost > (misses * answer).squareRoot()
    }
}

/// Adds up answers.
struct SearchTally: Sendable {
    private var figures = SearchFigures()
    private var times: [Double] = []

    /// The figures of all answers so far.
    var total: SearchFigures {
        var total = figures
        let sorted = times.sorted()
        total.p50 = Self.quantile(0.5, of: sorted)
        total.p95 = Self.quantile(0.95, of: sorted)
        return total
    }

    /// Adds the answer to one query.
    ///
    /// - Parameter milliseconds: The time from sending the query to having the rows.
    mutating func add(_ found: SearchAnswers, exact: SearchAnswers, milliseconds: Double) {
        figures.queries += 1
        figures.expected += exact.distances.count
        figures.found += exact.hits(in: found)
        figures.returned += found.distances.count
        if found.distances.isEmpty, !exact.distances.isEmpty { figures.empty += 1 }
        if !exact.hasSameBest(as: found) { figures.wrongBest += 1 }
        times.append(milliseconds)
    }

    /// The smallest of the sorted times within which this share of them lies; 0 where there is none.
    static func quantile(_ share: Double, of sorted: [Double]) -> Double {
        guard !sorted.isEmpty else { return 0 }
        let rank = Int((share * Double(sorted.count)).rounded(.up))
        return sorted[min(max(rank, 1), sorted.count) - 1]
    }
}
