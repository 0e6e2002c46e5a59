import Ferry

/// Which changes of the number of streams are worth a line: a copy that yields takes a step each second.
struct YieldNews {
    private var isYielding = false

    /// Whether a change is worth a line: each that somebody asked for, and the first and the last one while the copy yields.
    mutating func isNews(_ change: StreamChange) -> Bool {
        guard case .yields = change else {
            isYielding = false
            return true
        }
        defer { isYielding = true }
        return !isYielding
    }
}

extension LogReporter {
    /// Says how many streams work from now on, and why.
    static func sentence(_ change: StreamChange) -> String {
        switch change {
        case .asked(let count): "Working with \(Units.count(count, "stream")) from now on, as vecferry jobs asked."
        case .yields(let count, of: let all, because: let reasons):
            "Yielding to the target, \(count) of \(Units.count(all, "stream")): \(reasons.joined(separator: ", "))."
        case .back(let count): "The target has time again: working with \(Units.count(count, "stream"))."
        }
    }
}
