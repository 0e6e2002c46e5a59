public import Postgres

/// The engine for what concerns the target alone, and needs neither a source nor a ledger.
public struct TargetEngine: Sendable {
    /// The database whose indexes are built.
    public var target: Endpoint
    /// How many indexes are built at the same time, where the server's memory bears it.
    public var jobs: Int
    /// What is done about faults that may heal.
    public var retry: RetryPolicy
    /// Raised, it stops every build within a moment.
    public var interrupt: Interrupt
    /// Takes what is told meanwhile.
    public var events: EventSink

    /// The target's interrupt should be the same.
    public init(
        target: Endpoint, jobs: Int, retry: RetryPolicy = .standard, interrupt: Interrupt,
        events: @escaping EventSink = { _ in }
    ) {
        self.target = target
        self.jobs = jobs
        self.retry = retry
        self.interrupt = interrupt
        self.events = events
    }

    /// Finds out what building the target's vector indexes would do. Changes nothing.
    public func planIndexes(_ request: IndexStepRequest) async throws(FerryError) -> IndexStepPlan {
        try await WorkerThread.run { () throws(FerryError) in
            let step = step(request)
            return try retry.run(interrupt: interrupt, events: events) { () throws(FerryError) in
                try step.plan(on: try step.connect())
            }
        }
    }

    /// Builds the target's vector indexes on the rows that are there.
    ///
    /// - Throws: ``FerryError/Code/busy`` where another vecferry works on the target. An index that can't be built is in the
    ///   report.
    public func index(_ request: IndexStepRequest) async throws(FerryError) -> IndexStepReport {
        try await WorkerThread.run { () throws(FerryError) in try step(request).run() }
    }

    private func step(_ request: IndexStepRequest) -> IndexStep {
        IndexStep(request: request, target: target, jobs: jobs, retry: retry, events: events)
    }
}

extension Engine {
    /// The same, without the source.
    public var targetAlone: TargetEngine {
        TargetEngine(target: target, jobs: jobs, retry: retry, interrupt: interrupt, events: events)
    }
}
