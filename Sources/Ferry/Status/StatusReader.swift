internal import SQLStatements

/// Reads the target's ledger and its server's own views. Changes nothing, and needs no lock: it may read while a copy works.
struct StatusReader {
    /// The target, read-only.
    let target: Endpoint

    private var ledger: Ledger { Ledger() }

    /// Reads all of it in one snapshot.
    ///
    /// - Throws: ``FerryError/Code/ledger`` where the ledger is not to be trusted, or can't be read.
    func read(_ session: borrowing Session) throws(FerryError) -> StatusReport {
        let address = session.endpoint
        return try session.transaction(
            lockWait: nil, mode: "ISOLATION LEVEL REPEATABLE READ READ ONLY", locking: ""
        ) { () throws(FerryError) in
            let holder = try LockHolding.read(session)
            var report = StatusReport(state: .nothing, target: address, holder: holder)
            var pending: [IndexTask] = []
            if try ledger.exists(session) { pending = try readLedger(into: &report, session).pending }
            if holder != nil {
                report.state = .running
                report.builds = try builds(pending, session)
            }
            return report
        }
    }

    /// Reads all that is known of one job, in one snapshot.
    ///
    /// - Parameter number: nil for the newest job: one that was not given up, else one that has left something off.
    /// - Returns: nil where there is none.
    func history(of number: JobNumber?, _ session: borrowing Session) throws(FerryError) -> JobHistory? {
        let address = session.endpoint
        return try session.transaction(
            lockWait: nil, mode: "ISOLATION LEVEL REPEATABLE READ READ ONLY", locking: ""
        ) { () throws(FerryError) in
            guard try ledger.exists(session) else { return nil }
            let holder = try LockHolding.read(session)
            var report = StatusReport(state: .nothing, target: address, holder: holder)
            guard let job = try readLedger(of: number, into: &report, session).job, var status = report.job else {
                return nil
            }
            status.report?.describe(job.plan)
            return JobHistory(
                target: address, state: status.now == nil ? report.state : .running, job: status, plan: job.plan,
                commits: try commits(of: job, session), stillOff: report.stillOff,
                readAt: try session.query(
                    "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS \"UTC\"') AS now"
                ).only().string("now"))
        }
    }

    private func commits(
        of job: Ledger.Job, _ session: borrowing Session
    ) throws(FerryError) -> [JobHistory.Commit] {
        try ledger.readingLedger { () throws(FerryError) in
            try session.query(Statements.statusCommits, ["\(job.number)"]).map { row throws(FerryError) in
                JobHistory.Commit(
                    pair: try row.number("pair"), at: try row.double("seconds"), rows: try row.int("rows"))
            }
        }
    }

    /// Adds what the ledger holds.
    ///
    /// - Parameter number: The job; nil for the newest.
    /// - Returns: The job, and the builds that it has yet to finish where a copy is running.
    private func readLedger(
        of number: JobNumber? = nil, into report: inout StatusReport, _ session: borrowing Session
    ) throws(FerryError) -> (job: Ledger.Job?, pending: [IndexTask]) {
        report.jobs = try summaries(session)
        report.tuned = try ledger.tunings(session).reduce(into: []) { tables, tuning in
            if !tables.contains(tuning.table) { tables.append(tuning.table) }
        }
        guard let job = try job(number, session) else { return (nil, []) }
        report.state = job.state == .finished ? .finished : .stopped
        if job.state != .finished { report.stillOff = try StillOff.read(job.number, of: job.plan, on: session) }
        guard let summary = report.jobs.first(where: { $0.number == job.number }) else { return (nil, []) }
        // A copy of an older vecferry does not say what it is.
        let isCopying = report.holder.map { $0.command == .copy || $0.command == nil } ?? false
        let pending = IndexTask.pending(
            job.plan, job: job.number, try ledger.pendingDefinitions(job: job.number, session))
        var status = JobStatus(
            summary: summary, source: job.plan.source.endpoint, tables: [],
            runs: try ledger.runs(of: job.number, session), workers: try ledger.workers(of: job.number, session),
            report: job.report)
        if let last = status.runs.last, last.endedAt == nil, report.holder?.isOf(processOfAge: last.seconds) == true {
            status.now = last
        }
        try addChunks(of: job, to: &status, isCopying: isCopying, session)
        let all = try ledger.definitions(job: job.number, session)
        status.allIndexes = IndexTask.pending(job.plan, job: job.number, all).count
        status.builtIndexes = status.allIndexes - pending.count
        report.job = status
        return (job, isCopying ? pending : [])
    }

