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

    /// The number of these exact answers that `found` has: any row as near as the last of them counts.
    func hits(in found: SearchAnswers) -> Int {
        guard let last = distances.last else { return 0 }
        let near = found.distances.filter { $0 <= last || Self.areClose($0, last) }
        return min(near.count, distances.count)
    }

    private static func areClose(_ left: Double, _ right: Double) -> Bool {
        if left == right || (left.isNaN && right.isNaN) { return true }
        return abs(left - right) <= tolerance * max(abs(left), abs(right), 1e-3)
    }
}
