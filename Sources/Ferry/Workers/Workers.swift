public import Postgres

/// The resources that all stages of one command share: the number of streams, the policy for transient faults, the
/// interrupt and the sink of events.
public struct Workers: Sendable {
    /// The number of streams that work at the same time.
    public var streams: Int
    /// The policy for transient faults.
    public var retry: RetryPolicy
    /// Stops every stage within a moment when it is raised.
    public var interrupt: Interrupt
    /// Takes events, from any thread.
    public var events: EventSink

    /// Creates the resources. The endpoints must share the interrupt.
    public init(streams: Int, retry: RetryPolicy, interrupt: Interrupt, events: @escaping EventSink) {
        self.streams = streams
        self.retry = retry
        self.interrupt = interrupt
        self.events = events
    }

    /// Runs `body` until it succeeds, fails permanently, or has used up its tries.
    func retrying<Result: ~Copyable>(_ body: () throws(FerryError) -> Result) throws(FerryError) -> Result {
        try retry.run(interrupt: interrupt, events: events, body)
    }

    /// Runs `body` until it succeeds, fails permanently, or has used up its tries since it last made progress.
    func retrying<Result: ~Copyable>(
        _ body: (inout Tries) throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        try retry.run(interrupt: interrupt, events: events, body)
    }
}