    private func job(_ number: JobNumber?, _ session: borrowing Session) throws(FerryError) -> Ledger.Job? {
        if let number { return try ledger.job(number, session) }
        if let job = try ledger.newestJob(session) { return job }
        return try ledger.halfUndoneJob(session)
    }

    private func summaries(_ session: borrowing Session) throws(FerryError) -> [JobSummary] {
        try ledger.readingLedger { () throws(FerryError) in
            var jobs: [JobSummary] = []
            for row in try session.query(Statements.statusJobs) {
                guard let state = JobSummary.State(rawValue: try row.string("state")) else {
                    throw session.unexpected("A job in the ledger has an unknown state.")
                }
                jobs.append(
                    JobSummary(
                        number: try row.number("id"), state: state, beganAt: try row.string("began_at"),
                        endedAt: try row.optional("finished_at"), age: try row.double("age")))
            }
            return jobs
        }
    }

    private func addChunks(
        of job: Ledger.Job, to status: inout JobStatus, isCopying: Bool, _ session: borrowing Session
    ) throws(FerryError) {
        let rows = try ledger.readingLedger { () throws(FerryError) in
            try session.query(Statements.statusChunks, ["\(job.number)", status.now?.beganAt])
        }
        var done: [PairNumber: (chunks: Int, rows: Int)] = [:]
        var pace = 0.0
        for row in rows {
            let number: PairNumber = try row.number("pair")
            guard job.plan.pairs.indices.contains(number.value) else {
                throw Ledger.damaged("it holds chunks of a table that the plan of job \(job.number) does not have")
            }
            done[number] = (try row.int("done"), try row.int("rows"))
            let pair = job.plan[number]
            let seconds = try row.double("recent_seconds")
            guard isCopying, pair.chunkCount > 0, seconds >= 1 else { continue }
            pace += Double(pair.bytes) * Double(try row.int("recent", as: Int.self)) / Double(pair.chunkCount) / seconds
        }
        let failures = status.runs.last?.failures ?? []
        status.tables = job.plan.pairs.map { pair in
            TableStatus(
                name: pair.name, doneChunks: done[pair.number]?.chunks ?? 0, allChunks: pair.chunkCount,
                rows: done[pair.number]?.rows ?? 0, estimatedRows: pair.estimatedRows < 0 ? nil : pair.estimatedRows,
                bytes: pair.bytes, error: isCopying ? nil : failures.first { $0.table == pair.name }?.error)
        }
        if pace > 0 { status.bytesPerSecond = pace }
    }

    /// The builds in the database, those of a copy with their names and how far they are.
    private func builds(
        _ pending: [IndexTask], _ session: borrowing Session
    ) throws(FerryError) -> [BuildStatus] {
        var builds: [BuildStatus] = []
        for row in try session.query(Statements.statusBuilds) {
            let relation = try row.name()
            let there = pending.filter { $0.build.relation == relation }
            let phase = IndexPhase(
                name: try row.string("phase"), blocksDone: try row.int("blocks_done"),
                blocksTotal: try row.int("blocks_total"), tuplesDone: try row.int("tuples_done"),
                tuplesTotal: try row.int("tuples_total"))
            let only = there.count == 1 ? there.first : nil
            builds.append(
                BuildStatus(
                    relation: relation, index: only?.build.index.name, phase: phase.name,
                    fraction: only.flatMap { phase.fraction(of: $0.build) }, seconds: try row.double("seconds")))
        }
        return builds
    }
}
