/// Determines whether a request begins a job, resumes one, or has been carried out, and prepares the job for its rows.
struct JobOpening {
    let engine: Engine
    let request: CopyRequest
    let restart: Bool

    private var workers: Workers { engine.workers }
    private var events: EventSink { workers.events }

    /// The state of an opened job.
    enum Opening {
        /// An earlier process finished it.
        case ended(JobReport)
        /// It is in the ledger, and the target is prepared. The entries of its chunks, where earlier processes may have
        /// finished some; none where this process has begun it. Pairs whose tables the target refuses are not copied.
        case running(Ledger.Job, entries: [ChunkEntry], refused: [PairNumber: FerryError])
    }

    /// The source's relations of an unfinished job, to be locked before the source is read.
    func sourceRelations(_ target: borrowing Session) throws(FerryError) -> [QualifiedName] {
        guard !restart, try Ledger().exists(target) else { return [] }
        return try Ledger().newestJob(target)?.plan.sourceRelations ?? []
    }

    /// Looks the request up in the ledger, and begins a job where it has none.
    ///
    /// - Parameter target: A session outside of any transaction, under vecferry's lock.
    /// - Throws: ``FerryError/Code/blocked`` if the plan has blockers, ``FerryError/Code/ledger`` if another job is not
    ///   finished.
    func open(_ target: borrowing Session, _ snapshots: SnapshotKeeper) throws(FerryError) -> Opening {
        let source = try engine.source.connect()
        let snapshot = try snapshots.snapshot()
        do throws(FerryError) {
            return try open(snapshots, snapshot, source, target)
        } catch {
            throw snapshots.judged(error, in: snapshot)
        }
    }

    private func open(
        _ snapshots: SnapshotKeeper, _ snapshot: Snapshot, _ source: borrowing Session, _ target: borrowing Session
    ) throws(FerryError) -> Opening {
        let known = try KnownJob.find(request, source: source, target: target)
        if restart {
            guard let job = known.restartable else {
                return try begin(snapshots, snapshot, source, target)
            }
            let restart = Restart(job: job, lockWait: workers.retry.lockWait)
            try requirePlan(after: restart, snapshot, target)
            try restart.run(on: target)
            return try begin(snapshots, snapshot, source, target, after: job)
        } else {
            switch known {
            case .same(let job): return try resume(job, snapshot, source, target)
            case .other(let job, let differs) where job.state == .loading:
                let note = Note.unfinished(job, differs)
                throw FerryError(.ledger, note.message, hint: note.hint, side: .target)
            case .other, .none: break
            }
        }
        return try begin(snapshots, snapshot, source, target, beside: known)
    }

    private func resume(
        _ job: Ledger.Job, _ snapshot: Snapshot, _ source: borrowing Session, _ target: borrowing Session
    ) throws(FerryError) -> Opening {
        let hasChanged = snapshot.visibility != job.sourceVisibility
        if job.state == .finished, var report = job.report {
            report.outcome = .alreadyFinished
            report.finishedAt = job.finishedAt
            report.describe(job.plan)
            let changes = try FinishedJob(job: job).notes(on: target)
            var plan = job.plan
            plan.notes += changes
            guard plan.isReady else { throw refusal(plan) }
            report.notes += changes
            if hasChanged { report.notes.append(.sourceChangedSince) }
            return .ended(report)
        }
        // What workers of an earlier process still hold would be waited for.
        try Ledger().endEpochs(of: job.number, target)
        // Before anything is written, since this finds damage.
        let entries = try Ledger().chunks(job, target)
        let pending = try Ledger().pendingDefinitions(job: job.number, target)
        var job = job
        if hasChanged, !job.sourceChanged {
            try Ledger().markSourceChanged(job: job.number, target)
            job.sourceChanged = true
        }
        if job.sourceChanged {
            events(.warning(Note.sourceChanged))
        } else {
            try workers.during(.plan) { () throws(FerryError) in
                try snapshot.join(over: source)
                try SourceCount(plan: job.plan).check(entries, on: source)
            }
        }
        events(.planned(job.plan))
        let restorable = job.plan.pairs.flatMap(\.indexes).filter { $0.action != .keep }.flatMap(\.builds).count
        events(
            .resumed(
                job: job.number, doneChunks: entries.count - entries.open.count, allChunks: entries.count,
                restoredIndexes: restorable - pending.filter { $0.kind == .index }.count))
        return .running(job, entries: entries, refused: try createAgain(job, entries, snapshot, target))
    }

