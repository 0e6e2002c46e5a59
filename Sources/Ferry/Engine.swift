public import Postgres

/// The engine: each method is one of vecferry's commands. It reads like the job itself, a stage a line; the stages live in
/// the folders beside this file.
public struct Engine: Sendable {
    /// The database that rows are read from.
    public var source: Endpoint
    /// The database that rows are copied to.
    public var target: Endpoint
    /// The resources of every stage. Each stream moves one chunk at a time over its own pair of sessions. The interrupt
    /// leaves the ledger resumable.
    public var workers: Workers
    /// The number of streams over a connection of high latency, where each chunk waits for answers while others could move.
    public var streamsOverLongLine: Int
    /// The command line, without secrets, for the record that others read.
    public var commandLine: String?

    /// - Parameter streamsOverLongLine: nil for as many as `streams`.
    public init(
        source: Endpoint, target: Endpoint, streams: Int, streamsOverLongLine: Int? = nil,
        retry: RetryPolicy = .standard, interrupt: Interrupt, events: @escaping EventSink = { _ in }
    ) {
        self.source = source
        self.target = target
        workers = Workers(streams: streams, retry: retry, interrupt: interrupt, events: events)
        self.streamsOverLongLine = streamsOverLongLine ?? streams
    }
}

extension Engine {
    /// Plans a copy. Changes nothing on either side.
    ///
    /// - Parameter restart: Plans a copy that removes first what the last job put into the target.
    public func plan(_ request: CopyRequest, restart: Bool = false) async throws(FerryError) -> Plan {
        try await WorkerThread.run { () throws(FerryError) in
            // Nothing that a stranger may have left on the target can make this write.
            let target = target.readOnly
            let session = try workers.retrying { () throws(FerryError) in try target.connect() }
            let sourceSession = try source.connect()
            let survey = try Surveyor(source: source, target: target, request: request)
                .survey(in: nil, source: sourceSession, target: session)
            var plan = Planner(request: request, survey: survey).plan()
            guard survey.target.server.hasLedgerSchema else { return plan }
            let known = try KnownJob.find(request, source: sourceSession, target: session)
            if restart {
                guard let job = known.restartable else { return plan }
                let back = Restart(job: job, lockWait: workers.retry.lockWait)
                plan = try RestartPlan(restart: back, request: request).adjusted(plan, on: session)
                plan.notes.append(.takesBack(job))
                return plan
            }
            // A copy that resumes carries out the plan that it began with, so that is the plan to show.
            switch known {
            case .same(let job):
                plan = job.plan
                if job.state == .finished { plan.notes += try FinishedJob(job: job).notes(on: session) }
                // If rows that the job copied are gone, a copy refuses instead.
                let entries = job.state == .loading ? try Ledger().chunks(job, session) : []
                if plan.isReady { plan.notes.append(.known(job, entries)) }
            case .other(let job, let differs) where job.state == .loading:
                plan.notes.append(.unfinished(job, differs))
            case .other(let job, let differs): plan.addFinished(job, differs)
            case .none: break
            }
            return plan
        }
    }

    /// Copies, indexes and proves, resuming the job of an earlier process.
    ///
    /// - Parameters:
    ///   - restart: Removes what the last job put into the target, and starts over.
    ///   - search: The searches to compare once the rows are proven; nil compares none.
    ///   - hosts: How workers on other hosts may help; nil lets none.
    ///   - limits: What the target may have to bear before the streams yield to it; nil lets them work on.
    /// - Throws: ``FerryError/Code/blocked`` where the plan has blockers; the plan itself came as ``Event/planned(_:)``.
    public func copy(
        _ request: CopyRequest, restart: Bool = false, search: SearchRequest? = nil, hosts: HostsRequest? = nil,
        yieldingAt limits: YieldLimits? = nil
    ) async throws(FerryError) -> JobReport {
        try await WorkerThread.run { () throws(FerryError) in
            let timeline = TimelineRecorder()
            var engine = self
            engine.workers.events = { [events = workers.events] event in
                timeline.take(event)
                events(event)
            }
            return try Job(
                engine: engine, request: request, restart: restart, search: search, hosts: hosts, limits: limits,
                timeline: timeline
            ).run()
        }
    }

    /// Compares every selected table on both sides, each in a snapshot of its own, and names the rows that differ. Without
    /// ``VerifyRequest/repair`` it changes nothing: its sessions are read-only.
    ///
    /// - Parameter confirm: Asked before a repair, with what it would change. Without consent, the report is that of a dry run.
    /// - Throws: An error if any part can't be compared: unchecked rows never count as the same.
    public func verify(
        _ request: VerifyRequest, confirm: (@Sendable (VerifyReport) -> Bool)? = nil
    ) async throws(FerryError) -> VerifyReport {
        try await WorkerThread.run { () throws(FerryError) in
            guard let app = request.selection.app else {
                return try Verifier(engine: self, request: request, confirm: confirm).run()
            }
            let deleted = try DeletedBots(app, of: request.selection, self)
            var known = request
            known.selection = deleted.leftOut(of: request.selection, on: .source, .target)
            var report = try Verifier(engine: self, request: known, confirm: confirm).run()
            report.notes += deleted.notes
            return report
        }
    }
}

extension Engine {
    /// Copies chunks of the job that a copy on another host offers, until all are copied. That copy does all else.
    ///
    /// - Throws: ``FerryError/Code/blocked`` where an address leads to another server than that copy's.
    public func work(_ request: WorkerRequest) async throws(FerryError) -> WorkerReport {
        try await WorkerThread.run { () throws(FerryError) in try WorkerJob(engine: self, request: request).run() }
    }
}

