public import Postgres

/// What everything that works for one command shares: how many streams there may be, what is done about faults that heal,
/// what stops it, and who hears of it.
public struct Workers: Sendable {
    /// How many streams work at the same time.
    public var streams: Int
    /// What is done about faults that may heal.
    public var retry: RetryPolicy
    /// Raised, it stops every stage within a moment.
    public var interrupt: Interrupt
    /// Takes events, from any thread.
    public var events: EventSink

    /// The endpoints' interrupt should be the same.
    public init(streams: Int, retry: RetryPolicy, interrupt: Interrupt, events: @escaping EventSink) {
        self.streams = streams
        self.retry = retry
        self.interrupt = interrupt
        self.events = events
    }

    /// Runs `body` until it succeeds, fails for good, or has been tried often enough.
    func retrying<Result: ~Copyable>(_ body: () throws(FerryError) -> Result) throws(FerryError) -> Result {
        try retry.run(interrupt: interrupt, events: events, body)
    }

    /// The same, for work that says when it has made progress.
    func retrying<Result: ~Copyable>(
        _ body: (inout Tries) throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        try retry.run(interrupt: interrupt, events: events, body)
    }
}
