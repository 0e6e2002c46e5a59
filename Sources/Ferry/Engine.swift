public import Postgres

/// The engine: each method is one of vecferry's commands. It reads like the job itself, a stage a line; the stages live in
/// the folders beside this file.
public struct Engine: Sendable {
    /// Where rows are read.
    public var source: Endpoint
    /// Where they go.
    public var target: Endpoint
    /// How many chunks move at the same time, each over its own pair of connections.
    public var jobs: Int
    /// The same over a long line, where each chunk waits for answers while others could move.
    public var jobsOverLongLine: Int
    /// What is done about faults that may heal.
    public var retry: RetryPolicy
    /// Raised, it stops every stage within a moment and leaves the ledger resumable.
    public var interrupt: Interrupt
    /// Takes what is told meanwhile.
    public var events: EventSink

    /// - Parameter jobsOverLongLine: nil means as many as elsewhere.
    public init(
        source: Endpoint, target: Endpoint, jobs: Int, jobsOverLongLine: Int? = nil, retry: RetryPolicy = .standard,
        interrupt: Interrupt, events: @escaping EventSink = { _ in }
    ) {
        self.source = source
        self.target = target
        self.jobs = jobs
        self.jobsOverLongLine = jobsOverLongLine ?? jobs
        self.retry = retry
        self.interrupt = interrupt
        self.events = events
    }
}

extension Engine {
    /// Finds out what a copy would do. Changes nothing on either side.
    public func plan(_ request: CopyRequest) async throws(FerryError) -> Plan {
        try await WorkerThread.run { () throws(FerryError) in
            let session = try retry.run(interrupt: interrupt, events: events) { () throws(FerryError) in
                try target.connect()
            }
            let sourceSession = try source.connect()
            let survey = try Surveyor(source: source, target: target, request: request)
                .survey(in: nil, source: sourceSession, target: session)
            var plan = Planner(request: request, survey: survey).plan()
            guard survey.target.server.hasLedgerSchema, survey.target.server.mayKeepLedger else { return plan }
            // A copy goes by the plan that it began with, so that is what this shows.
            switch try KnownJob.find(request, source: sourceSession, target: session) {
            case .same(let job):
                plan = job.plan
                if job.state == .finished { plan.notes += try FinishedJob(job: job).notes(on: session) }
                // A copy does not find it finished where what it brought is gone.
                if plan.isReady { plan.notes.append(.known(job)) }
            case .other(let job) where job.state == .loading: plan.notes.append(.unfinished(job))
            case .other, .none: break
            }
            return plan
        }
    }

    /// Copies, indexes and proves, going on where an earlier process stopped.
    ///
    /// - Parameter restart: Take back what the last job put into the target, and start over.
    /// - Throws: ``FerryError/Code/blocked`` where the plan has blockers; the plan itself came as ``Event/planned(_:)``.
    public func copy(_ request: CopyRequest, restart: Bool = false) async throws(FerryError) -> JobReport {
        try await WorkerThread.run { () throws(FerryError) in
            try Job(engine: self, request: request, restart: restart).run()
        }
    }

    /// Compares every selected table on both sides, each in a snapshot of its own, and names the rows that differ. Without
    /// ``VerifyRequest/repair`` it changes nothing; its sessions can't.
    ///
    /// - Throws: Where the databases can't be compared: what could not be checked is never the same.
    public func verify(_ request: VerifyRequest) async throws(FerryError) -> VerifyReport {
        try await WorkerThread.run { () throws(FerryError) in try Verifier(engine: self, request: request).run() }
    }
}
