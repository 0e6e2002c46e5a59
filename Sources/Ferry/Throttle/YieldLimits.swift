/// What a target may have to bear before a copy yields to it.
public struct YieldLimits: Sendable, Equatable {
    /// The longest time by which a standby may be behind.
    public var lag: Duration
    /// The longest time that a commit may take.
    public var commit: Duration
    /// The most statements of others that may run at a time; nil where that is not looked at.
    public var sessions: Int?

    /// Takes the limits.
    public init(lag: Duration = .seconds(10), commit: Duration = .milliseconds(100), sessions: Int? = nil) {
        self.lag = lag
        self.commit = commit
        self.sessions = sessions
    }
}

extension YieldLimits {
    /// What is over its limit, in words; none where the target has time.
    func reasons(_ load: TargetLoad) -> [String] {
        var reasons: [String] = []
        if let behind = load.lag, behind > lag {
            reasons.append("standby \(load.standby ?? "without a name") is \(Self.text(behind)) behind")
        }
        if load.commit > commit { reasons.append("a commit takes \(Self.text(load.commit))") }
        if let sessions, load.sessions > sessions {
            reasons.append("others run \(Count.of(load.sessions, "statement"))")
        }
        return reasons
    }

    private static func text(_ time: Duration) -> String {
        let milliseconds = Int((time / .milliseconds(1)).rounded())
        return milliseconds < 1000 ? "\(milliseconds) ms" : "\(milliseconds / 1000) s"
    }
}
