import ArgumentParser
import Ferry

/// Whether a copy yields to its target, and when.
struct YieldOptions: ParsableArguments {
    @Flag(
        help: """
            Halve the streams each second while the target has too much to do, to none for at most a minute, then add one each second. \
            Index builds go on.
            """)
    var yield = false

    @Option(
        help: ArgumentHelp(
            "Yield while a standby is further behind. (default: 10)", valueName: "seconds"))
    var yieldLag: Int?

    @Option(
        help: ArgumentHelp("Yield while a commit takes longer. (default: 100)", valueName: "milliseconds"))
    var yieldCommit: Int?

    @Option(
        help: ArgumentHelp(
            "Yield while others run more statements at a time: the target's vCPUs are a good number. (default: not looked at)",
            valueName: "number"))
    var yieldSessions: Int?

    /// Refuses numbers out of range, or those that nobody takes.
    func validate() throws {
        for (value, range, option) in [
            (yieldLag, 1...86_400, "--yield-lag"), (yieldCommit, 1...600_000, "--yield-commit"),
            (yieldSessions, 0...100_000, "--yield-sessions"),
        ] {
            guard let value else { continue }
            try Limits.check(value, in: range, option)
            if !yield { throw ValidationError("\(option) has no effect without --yield.") }
        }
    }

    /// The engine's limits; nil where the copy does not yield.
    var limits: YieldLimits? {
        guard yield else { return nil }
        var limits = YieldLimits(sessions: yieldSessions)
        if let yieldLag { limits.lag = .seconds(yieldLag) }
        if let yieldCommit { limits.commit = .milliseconds(yieldCommit) }
        return limits
    }
}