    private func begin(
        _ snapshots: SnapshotKeeper, _ snapshot: Snapshot, _ source: borrowing Session,
        _ target: borrowing Session, after abandoned: Ledger.Job? = nil, beside known: KnownJob = .none
    ) throws(FerryError) -> Opening {
        let fingerprint = try JobFingerprint(request: request).read(source)
        var plan = try workers.during(.plan) { () throws(FerryError) in
            try makePlan(snapshot, source, target)
        }
        guard plan.isReady else {
            if abandoned != nil { plan.notes.append(.takenBack) }
            if case .other(let job, let differs) = known { plan.addFinished(job, differs) }
            throw refusal(plan)
        }
        events(.planned(plan))
        try snapshots.lock(plan.sourceRelations)
        let creation = try scripts(of: plan.pairs.filter(\.isCreated), plan, snapshot, target)
        let preparation = Preparation(
            plan: plan, fingerprint: fingerprint, visibility: snapshot.visibility, creation: creation,
            lockWait: workers.retry.lockWait)
        let (number, refused) = try workers.during(.prepare) { () throws(FerryError) in try preparation.run(on: target)
        }
        let job = Ledger.Job(
            number: number, fingerprint: fingerprint, state: .loading, plan: plan,
            sourceVisibility: snapshot.visibility,
            sourceChanged: false, report: nil, startedAt: "")
        return .running(job, entries: [], refused: refused)
    }

    private func scripts(
        of pairs: [TablePair], _ plan: Plan, _ snapshot: Snapshot, _ target: borrowing Session
    ) throws(FerryError) -> CreationScripts? {
        try workers.during(.create, if: !pairs.isEmpty) { () throws(FerryError) -> CreationScripts? in
            guard !pairs.isEmpty else { return nil }
            return try TableCreation(plan: plan, source: engine.source, target: engine.target)
                .scripts(of: pairs, in: snapshot, on: target)
        }
    }

    /// Creates the tables that the target refused when the job began. No chunk of them is finished; a table that had any was
    /// dropped since.
    private func createAgain(
        _ job: Ledger.Job, _ entries: [ChunkEntry], _ snapshot: Snapshot, _ target: borrowing Session
    ) throws(FerryError) -> [PairNumber: FerryError] {
        let begun = Set(entries.filter { $0.finished != nil }.map(\.chunk.pair))
        var missing: [TablePair] = []
        for pair in job.plan.pairs where pair.isCreated && !begun.contains(pair.number) {
            let isThere = try target.query(
                "SELECT to_regclass($1) IS NOT NULL AS is_there", [pair.name.quoted], about: pair.name
            ).only().bool("is_there")
            if !isThere { missing.append(pair) }
        }
        guard let creation = try scripts(of: missing, job.plan, snapshot, target) else { return [:] }
        return try target.transaction(lockWait: workers.retry.lockWait, locking: missing.lockText) {
            () throws(FerryError) in try creation.run(on: target)
        }
    }

    private func makePlan(
        _ snapshot: Snapshot, _ source: borrowing Session, _ target: borrowing Session
    ) throws(FerryError) -> Plan {
        let survey = try Surveyor(source: engine.source, target: engine.target, request: request)
            .survey(in: snapshot, source: source, target: target)
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
        after restart: Restart, _ snapshot: Snapshot, _ target: borrowing Session
    ) throws(FerryError) {
        // A session of its own, since a survey leaves the session in a transaction.
        let plan = try RestartPlan(restart: restart, request: request)
            .adjusted(try makePlan(snapshot, try engine.source.connect(), target), on: target)
        guard plan.isReady else { throw refusal(plan) }
    }
}

extension Note {
    /// A remark: starting over has changed the target before it was refused.
    fileprivate static let takenBack = Note(
        level: .info, code: .takenBack, side: .target, table: nil,
        message: "--restart has removed the rows and tables of the earlier run.", hint: nil)

}
