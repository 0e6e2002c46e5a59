import Testing

@testable import Ferry

@Suite struct PrincipalPlaneTests {
    /// Points in a plane of a space of many dimensions.
    private func points(noise: Float = 0) -> [[Float]] {
        (0..<60).map { number in
            var point = [Float](repeating: 3, count: 40)
            let (x, y) = (Float(number % 10) - 4.5, Float(number / 10) - 2.5)
            point[5] += 4 * x
            point[17] += 2 * y
            for position in point.indices { point[position] += noise * Float((number * 31 + position * 17) % 7 - 3) }
            return point
        }
    }

    @Test func `it is the plane in which points are spread most`() {
        let plane = PrincipalPlane(of: points())
        #expect(plane.hasSpread && plane.share > 0.9999)
        let place = plane.place(of: points()[0])
        #expect(abs(place.x + 18) < 0.1 && abs(place.y + 5) < 0.2)
        #expect(PrincipalPlane(of: points(noise: 0.3)).share > 0.9)
        #expect(PrincipalPlane(of: points(noise: 0.3)).share < 0.9999)
    }

    @Test func `the same points always have the same picture`() {
        let first = PrincipalPlane(of: points(noise: 0.3)).place(of: points()[7])
        let again = PrincipalPlane(of: points(noise: 0.3).reversed()).place(of: points()[7])
        #expect(abs(first.x - again.x) < 0.05 && abs(first.y - again.y) < 0.05)
    }

    @Test func `a vector of the greatest elements has a finite place`() {
        let plane = PrincipalPlane(of: points())
        for sign: Float in [1, -1] {
            let place = plane.place(
                of: (0..<40).map { $0 % 2 == 0 ? sign * .greatestFiniteMagnitude : -.greatestFiniteMagnitude })
            #expect(place.x.isFinite && place.y.isFinite)
        }
    }

    @Test func `points on a line, one point and equal points have a plane too`() {
        let line = PrincipalPlane(of: (0..<5).map { [Float($0), 2 * Float($0), 1] })
        #expect(line.hasSpread && line.share > 0.9999 && abs(line.place(of: [0, 0, 1]).y) < 0.001)
        #expect(!PrincipalPlane(of: [[1, 2, 3]]).hasSpread)
        let equal = PrincipalPlane(of: Array(repeating: [0.1, 0.2, 0.3], count: 300))
        #expect(!equal.hasSpread && abs(equal.place(of: [0.1, 0.2, 0.3]).x) < 0.001)
        #expect(!PrincipalPlane(of: [[.infinity, 1], [1, 1]]).hasSpread)
    }
}
