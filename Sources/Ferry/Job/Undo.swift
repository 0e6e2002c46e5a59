/// The options of `undo`.
public struct UndoRequest: Sendable, Equatable {
    /// Whether a job that finished is taken back too.
    public var finished = false

    /// Gives up a job that is not finished.
    public init() {}
}

/// The result of giving a job up.
public struct UndoReport: Sendable, Equatable {
    /// The job's number in the ledger; nil where there was none to give up.
    public var job: JobNumber?
    /// The tables of the job.
    public var tables: [QualifiedName]
    /// Whether the job had deleted rows of the target, which do not come back.
    public var deletedRows: Bool
    /// What could not be put back.
    public var stillOff: [StillOff]
    /// The tables whose tuning was taken back.
    public var tunings: [QualifiedName] = []

    /// Nothing to give up.
    static let nothing = UndoReport(job: nil, tables: [], deletedRows: false, stillOff: [])

    /// Takes the result.
    public init(job: JobNumber?, tables: [QualifiedName], deletedRows: Bool, stillOff: [StillOff]) {
        self.job = job
        self.tables = tables
        self.deletedRows = deletedRows
        self.stillOff = stillOff
    }
}

/// Takes back what `tune` changed; or gives a job up: takes its rows back and puts back what it took off. It needs the target alone.
struct Undo {
    /// The options.
    let request: UndoRequest
    /// The database with the ledger.
    let target: Endpoint
    /// Retries, the interrupt and the events.
    let workers: Workers

    /// Takes vecferry's lock and gives up the newest job; if an earlier undo left something off, puts that back.
    ///
    /// - Throws: ``FerryError/Code/busy`` where another vecferry is running against the target, ``FerryError/Code/invalidRequest``
    ///   where the job is finished and the request does not include that.
    func run() throws(FerryError) -> UndoReport {
        let leader = try workers.retrying { () throws(FerryError) in try target.connect() }
        try PoolerProbe(endpoint: target).requireSessions(leader)
        try Ledger().acquireLock(leader, for: .undo, workers.interrupt)
        guard try Ledger().exists(leader) else { return .nothing }
        var session = JobSession(target, workers: workers)
        return try session.run { session throws(FerryError) in try undo(on: session) }
    }

    private func undo(on session: borrowing Session) throws(FerryError) -> UndoReport {
        let ledger = Ledger()
        // An unfinished job is what is to be given up: tuning came before it.
        let isOpen = try ledger.newestJob(session)?.state == .loading
        let tunings = isOpen ? [] : try takeBackTunings(on: session)
        if !tunings.isEmpty, !request.finished {
            var report = UndoReport.nothing
            report.tunings = tunings
            return report
        }
        if let job = try ledger.newestJob(session), job.state == .loading || request.finished {
            let restart = Restart(job: job, lockWait: workers.retry.lockWait, toleratesFaults: true)
            return UndoReport(of: job, try restart.run(on: session))
        }
        if let job = try ledger.halfUndoneJob(session) {
            let restart = Restart(job: job, lockWait: workers.retry.lockWait, toleratesFaults: true)
            return UndoReport(of: job, try restart.putBackAgain(on: session))
        }
        if let job = try ledger.newestJob(session) {
            let when = job.finishedAt.map { " at \($0)" } ?? ""
            throw FerryError(
                .invalidRequest, "Job \(job.number) finished\(when), so there is nothing to give up.",
                hint: "To take its rows back all the same, add --finished.", side: .target)
        }
        return .nothing
    }

    /// Takes back what was tuned, the newest first.
    ///
    /// - Returns: The tables, each once.
    private func takeBackTunings(on session: borrowing Session) throws(FerryError) -> [QualifiedName] {
        var tables: [QualifiedName] = []
        for tuning in try Ledger().tunings(session) {
            for statement in tuning.undo {
                try TuneApplication.run(statement, about: tuning.table, on: session)
            }
            try Ledger().undoneTuning(tuning.number, session)
            if !tables.contains(tuning.table) { tables.append(tuning.table) }
        }
        return tables
    }
}

extension UndoReport {
    fileprivate init(of job: Ledger.Job, _ stillOff: [StillOff]) {
        self.init(
            job: job.number, tables: job.plan.pairs.map(\.name),
            deletedRows: job.plan.pairs.contains(where: \.load.deletesRows),
            stillOff: stillOff)
    }
}
