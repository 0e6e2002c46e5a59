/// The plane through the mean of vectors in which they are spread most: their first two principal components, by power iteration.
struct PrincipalPlane {
    /// The mean.
    private let mean: [Float]
    /// Two unit vectors at right angles.
    private let axes: [[Float]]
    /// The share of the variance that lies in the plane, from 0 to 1.
    let share: Double
    /// Whether the vectors differ by more than single precision can add up.
    let hasSpread: Bool

    /// The most steps for each axis. The picture needs no more digits than pixels.
    private static let mostSteps = 24
    /// The most vectors from which the axes are computed: more would turn them by less than is seen.
    private static let mostVectors = 128

    /// - Parameter vectors: Of equal length; at least one. Of many, every so manieth counts.
    init(of vectors: [[Float]]) {
        let step = (vectors.count + Self.mostVectors - 1) / Self.mostVectors
        self.init(ofFew: stride(from: 0, to: vectors.count, by: step).map { vectors[$0] })
    }

    private init(ofFew vectors: [[Float]]) {
        let dimensions = vectors[0].count
        var mean = [Float](repeating: 0, count: dimensions)
        for vector in vectors { Self.add(vector, times: 1 / Float(vectors.count), to: &mean) }
        var rest = vectors.map { vector in
            var moved = vector
            Self.add(mean, times: -1, to: &moved)
            return moved
        }
        let all = rest.reduce(0) { $0 + Double(Self.product($1, $1)) }
        var axes: [[Float]] = []
        var left = all
        for _ in 0..<2 {
            guard let axis = Self.axis(of: rest) else { break }
            for position in rest.indices {
                Self.add(axis, times: -Self.product(rest[position], axis), to: &rest[position])
            }
            axes.append(axis)
            left = rest.reduce(0) { $0 + Double(Self.product($1, $1)) }
        }
        self.mean = mean
        self.axes = axes
        let size = vectors.reduce(0) { $0 + Double(Self.product($1, $1)) }
        hasSpread = !axes.isEmpty && all > 1e-9 * size
        share = all > 0 ? min(1, max(0, 1 - left / all)) : 1
    }

    /// The position of a vector in the plane. It is finite for any vector, since products of the greatest elements fit into double
    /// precision.
    func place(of vector: [Float]) -> (x: Double, y: Double) {
        var places = [0.0, 0.0]
        for (number, axis) in axes.enumerated() {
            for position in vector.indices {
                places[number] += (Double(vector[position]) - Double(mean[position])) * Double(axis[position])
            }
        }
        return (places[0], places[1])
    }

    /// The direction in which centered vectors are spread most; nil where they are all the same.
    private static func axis(of vectors: [[Float]]) -> [Float]? {
        // From the longest one: it is never at right angles to all of them. The greatest component is positive, so that
        // the same vectors always have the same picture.
        guard let longest = vectors.max(by: { product($0, $0) < product($1, $1) }), var axis = unit(longest) else {
            return nil
        }
        for _ in 0..<mostSteps {
            var next = [Float](repeating: 0, count: axis.count)
            for vector in vectors { add(vector, times: product(vector, axis), to: &next) }
            guard let step = unit(next) else { return nil }
            let isThere = product(step, axis) > 0.9999
            axis = step
            if isThere { break }
        }
        guard let greatest = axis.max(by: { abs($0) < abs($1) }), greatest < 0 else { return axis }
        return axis.map { -$0 }
    }

    private static func unit(_ vector: [Float]) -> [Float]? {
        let length = product(vector, vector).squareRoot()
        guard length.isFinite, length > 1e-12 else { return nil }
        return vector.map { $0 / length }
    }

    private static func product(_ left: [Float], _ right: [Float]) -> Float {
        left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                var sum: Float = 0
                var position = 0
                while position < left.count {
                    sum += left[position] * right[position]
                    position += 1
                }
                return sum
            }
        }
    }

    private static func add(_ other: [Float], times factor: Float, to vector: inout [Float]) {
        vector.withUnsafeMutableBufferPointer { vector in
            other.withUnsafeBufferPointer { other in
                var position = 0
                while position < vector.count {
                    vector[position] += factor * other[position]
                    position += 1
                }
            }
        }
    }
}
