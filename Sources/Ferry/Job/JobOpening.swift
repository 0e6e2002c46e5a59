/// Determines whether a request begins a job, resumes one, or has been carried out, and prepares the job for its rows.
struct JobOpening {
    let engine: Engine
    let request: CopyRequest
    let restart: Bool

    private var source: Endpoint { engine.source }
    private var target: Endpoint { engine.target }
    private var workers: Workers { engine.workers }
    private var events: EventSink { workers.events }

    /// The state of an opened job.
    enum Opening {
        /// An earlier process finished it.
        case ended(JobReport)
        /// It is in the ledger, and the target is prepared.
        case running(Ledger.Job)
    }

    /// The source's relations of an unfinished job, to be locked before the source is read.
    func sourceRelations(_ connection: borrowing Session) throws(FerryError) -> [QualifiedName] {
        guard !restart, try Ledger().exists(connection) else { return [] }
        return try Ledger().newestJob(connection)?.plan.sourceRelations ?? []
    }

    /// Looks the request up in the ledger, and begins a job where it has none.
    ///
    /// - Parameter connection: To the target, outside of any transaction, under vecferry's lock.
    /// - Throws: ``FerryError/Code/blocked`` if the plan has blockers, ``FerryError/Code/ledger`` if another job is not
    ///   finished.
    func open(_ connection: borrowing Session, _ snapshots: SnapshotKeeper) throws(FerryError) -> Opening {
        let sourceConnection = try source.connect()
        let snapshot = try snapshots.snapshot()
        do throws(FerryError) {
            return try open(connection, sourceConnection, snapshots, snapshot)
        } catch {
            throw snapshots.judged(error, in: snapshot)
        }
    }

    private func open(
        _ connection: borrowing Session, _ sourceConnection: borrowing Session, _ snapshots: SnapshotKeeper,
        _ snapshot: Snapshot
    ) throws(FerryError) -> Opening {
        let known = try KnownJob.find(request, source: sourceConnection, target: connection)
        if restart {
            guard let job = known.restartable else {
                return try begin(snapshots, snapshot, sourceConnection, connection)
            }
            let restart = Restart(job: job, lockWait: workers.retry.lockWait)
            try requirePlan(after: restart, snapshot, connection)
            try restart.run(on: connection)
            return try begin(snapshots, snapshot, sourceConnection, connection, after: job)
        } else {
            switch known {
            case .same(let job): return try resume(job, snapshot, connection)
            case .other(let job) where job.state == .loading:
                let note = Note.unfinished(job)
                throw FerryError(.ledger, note.message, hint: note.hint, side: .target)
            case .other, .none: break
            }
        }
        return try begin(snapshots, snapshot, sourceConnection, connection)
    }

    private func resume(
        _ job: Ledger.Job, _ snapshot: Snapshot, _ connection: borrowing Session
    ) throws(FerryError) -> Opening {
        let hasChanged = snapshot.visibility != job.sourceVisibility
        if job.state == .finished, var report = job.report {
            report.outcome = .alreadyFinished
            report.finishedAt = job.finishedAt
            let changes = try FinishedJob(job: job).notes(on: connection)
            var plan = job.plan
            plan.notes += changes
            guard plan.isReady else { throw refusal(plan) }
            report.notes += changes
            if hasChanged {
                report.notes.append(
                    Note(
                        level: .warning, code: .sourceChanged, side: .source, table: nil,
                        message: "The source was written to since the job finished.",
                        hint: "Run vecferry verify to compare the tables, or vecferry copy --restart to copy again."))
            }
            return .ended(report)
        }
        // Before anything is written, since this finds damage.
        let open = try Ledger().openChunks(job, connection)
        let pending = try Ledger().pendingDefinitions(job: job.number, connection)
        var job = job
        if hasChanged, !job.sourceChanged {
            try Ledger().markSourceChanged(job: job.number, connection)
            job.sourceChanged = true
        }
        if job.sourceChanged { events(.warning(Note.sourceChanged)) }
        events(.planned(job.plan))
        let restorable = job.plan.pairs.flatMap(\.indexes).filter { $0.action != .keep }.flatMap(\.builds).count
        events(
            .resumed(
                job: job.number, doneChunks: job.plan.chunks.count - open.count, allChunks: job.plan.chunks.count,
                restoredIndexes: restorable - pending.filter { $0.kind == .index }.count))
        return .running(job)
    }

    private func begin(
        _ snapshots: SnapshotKeeper, _ snapshot: Snapshot, _ sourceConnection: borrowing Session,
        _ connection: borrowing Session, after abandoned: Ledger.Job? = nil
    ) throws(FerryError) -> Opening {
        let fingerprint = try JobFingerprint(request: request).read(sourceConnection)
        var plan = try workers.during(.plan) { () throws(FerryError) in
            try makePlan(snapshot, sourceConnection, connection)
        }
        guard plan.isReady else {
            if abandoned != nil { plan.notes.append(.takenBack) }
            throw refusal(plan)
        }
        events(.planned(plan))
        try snapshots.lock(plan.sourceRelations)
        let creates = plan.pairs.contains(where: \.isCreated)
        let creation = try workers.during(.create, if: creates) { () throws(FerryError) -> [String] in
            guard creates else { return [] }
            return try TableCreation(plan: plan, source: source, target: target)
                .statements(in: snapshot, on: connection)
        }
        let preparation = Preparation(
            plan: plan, fingerprint: fingerprint, visibility: snapshot.visibility, creation: creation,
            lockWait: workers.retry.lockWait)
        let number = try workers.during(.prepare) { () throws(FerryError) in try preparation.run(on: connection) }
        let job = Ledger.Job(
            number: number, fingerprint: fingerprint, state: .loading, plan: plan,
            sourceVisibility: snapshot.visibility,
            sourceChanged: false, report: nil, startedAt: "")
        return .running(job)
    }

