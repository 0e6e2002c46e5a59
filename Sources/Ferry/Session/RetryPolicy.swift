internal import Postgres

/// How often and how soon work is retried after a transient fault.
public struct RetryPolicy: Sendable, Equatable {
    /// The number of tries in a row without progress, including the first.
    public var attempts: Int
    /// The wait before the second try; it doubles from there.
    public var firstDelay: Duration
    public var longestDelay: Duration
    /// How long one try waits for a lock on a table that others use; other sessions queue behind it.
    public var lockWait: Duration

    /// 8 tries wait for about a minute in all: longer than a failover of Aurora, which takes under 60 seconds
    /// (Aurora User Guide, "Fault tolerance for an Aurora DB cluster").
    public static let standard = RetryPolicy(attempts: 8, firstDelay: .milliseconds(500), longestDelay: .seconds(20))

    public init(
        attempts: Int, firstDelay: Duration, longestDelay: Duration, lockWait: Duration = .seconds(30)
    ) {
        self.attempts = attempts
        self.firstDelay = firstDelay
        self.longestDelay = longestDelay
        self.lockWait = lockWait
    }

    /// The wait after `attempt` tries: exponential, with a random half so that many workers don't retry at once.
    func delay(after attempt: Int) -> Duration {
        let doubled = firstDelay * (1 << min(attempt - 1, 16))
        return min(doubled, longestDelay) * Double.random(in: 0.5...1)
    }

    /// Runs `body` until it succeeds, fails permanently, or has used up its tries.
    func run<Result: ~Copyable>(
        interrupt: Interrupt, events: EventSink, _ body: () throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        try run(interrupt: interrupt, events: events) { (_: inout Tries) throws(FerryError) in try body() }
    }

    /// Runs `body` until it succeeds, fails permanently, or has used up its tries in a row without progress: work that takes
    /// pieces from a queue calls ``Tries/progressed()`` after each, so that a long queue does not use them up.
    func run<Result: ~Copyable>(
        interrupt: Interrupt, events: EventSink, _ body: (inout Tries) throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        var tries = Tries()
        while true {
            do throws(FerryError) {
                return try body(&tries)
            } catch {
                tries.failed += 1
                guard error.isRetryable, tries.failed < attempts else { throw error.after(tries: tries.failed) }
                let delay = delay(after: tries.failed)
                events(.retry(error, attempt: tries.failed + 1, of: attempts, delay: delay))
                try Self.sleep(delay, interrupt)
            }
        }
    }

    /// Sleeps, and wakes within a tenth of a second of an interrupt.
    static func sleep(_ duration: Duration, _ interrupt: Interrupt) throws(FerryError) {
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end {
            if interrupt.isRequested { throw .interrupted }
            Pause.milliseconds(min(100, max(1, Int((end - ContinuousClock.now) / .milliseconds(1)))))
        }
    }
}

/// The failed tries of one piece of work.
struct Tries {
    /// The number of failed tries since the last progress.
    fileprivate(set) var failed = 0

    /// Records that a part is finished and need not be repeated: the next fault has all its tries left.
    mutating func progressed() { failed = 0 }
}
