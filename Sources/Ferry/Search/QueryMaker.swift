/// Makes queries from stored rows that find as much as real questions do.
///
/// A question lies far from every stored row: it is shorter, and about several things. A stored row as a query finds at least itself and
/// what lies around it, so an approximate index seems far better than it is: measured on real embeddings (README, "Searches"), recall
/// seems 0.18 higher on average, and up to 0.36. A made query is a row moved by a random sum of other rows of the table, of any bot and
/// topic, over 1.2 times its own length. On the same embeddings, and with ivfflat indexes at several settings, such queries find as much as
/// real questions do: on average the same, and at most 0.12 more or less for one bot.
struct QueryMaker {
    /// The number of rows in a random sum.
    static let directions = 16
    /// The length of the move, in lengths of the row.
    static let reach = 1.2

    /// The greatest magnitude that an element of the column's type has, or of the type that the search casts it to.
    var limit = Double(Float.greatestFiniteMagnitude)
    private var random = SplitMix64(seed: 0x7665_6366_6572_7279)

    /// - Parameter limit: nil for that of single precision.
    init(limit: Double? = nil) { if let limit { self.limit = limit } }

    /// Makes a query from each row; nil in place of one that is no vector. The same rows give the same queries.
    mutating func queries(from rows: [String]) -> [String?] {
        guard !rows.isEmpty else { return [] }
        let vectors = rows.map { VectorText($0) }
        let lengths = vectors.map { $0?.length ?? 0 }
        // One row of another magnitude would be all that there is of every sum that it is part of.
        let most = 100 * lengths.sorted()[lengths.count / 2]
        return vectors.map { vector in
            guard let vector else { return nil }
            // Vectors of several models may share a column.
            let others = zip(vectors, lengths).compactMap { other, length in
                other?.dimensions == vector.dimensions && other != vector && length <= most ? other : nil
            }
            return moved(vector, by: others).limited(to: limit).text
        }
    }

    private mutating func moved(_ vector: VectorText, by others: [VectorText]) -> VectorText {
        switch vector {
        case .dense(let elements):
            return .dense(
                moved(elements, by: others) { if case .dense(let other) = $0 { other } else { nil } })
        case .bits(let bits):
            // Bits are signs (pgvector's README, "Binary Quantization").
            let signs = moved(bits.map { $0 ? 1 : -1 }, by: others) { other in
                if case .bits(let bits) = other { bits.map { $0 ? 1 : -1 } } else { nil }
            }
            return .bits(signs.map { $0 > 0 })
        case .sparse(let elements, let dimensions):
            return .sparse(moved(elements, dimensions, by: others), dimensions: dimensions)
        }
    }

    private mutating func moved(
        _ vector: [Double], by others: [VectorText], _ elements: (VectorText) -> [Double]?
    ) -> [Double] {
        let length = VectorText.dense(vector).length
        var result = vector
        for _ in 0..<Self.directions {
            let weight = Self.reach / Double(Self.directions).squareRoot() * random.normal()
            if let other = others.randomElement(using: &random).flatMap(elements) {
                for position in result.indices { result[position] += weight * other[position] }
            } else {
                // A table with one row has no direction of its own.
                let step = weight * max(length, 1) / Double(vector.count).squareRoot()
                for position in result.indices { result[position] += step * random.normal() }
            }
        }
        // Embeddings are mostly of one length, and so are the questions.
        let scale = length / VectorText.dense(result).length
        return scale.isFinite && scale > 0 ? result.map { $0 * scale } : result
    }

    /// Keeps as many elements as the row has, the greatest, as a question's are.
    private mutating func moved(
        _ vector: [Int: Double], _ dimensions: Int, by others: [VectorText]
    ) -> [Int: Double] {
        var result = vector
        for _ in 0..<Self.directions {
            let weight = Self.reach / Double(Self.directions).squareRoot() * random.normal()
            if case .sparse(let other, _)? = others.randomElement(using: &random) {
                for (index, value) in other { result[index, default: 0] += weight * value }
            } else {
                result[Int.random(in: 1...dimensions, using: &random), default: 0] += weight
            }
        }
        let greatest = result.sorted { ($1.value.magnitude, $0.key) < ($0.value.magnitude, $1.key) }
        return Dictionary(uniqueKeysWithValues: greatest.prefix(max(1, vector.count)).filter { $0.value != 0 })
    }

}

/// Random numbers that are the same in every run, so that a check repeated gives the same figures (Steele, Lea and Flood, "Fast Splittable
/// Pseudorandom Number Generators", 2014).
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// A number of approximately the standard normal distribution: the sum of twelve uniform numbers, less its mean of 6.
    mutating func normal() -> Double {
        (0..<12).reduce(-6.0) { sum, _ in sum + Double(next() >> 11) * 0x1p-53 }
    }
}
