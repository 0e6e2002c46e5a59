/// A vector's elements, parsed from the text of its type and formatted again. This is the only place that computes with elements: what
/// is made from them is a query, and never stored.
enum VectorText: Sendable, Equatable {
    /// `[1,2.5,-3]`, of the types vector and halfvec.
    case dense([Double])
    /// `{1:0.5,7:2}/1000`, of the type sparsevec: indices from 1, and the dimensions.
    case sparse([Int: Double], dimensions: Int)
    /// `0110`, of the type bit.
    case bits([Bool])

    /// Parses the text; nil where it is none of these.
    init?(_ text: String) {
        if text.hasPrefix("["), text.hasSuffix("]") {
            let parts = text.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false)
            let numbers = parts.compactMap { Double($0.trimmed) }
            guard !numbers.isEmpty, numbers.count == parts.count, numbers.allSatisfy(\.isFinite) else { return nil }
            self = .dense(numbers)
        } else if text.hasPrefix("{"), let close = text.lastIndex(of: "}") {
            guard text[text.index(after: close)...].first == "/",
                let dimensions = Int(text[text.index(close, offsetBy: 2)...].trimmed), dimensions > 0
            else { return nil }
            var elements: [Int: Double] = [:]
            for part in text[text.index(after: text.startIndex)..<close].split(separator: ",") {
                let pair = part.split(separator: ":")
                guard pair.count == 2, let index = Int(pair[0].trimmed), let value = Double(pair[1].trimmed),
                    (1...dimensions).contains(index), value.isFinite
                else { return nil }
                elements[index] = value
            }
            self = .sparse(elements, dimensions: dimensions)
        } else {
            guard !text.isEmpty, text.allSatisfy({ $0 == "0" || $0 == "1" }) else { return nil }
            self = .bits(text.map { $0 == "1" })
        }
    }

    /// The text, as the type's input function reads it. Elements are written in single precision.
    var text: String {
        switch self {
        case .dense(let elements): return "[\(elements.map { "\(Float($0))" }.joined(separator: ","))]"
        case .sparse(let elements, let dimensions):
            let parts = elements.sorted { $0.key < $1.key }.map { "\($0.key):\(Float($0.value))" }
            return "{\(parts.joined(separator: ","))}/\(dimensions)"
        case .bits(let bits): return String(bits.map { $0 ? "1" : "0" })
        }
    }

    /// The Euclidean length; of a bit string, the square root of the number of bits.
    var length: Double {
        switch self {
        case .dense(let elements): elements.reduce(0) { $0 + $1 * $1 }.squareRoot()
        case .sparse(let elements, _): elements.values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        case .bits(let bits): Double(bits.count).squareRoot()
        }
    }

    /// The vector with every element between `-limit` and `limit`; what is no number becomes 0.
    func limited(to limit: Double) -> VectorText {
        func limited(_ value: Double) -> Double { value.isNaN ? 0 : min(max(value, -limit), limit) }
        switch self {
        case .dense(let elements): return .dense(elements.map(limited))
        case .sparse(let elements, let dimensions):
            return .sparse(elements.mapValues(limited).filter { $0.value != 0 }, dimensions: dimensions)
        case .bits: return self
        }
    }

    /// The number of elements, zeros included.
    var dimensions: Int {
        switch self {
        case .dense(let elements): elements.count
        case .sparse(_, let dimensions): dimensions
        case .bits(let bits): bits.count
        }
    }
}