extension Engine {
    /// Joins the application's bots with their rows on both sides, and says what is to be done about each. Changes nothing.
    ///
    /// - Throws: ``FerryError/Code/program`` where the application's bots could not be read.
    public func bots(_ request: BotsRequest) async throws(FerryError) -> BotsReport {
        try await WorkerThread.run { () throws(FerryError) in try BotsJoin(engine: self, request: request).run() }
    }
}

/// The engine of commands that concern the target alone, and need neither a source nor a ledger.
public struct TargetEngine: Sendable {
    /// The database whose indexes are built.
    public var target: Endpoint
    /// The resources of the builds. Each stream builds one index at a time, as far as the server's memory allows.
    public var workers: Workers

    /// The target must share the interrupt.
    public init(
        target: Endpoint, streams: Int, retry: RetryPolicy = .standard, interrupt: Interrupt,
        events: @escaping EventSink = { _ in }
    ) {
        self.init(
            target: target,
            workers: Workers(streams: streams, retry: retry, interrupt: interrupt, events: events))
    }

    fileprivate init(target: Endpoint, workers: Workers) {
        self.target = target
        self.workers = workers
    }

    /// Plans the builds of the target's vector indexes. Changes nothing.
    public func planIndexes(_ request: IndexStepRequest) async throws(FerryError) -> IndexStepPlan {
        try await WorkerThread.run { () throws(FerryError) in
            let step = IndexStep(request: request, target: target.readOnly, workers: workers)
            return try workers.retrying { () throws(FerryError) in try step.plan(on: try step.connect()) }
        }
    }

    /// Builds the target's vector indexes on the rows that are there.
    ///
    /// - Throws: ``FerryError/Code/busy`` where another vecferry is running against the target. An index that can't be built
    ///   is in the report.
    public func index(_ request: IndexStepRequest) async throws(FerryError) -> IndexStepReport {
        try await WorkerThread.run { () throws(FerryError) in
            try IndexStep(request: request, target: target, workers: workers).run()
        }
    }
}

extension TargetEngine {
    /// Gives up the target's unfinished job: takes its rows back, and puts back what it took off.
    ///
    /// - Throws: ``FerryError/Code/busy`` where another vecferry is running against the target. What can't be put back is in the
    ///   report.
    public func undo(_ request: UndoRequest) async throws(FerryError) -> UndoReport {
        try await WorkerThread.run { () throws(FerryError) in
            try Undo(request: request, target: target, workers: workers).run()
        }
    }
}

extension TargetEngine {
    /// Tries what would make the target's searches as good as the source's, and makes the best of it permanent if the request is to.
    ///
    /// - Parameter source: The database to be as good as; nil compares with exact answers.
    /// - Throws: ``FerryError/Code/blocked`` where a copy into the target is not finished. A column that can't be searched is a note.
    public func tune(_ request: TuneRequest, beside source: Endpoint?) async throws(FerryError) -> TuneReport {
        try await WorkerThread.run { () throws(FerryError) in
            try Tuner(request: request, source: source, target: target, workers: workers).run()
        }
    }
}

extension TargetEngine {
    /// Reads which commands are running against the target, and which jobs ran. Changes nothing.
    ///
    /// - Parameter interval: How often to read again and send an ``Event/status(_:)`` while a command is running; nil reads once.
    public func status(every interval: Duration? = nil) async throws(FerryError) -> StatusReport {
        try await WorkerThread.run { () throws(FerryError) in
            let reader = StatusReader(target: target.readOnly)
            var session = JobSession(target.readOnly, workers: workers)
            while true {
                let report = try session.run { session throws(FerryError) in try reader.read(session) }
                guard let interval, report.state == .running else { return report }
                workers.events(.status(report))
                try RetryPolicy.sleep(interval, workers.interrupt)
            }
        }
    }
}

extension TargetEngine {
    /// Asks the copy that is running into the target to have so many streams. It does so within two seconds, and each stream that is too
    /// many ends its chunk first.
    ///
    /// - Parameter streams: From 1 to 64.
    public func ask(for streams: Int) async throws(FerryError) -> StreamsAsked {
        try await WorkerThread.run { () throws(FerryError) in
            var session = JobSession(target, workers: workers)
            return try session.run { session throws(FerryError) in
                let nothing = StreamsAsked(job: nil, streams: streams)
                guard try Ledger().exists(session), let holder = try LockHolding.read(session),
                    let job = try Ledger().newestJob(session), job.state == .loading,
                    let run = try Ledger().runs(of: job.number, session).last, run.endedAt == nil,
                    holder.isOf(processOfAge: run.seconds),
                    try Ledger().ask(for: streams, of: job.number, session)
                else { return nothing }
                return StreamsAsked(
                    job: job.number, host: run.host, process: run.process, before: run.streams, streams: streams)
            }
        }
    }
}

extension TargetEngine {
    /// Reads all that the ledger knows of one copy. Changes nothing.
    ///
    /// - Parameter job: nil for the newest.
    /// - Returns: nil where there is none.
    public func history(of job: JobNumber? = nil) async throws(FerryError) -> JobHistory? {
        try await WorkerThread.run { () throws(FerryError) in
            let reader = StatusReader(target: target.readOnly)
            var session = JobSession(target.readOnly, workers: workers)
            return try session.run { session throws(FerryError) in try reader.history(of: job, session) }
        }
    }
}

extension Engine {
    /// The engine of the target, without the source.
    public var targetAlone: TargetEngine { TargetEngine(target: target, workers: workers) }
}
