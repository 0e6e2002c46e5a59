/// The options of a worker.
public struct WorkerRequest: Sendable {
    /// How long to wait for a copy to join, and for another one when its coordinator is gone.
    public var patience: Duration

    /// The given options.
    public init(patience: Duration = .seconds(600)) { self.patience = patience }
}

/// The options of a copy that workers on other hosts may join.
public struct HostsRequest: Sendable {
    /// How long a worker keeps its claims after its last sign of life; then others take them over.
    public var lease: Duration

    /// The given options.
    public init(lease: Duration = .seconds(15)) { self.lease = lease }
}

/// What a worker has copied.
public struct WorkerDone: Sendable, Equatable {
    /// Chunks that it committed.
    public var chunks = 0
    /// Rows received in them.
    public var rows = 0
    /// Their bytes of COPY data.
    public var bytes = 0

    static func += (left: inout WorkerDone, right: WorkerDone) {
        left.chunks += right.chunks
        left.rows += right.rows
        left.bytes += right.bytes
    }
}

/// What a worker did.
public struct WorkerReport: Sendable, Equatable {
    /// Why it left.
    public enum Outcome: String, Sendable {
        /// All rows are copied; the coordinator goes on by itself. No copy offered chunks in time. The coordinator is gone.
        case done, nothing, abandoned
    }

    /// Why it left.
    public var outcome: Outcome
    /// The job; nil where it joined none.
    public var job: JobNumber?
    /// What it copied.
    public var done: WorkerDone
    /// Seconds from its start to its end.
    public var seconds: Double

    /// Takes the facts.
    public init(outcome: Outcome, job: JobNumber?, done: WorkerDone, seconds: Double) {
        self.outcome = outcome
        self.job = job
        self.done = done
        self.seconds = seconds
    }
}
