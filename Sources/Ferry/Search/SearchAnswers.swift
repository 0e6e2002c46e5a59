/// The answers to one query, nearest first.
struct SearchAnswers: Sendable, Equatable {
    /// The rows by key; empty texts in a table without a key.
    var rows: [String]
    /// The distances in the same order, the nearest first.
    var distances: [Double]

    /// The relative difference between equal distances. They are sums of 4-byte floats, which another build of pgvector adds up
    /// in another order, so the last digits differ.
    static let tolerance = 1e-5

    /// Whether two exact answers are the same, except for the choice among equally distant rows at the end.
    func isSame(as other: SearchAnswers) -> Bool {
        guard distances.count == other.distances.count else { return false }
        for (left, right) in zip(distances, other.distances) where !Self.areClose(left, right) { return false }
        guard let last = distances.last else { return true }
        // A row that only one side has must be as far away as the last, so that another could take its place.
        func onlyTies(_ answers: SearchAnswers, _ others: SearchAnswers) -> Bool {
            let known = Set(others.rows)
            return zip(answers.rows, answers.distances).allSatisfy { known.contains($0) || Self.areClose($1, last) }
        }
        return onlyTies(self, other) && onlyTies(other, self)
    }

    /// The number of these exact answers that `found` has. Another row that is as near as the last of them does not count, so that the
    /// figure is never better than that of a client which compares keys; in a table without a key it does.
    func hits(in found: SearchAnswers) -> Int {
        guard let last = distances.last else { return 0 }
        if rows.first?.isEmpty == false { return Set(rows).intersection(found.rows).count }
        let near = found.distances.filter { $0 <= last || Self.areClose($0, last) }
        return min(near.count, distances.count)
    }

    /// Whether the first row of `found` is as near as the first of these exact answers.
    func hasSameBest(as found: SearchAnswers) -> Bool {
        guard let best = distances.first else { return true }
        guard let first = found.distances.first else { return false }
        // Of a column that is converted, the distances differ as well.
        if let row = rows.first, !row.isEmpty, row == found.rows.first { return true }
        return first <= best || Self.areClose(first, best)
    }

    /// The first `k` answers without the row that a query was made from, unless no other row is near.
    func withoutOrigin(_ origin: String?, k: Int) -> SearchAnswers {
        var answers = self
        if let origin, let position = rows.firstIndex(of: origin), rows.count > 1 {
            answers.rows.remove(at: position)
            answers.distances.remove(at: position)
        }
        answers.rows = Array(answers.rows.prefix(k))
        answers.distances = Array(answers.distances.prefix(k))
        return answers
    }

    private static func areClose(_ left: Double, _ right: Double) -> Bool {
        if left == right || (left.isNaN && right.isNaN) { return true }
        return abs(left - right) <= tolerance * max(abs(left), abs(right), 1e-3)
    }
}
