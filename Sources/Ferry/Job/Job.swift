internal import Postgres

/// One run of a plan in this process: begins the job or resumes it, and carries it to its proven end.
struct Job {
    /// The endpoints and the workers.
    let engine: Engine
    /// The options of the copy.
    let request: CopyRequest
    /// Whether to remove what an earlier job copied first.
    let restart: Bool
    /// The searches to compare after the copy; nil compares none.
    let search: SearchRequest?
    /// How workers on other hosts may help; nil lets none.
    let hosts: HostsRequest?
    /// What the target may have to bear before the streams yield to it; nil lets them work on.
    let limits: YieldLimits?
    /// Takes the engine's events too.
    let timeline: TimelineRecorder

    private var source: Endpoint { engine.source }
    private var target: Endpoint { engine.target }
    private var workers: Workers { engine.workers }

    /// Takes the target's lock, and works until all tables are proven or an error stops the job.
    ///
    /// - Throws: The error that stopped the whole job. The report holds the errors of single tables.
    func run() throws(FerryError) -> JobReport {
        let beacons = hosts.map { _ in (source: Beacon.random(), target: Beacon.random()) }
        let lock = LockKeeper(target, beacon: beacons?.target, workers: workers)
        defer { lock.close() }
        do throws(FerryError) {
            try lock.acquired()
            return try work(beacons)
        } catch {
            // Losing the lock stops the job as an interrupt does.
            throw error.code == .interrupted ? lock.failure ?? error : error
        }
    }

    private func work(_ beacons: (source: Beacon, target: Beacon)?) throws(FerryError) -> JobReport {
        let start = ContinuousClock.now
        let opening = JobOpening(engine: engine, request: request, restart: restart)
        var session = JobSession(target, workers: workers)
        let snapshots = SnapshotKeeper(source, beacon: beacons?.source, workers: workers)
        defer { snapshots.close() }
        snapshots.begin(
            locking: try session.run { session throws(FerryError) in try opening.sourceRelations(session) })

        let (job, entries, refused): (Ledger.Job, [ChunkEntry], [PairNumber: FerryError])
        switch try session.run({ session throws(FerryError) in try opening.open(session, snapshots) }) {
        case .ended(let report): return report
        case .running(let opened, let known, let notCreated): (job, entries, refused) = (opened, known, notCreated)
        }
        let run = try session.run { session throws(FerryError) in
            try RunRecorder(job.number, of: engine, timeline, on: session)
        }
        do throws(FerryError) {
            let open = entries.isEmpty ? job.plan.chunks : entries.open
            let coordinator = try coordinator(job, beacons, offering: open, snapshots, &session)
            var (record, copySeconds) = try movePairs(
                job, open, without: refused, snapshots, coordinator, run, &session)
            try workers.during(.finish) { () throws(FerryError) in try putBack(job, &record, &session) }
            var report = try conclude(job, snapshots, record, &session) { record in
                JobReport(
                    record, of: job.plan, number: job.number, copySeconds: copySeconds,
                    seconds: (ContinuousClock.now - start) / .seconds(1))
            }
            compareSearches(job, &report, &session)
            run.end(StoredRunEnd(report), over: &session)
            return report
        } catch {
            run.end(StoredRunEnd(error), over: &session)
            warn(of: job)
            throw error
        }
    }

    /// Reports what the job has left off, if the target can be reached, and how far a job is that a signal stopped.
    private func warn(of job: Ledger.Job) {
        let isStopped = workers.interrupt.isRequested
        let endpoint = isStopped ? target.readOnly.forLastWords() : target.readOnly
        guard let session = try? endpoint.connect(),
            let objects = try? StillOff.read(job.number, of: job.plan, on: session)
        else { return }
        guard isStopped else {
            for note in Note.stillOff(objects) { workers.events(.warning(note)) }
            return
        }
        guard let entries = try? Ledger().chunks(job, session) else { return }
        let left = JobLeft(
            doneChunks: entries.count - entries.open.count, allChunks: entries.count, stillOff: objects)
        workers.events(.left(left))
    }

    // MARK: The stages

    /// Offers the chunks to workers; nil where none may help.
    private func coordinator(
        _ job: Ledger.Job, _ beacons: (source: Beacon, target: Beacon)?, offering open: [Chunk],
        _ snapshots: SnapshotKeeper, _ session: inout JobSession
    ) throws(FerryError) -> Coordinator? {
        guard let hosts, let beacons else { return nil }
        let epoch = JobEpoch(
            job: job.number, number: 0, source: beacons.source, target: beacons.target, lease: hosts.lease)
        return try session.run { session throws(FerryError) in
            try Coordinator(job, epoch, offering: open, from: engine, in: snapshots, on: session)
        }
    }

