/// How many streams may work, from one second to the next: half as many while the target has too much to do, then one more each second.
struct YieldPace {
    /// No pause is longer: a target that is always busy gets its rows too, one chunk a minute.
    static let longestPause = Duration.seconds(60)

    private var allowed: Int?
    private var pausedSince: ContinuousClock.Instant?

    /// Returns how many streams may work until the next look.
    ///
    /// - Parameter wanted: How many would work if the target had time.
    mutating func streams(of wanted: Int, isBusy: Bool, at now: ContinuousClock.Instant) -> Int {
        let before = min(allowed ?? wanted, wanted)
        var next = isBusy ? before / 2 : min(before + 1, wanted)
        if next == 0 {
            let since = pausedSince ?? now
            pausedSince = since
            if now - since >= Self.longestPause { next = 1 }
        }
        if next > 0 { pausedSince = nil }
        allowed = next == wanted && !isBusy ? nil : next
        return next
    }
}
