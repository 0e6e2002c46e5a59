/// Counts something that goes on, and tells how fast it went lately.
struct Meter: Equatable {
    /// Long enough to be steady over a chunk's commit, short enough to show a change of pace.
    private static let window = 5.0
    private static let step = 0.5

    /// All that was ever added.
    private(set) var total = 0
    private var marks: [Mark] = []

    private struct Mark: Equatable {
        var time: Double
        var total: Int
    }

    /// - Parameter now: Seconds, on a clock that only goes on.
    mutating func add(_ amount: Int, at now: Double) {
        if marks.isEmpty { marks.append(Mark(time: now, total: total)) }
        total += amount
        guard let last = marks.last, now - last.time >= Self.step else { return }
        marks.append(Mark(time: now, total: total))
        while marks.count > 2, now - marks[1].time > Self.window { marks.removeFirst() }
    }

    /// The pace of the last seconds; nil until there is one.
    func perSecond(at now: Double) -> Double? {
        guard let first = marks.first, now - first.time >= Self.step else { return nil }
        return Double(total - first.total) / (now - first.time)
    }
}