    private func makePlan(
        _ snapshot: Snapshot, _ sourceConnection: borrowing Session, _ connection: borrowing Session
    ) throws(FerryError) -> Plan {
        let survey = try Surveyor(source: source, target: target, request: request)
            .survey(in: snapshot, source: sourceConnection, target: connection)
        return Planner(request: request, survey: survey).plan()
    }

    /// Announces a plan that can't be carried out.
    private func refusal(_ plan: Plan) -> FerryError {
        events(.planned(plan))
        return FerryError(
            .blocked, "The plan has \(Count.of(plan.blockers.count, "blocker")).",
            hint: plan.blockers.first.map { "\($0)" })
    }

    /// Refuses to remove a job if the next plan would be blocked all the same, by anything but the job's own rows and tables.
    private func requirePlan(
        after restart: Restart, _ snapshot: Snapshot, _ connection: borrowing Session
    ) throws(FerryError) {
        // A session of its own, since a survey leaves the session in a transaction.
        var plan = try makePlan(snapshot, try source.connect(), connection)
        let pairs = restart.job.plan.pairs
        let made = Set(pairs.filter(\.isCreated).map(\.name))
        let emptied = Set(pairs.map(\.name)).subtracting(try restart.sharedTables(on: connection))
        plan.notes.removeAll { note in
            guard note.level == .blocker, let table = note.table, emptied.contains(table) else { return false }
            return Note.ofRows.contains(note.code) || request.create && made.contains(table)
        }
        if !request.create { plan.notes += plan.pairs.map(\.name).filter(made.contains).map(Note.goesWithJob) }
        guard plan.isReady else { throw refusal(plan) }
    }
}

/// The newest job of the target's ledger, in relation to a request.
enum KnownJob {
    /// There is no ledger, or no job in it.
    case none
    /// The newest job has this request and this source.
    case same(Ledger.Job)
    /// The newest job is another one.
    case other(Ledger.Job)

    /// The job that starting over removes: the same job, or another one that is unfinished. The rows of a finished job stay,
    /// and the plan treats them like any rows.
    var restartable: Ledger.Job? {
        switch self {
        case .same(let job): job
        case .other(let job): job.state == .loading ? job : nil
        case .none: nil
        }
    }

    /// Reads the newest job. Changes nothing.
    static func find(
        _ request: CopyRequest, source: borrowing Session, target: borrowing Session
    ) throws(FerryError) -> KnownJob {
        guard try Ledger().exists(target), let job = try Ledger().newestJob(target) else { return .none }
        let isSame = try JobFingerprint(request: request).isOf(job, source)
        return isSame ? .same(job) : .other(job)
    }
}

extension Note {
    /// The blockers that stem from the rows of a table.
    fileprivate static let ofRows: Set<Note.Code> = [.notEmpty, .noKey, .referenced]

    /// A remark: starting over has changed the target before it was refused.
    fileprivate static let takenBack = Note(
        level: .info, code: .takenBack, side: .target, table: nil,
        message: "--restart has removed the rows and tables of the earlier run.", hint: nil)

    /// A blocker: a table to be filled is one that the job created, and would be dropped first.
    fileprivate static func goesWithJob(_ table: QualifiedName) -> Note {
        Note(
            level: .blocker, code: .tableMissing, side: .target, table: table,
            message: "An earlier run created the table, and --restart drops it.",
            hint: "Add --create to create it again.")
    }

    /// A warning: the source was written to after the job began to read it.
    static let sourceChanged = Note(
        level: .warning, code: .sourceChanged, side: .source, table: nil,
        message: "The source was written to since the job began.",
        hint: "When all chunks are copied, every table is compared with the source as it is then.")

    /// A warning: a part of the table was copied before the source was written to.
    static func stale(_ table: QualifiedName) -> Note {
        Note(
            level: .warning, code: .sourceChanged, side: .source, table: table,
            message: "The table was changed after some of it was copied, so the target holds an older state of it.",
            hint: "Run vecferry copy --restart to copy all again. If every chunk was copied, vecferry verify --repair "
                + "updates the changed rows.")
    }

    /// A remark on the job that a copy would resume, or find finished.
    static func known(_ job: Ledger.Job) -> Note {
        let isFinished = job.state == .finished
        return Note(
            level: .info, code: isFinished ? .alreadyFinished : .goesOn, side: .target, table: nil,
            message: isFinished
                ? "Job \(job.number) has carried out this plan. A copy would change nothing."
                : "Job \(job.number) began with this plan at \(job.startedAt) and is not finished. A copy resumes it.",
            hint: isFinished ? "Run vecferry copy --restart to copy again." : nil)
    }

    /// A blocker: another job is not finished.
    static func unfinished(_ job: Ledger.Job) -> Note {
        Note(
            level: .blocker, code: .otherJob, side: .target, table: nil,
            message: "An unfinished job with other options or another source began on this target at \(job.startedAt).",
            hint: "Run vecferry copy with the options that it began with to resume it, or with --restart to start over."
        )
    }
}