    /// Copies, analyzes, indexes and reads back, each pair on its own.
    ///
    /// - Parameter refused: The pairs that have no table on the target.
    private func movePairs(
        _ job: Ledger.Job, _ open: [Chunk], without refused: [PairNumber: FerryError], _ snapshots: SnapshotKeeper,
        _ coordinator: Coordinator?, _ recorder: RunRecorder, _ session: inout JobSession
    ) throws(FerryError) -> (record: JobRecord, copySeconds: Double) {
        let start = ContinuousClock.now
        let pending = try session.run { session throws(FerryError) in
            try Ledger().pendingDefinitions(job: job.number, session)
        }
        let tasks = IndexTask.pending(job.plan, job: job.number, pending)
        let flow = PairFlow(job.plan, open: open, tasks: tasks, isShared: coordinator != nil, workers: workers)
        let indexer = Indexer(target: target, server: job.plan.target, workers: workers)
        let builds = indexer.queue(of: tasks, isClosed: false, sign: flow.sign) { flow.built($0) }
        flow.begin(feeding: builds)
        for (pair, error) in refused { flow.give(up: pair, error) }
        let control = StreamControl(
            try engine.streams(for: open.count, of: job.plan, &session), yieldingAt: limits, recorder: recorder,
            target: target, workers: workers)
        let (source, target, events) = (source, target, workers.events)
        let pool = WorkPool(source: flow, workers: workers)
        WorkerThread.runAll(4) { number in
            if number == 0 {
                pool.run(control.staff) {
                    let line = StreamLine(
                        job, from: source, to: target, in: snapshots, claims: coordinator?.claims, events: events)
                    return Stream(job, line, flow, events: events)
                }
                coordinator?.stop()
                control.stop()
                guard let error = flow.sign.error, error.code != .interrupted, builds.running > 0 else { return }
                events(.warning(.waitsForBuilds(builds.running, error)))
            } else if number == 1 {
                indexer.run(builds, count: tasks.count)
            } else if number == 2 {
                coordinator?.run(for: flow)
            } else {
                control.run(until: flow.sign)
            }
        }
        return try flow.ended(since: start)
    }

    /// Restores constraints and triggers, and sets sequences. An index that can't be built does not prevent that,
    /// unless constraints may depend on it.
    private func putBack(
        _ job: Ledger.Job, _ record: inout JobRecord, _ session: inout JobSession
    ) throws(FerryError) {
        let pairs = job.plan.pairs.filter { pair in
            let facts = record[pair.number]
            guard facts.isLoaded else { return false }
            return facts.failure == nil || !pair.indexes.contains { $0.isUnique && $0.action != .keep }
        }
        FailPoint.reached(.beforeFinish)
        record.fail(
            try Finisher(job: job.number, lockWait: workers.retry.lockWait).run(pairs: pairs, &session))
        FailPoint.reached(.beforeSequences)
        guard pairs.contains(where: { !$0.sequences.isEmpty }) else { return }
        record.fail(
            try session.run { session throws(FerryError) in
                try SequenceSetter(plan: job.plan).run(pairs: pairs, from: try source.connect(), to: session)
            })
    }

    // MARK: The end

    /// Collects the digests of the chunks, reads the source again if it has changed, compares what is not proven, and finishes the
    /// job if all is proven.
    private func conclude(
        _ job: Ledger.Job, _ snapshots: SnapshotKeeper, _ record: JobRecord, _ session: inout JobSession,
        _ report: (JobRecord) -> JobReport
    ) throws(FerryError) -> JobReport {
        var record = try session.run { session throws(FerryError) in
            try collect(job, snapshots, record, session)
        }
        try compareUnproven(job.plan, report(record), &record)
        for pair in job.plan.pairs {
            guard let failure = record[pair.number].failure else { continue }
            record[pair.number].failure = UniqueViolation(engine: engine, pair: pair).explained(failure)
        }
        return try session.run { session throws(FerryError) in
            var report = report(record)
            guard report.outcome == .proven else {
                report.stillOff = try StillOff.read(job.number, of: job.plan, on: session)
                return report
            }
            try countLaterChanges(job, record, &report, session)
            FailPoint.reached(.beforeFinishCommit)
            try Ledger().finish(job: job.number, report, session)
            FailPoint.reached(.afterFinishCommit)
            return report
        }
    }

    /// Compares searches, once the rows are proven. Whatever becomes of that, the job is finished.
    private func compareSearches(_ job: Ledger.Job, _ report: inout JobReport, _ session: inout JobSession) {
        guard let search, report.outcome == .proven else { return }
        let findings = SearchCheck(engine: engine, plan: job.plan, request: search).run(after: report.seconds)
        report.searches = findings.searches
        report.maps = findings.maps
        report.rowsByBot = findings.rowsByBot
        report.notes += findings.notes
        let result = report
        // A later run of the same command shows them; without them it says that they are not known.
        _ = try? session.run { session throws(FerryError) in
            try Ledger().update(job: job.number, result, session)
        }
    }

