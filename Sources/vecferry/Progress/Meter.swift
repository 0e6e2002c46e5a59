/// Adds up amounts over time, and measures the pace of the last seconds.
struct Meter: Equatable {
    /// The length of the last seconds: long enough to be steady over a chunk's commit, short enough to show a change of
    /// pace.
    private static let window = 5.0
    private static let step = 0.5

    /// The sum of all amounts.
    private(set) var total = 0
    /// The time of the first addition; nil before it.
    private(set) var first: Double?
    /// The time of the last addition; nil before the first.
    private(set) var last: Double?
    private var marks: [Mark] = []

    private struct Mark: Equatable {
        var time: Double
        var total: Int
    }

    /// Adds to the total.
    ///
    /// - Parameter now: Seconds, on a clock that does not go back.
    mutating func add(_ amount: Int, at now: Double) {
        first = first ?? now
        last = now
        if marks.isEmpty { marks.append(Mark(time: now, total: total)) }
        total += amount
        guard let mark = marks.last, now - mark.time >= Self.step else { return }
        marks.append(Mark(time: now, total: total))
        while marks.count > 2, now - marks[1].time > Self.window { marks.removeFirst() }
    }

    /// Returns the pace of the last seconds; nil until it is known.
    func perSecond(at now: Double) -> Double? {
        guard let first = marks.first, now - first.time >= Self.step else { return nil }
        return Double(total - first.total) / (now - first.time)
    }
}