    private func collect(
        _ job: Ledger.Job, _ snapshots: SnapshotKeeper, _ record: JobRecord, _ session: borrowing Session
    ) throws(FerryError) -> JobRecord {
        var record = record
        let entries = try Ledger().chunks(job, session)
        for (pair, digest) in entries.digests { record[pair].copied = digest }
        let now = try snapshots.snapshot()
        record.sourceChanged = job.sourceChanged || now.visibility != job.sourceVisibility
        if record.sourceChanged {
            try readSourceAgain(job.plan, snapshots, &record)
        } else {
            try record.requireReceived(entries, of: job.plan)
            if hosts != nil { try countOthers(entries, of: job.plan, record, snapshots) }
        }
        return record
    }

    /// Counts the source's rows of chunks that others copied, as a resumed job does: the ledger's word alone does not prove them.
    private func countOthers(
        _ entries: [ChunkEntry], of plan: Plan, _ record: JobRecord, _ snapshots: SnapshotKeeper
    ) throws(FerryError) {
        let others = entries.filter { record.received[$0.chunk.id] == nil }
        guard !others.isEmpty else { return }
        try workers.retrying { () throws(FerryError) in
            let snapshot = try snapshots.snapshot()
            do throws(FerryError) {
                try SourceCount(plan: plan).check(others, on: try snapshot.join(source))
            } catch {
                throw snapshots.judged(error, in: snapshot)
            }
        }
    }

    /// Finds out how the tables differ whose digests do. Where only bots differ that the source does not have, which were never
    /// the copy's, the comparison is the proof.
    private func compareUnproven(
        _ plan: Plan, _ report: JobReport, _ record: inout JobRecord
    ) throws(FerryError) {
        let unproven = zip(plan.pairs, report.tables).filter { $1.state == .differs && !$0.load.isKeyed }.map(\.0)
        let findings = try Diagnosis(engine: engine, plan: plan, sourceChanged: record.sourceChanged).compare(
            unproven.map(\.name))
        record.notes += findings.notes
        for pair in unproven {
            guard let comparison = findings.tables[pair.name] else { continue }
            let facts = record[pair.number]
            if comparison.state == .same, comparison.source == facts.sourceNow ?? facts.copied.copied {
                record[pair.number].readBack = comparison.target
                record[pair.number].readSince = nil
            } else {
                record[pair.number].comparison = comparison
            }
        }
    }

    /// Says what others have changed since the rows were read back. That it can't be counted is no reason to copy again.
    private func countLaterChanges(
        _ job: Ledger.Job, _ record: JobRecord, _ report: inout JobReport, _ session: borrowing Session
    ) throws(FerryError) {
        let tables = job.plan.pairs.compactMap { pair -> LaterChanges.Table? in
            guard let since = record[pair.number].readSince, let readBack = record[pair.number].readBack else {
                return nil
            }
            return LaterChanges.Table(pair: pair, rows: readBack.rows, since: since)
        }
        do throws(FerryError) {
            let changes = try LaterChanges(job: job.number).count(tables, over: session)
            for (position, pair) in job.plan.pairs.enumerated() {
                guard let changed = changes[pair.number] else { continue }
                report.tables[position].changes = changed
                report.notes.append(.changedSince(pair, report.tables[position], changed))
            }
        } catch {
            guard error.code != .interrupted, error.cause?.isRetryable != true else { throw error }
            report.notes.append(.changesUnknown(error))
        }
    }

    /// Reads all of the source again: the finished chunks hold another state of it, and prove nothing.
    private func readSourceAgain(
        _ plan: Plan, _ snapshots: SnapshotKeeper, _ record: inout JobRecord
    ) throws(FerryError) {
        let source = source
        let reader = RangeReader(workers: workers) { () throws(FerryError) in
            let snapshot = try snapshots.snapshot()
            do throws(FerryError) {
                return try snapshot.join(source)
            } catch {
                throw snapshots.judged(error, in: snapshot)
            }
        }
        let pairs = plan.pairs.filter { !$0.load.isKeyed }
        let ranges = pairs.flatMap { pair in
            pair.chunks.map { chunk in
                RangeRead(table: pair.number, query: pair.rowQuery(chunk), bytes: pair.parts[chunk.part].chunkSize)
            }
        }
        let outcome = try workers.during(.verify) { () throws(FerryError) in try reader.run(ranges) }
        for pair in pairs { record[pair.number].sourceNow = outcome.digests[pair.number] ?? .zero }
        for number in outcome.failures.keys { record[number].sourceNow = nil }
        record.fail(outcome.failures)
    }
}

extension Note {
    /// A warning: the job failed while indexes are built. The builds are left to end, since the next run does not
    /// repeat them.
    fileprivate static func waitsForBuilds(_ count: Int, _ error: FerryError) -> Note {
        Note(
            level: .warning, code: .waitsForBuilds, side: error.side, table: error.table,
            message: "The copy will stop after \(Count.of(count, "running index build")): \(error.message)",
            hint: "Press Ctrl-C to cancel the builds and stop now. To resume, run the same command again.")
    }
}
