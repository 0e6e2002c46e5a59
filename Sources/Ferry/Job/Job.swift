internal import Synchronization

/// One run of a plan in this process: begins the job or goes on with it, and carries it to its proven end.
struct Job {
    /// Both ends, and how patiently they are used.
    let engine: Engine
    /// What to copy, and how.
    let request: CopyRequest
    /// Whether what an earlier job brought is taken back first.
    let restart: Bool

    private var source: Endpoint { engine.source }
    private var target: Endpoint { engine.target }
    private var workers: Workers { engine.workers }
    private var events: EventSink { engine.workers.events }

    /// Holds the target's lock, and works until all is proven or something stops it.
    ///
    /// - Throws: What stopped the whole job. A table that alone has failed is in the report.
    func run() throws(FerryError) -> JobReport {
        let lock = LockKeeper(target, workers: workers)
        defer { lock.close() }
        do throws(FerryError) {
            try lock.acquired()
            return try work()
        } catch {
            // Losing the lock stops the job as an interrupt does.
            throw error.code == .interrupted ? lock.failure ?? error : error
        }
    }

    private func work() throws(FerryError) -> JobReport {
        let clock = ContinuousClock()
        let start = clock.now
        let opening = JobOpening(engine: engine, request: request, restart: restart)
        var session = JobSession(target, workers: workers)
        let snapshots = SnapshotKeeper(source, workers: workers)
        defer { snapshots.close() }
        snapshots.begin(
            locking: try session.run { connection throws(FerryError) in
                try opening.sourceRelations(connection)
            })

        let job: Ledger.Job
        switch try session.run({ connection throws(FerryError) in try opening.open(connection, snapshots) }) {
        case .ended(let report): return report
        case .running(let opened): job = opened
        }

        events(.began(.copy))
        let copyStart = clock.now
        let copied = try copyAll(job, snapshots, &session)
        var failures = copied.failures
        let copySeconds = (clock.now - copyStart) / .seconds(1)

        FailPoint.reached(.afterCopy)
        try analyze(job.plan.pairs.filter { failures[$0.number] == nil }, &failures)
        let loaded = job.plan.pairs.filter { failures[$0.number] == nil }
        FailPoint.reached(.afterAnalyze)
        let (built, digests) = try indexAndReadBack(job, loaded, &failures, &session)
        events(.began(.finish))
        // An index that can't be built keeps neither rows nor constraints from being whole, unless these stand on it.
        let remaining = loaded.filter { pair in
            failures[pair.number] == nil || !pair.indexes.contains { $0.isUnique && $0.action != .keep }
        }
        FailPoint.reached(.beforeFinish)
        failures.merge(
            try Finisher(job: job.number, lockWait: workers.retry.lockWait).run(pairs: remaining, &session)
        ) { first, _ in first }
        FailPoint.reached(.beforeSequences)
        failures.merge(try setSequences(remaining, job.plan, &session)) { first, _ in first }
        let work = Work(
            copySeconds: copySeconds, seconds: (clock.now - start) / .seconds(1), streamedBytes: copied.streamedBytes)
        return try finish(job, snapshots, failures: failures, digests: digests, built: built, work, &session)
    }

    // MARK: The stages

    /// Copies until the ledger, on disk, has no open chunk. Chunks are committed without waiting for the disk, so that a crash
    /// of the target takes back what this process had seen done.
    private func copyAll(
        _ job: Ledger.Job, _ snapshots: SnapshotKeeper, _ session: inout JobSession
    ) throws(FerryError) -> Copier.Outcome {
        var copied = Copier.Outcome(failures: [:], streamedBytes: 0)
        while true {
            let chunks = try session.run { connection throws(FerryError) in
                try Ledger().flush(job: job.number, connection)
                return try Ledger().openChunks(job, connection)
            }
            let open = chunks.filter { copied.failures[$0.pair] == nil }
            guard !open.isEmpty else { return copied }
            let outcome = try copier(job, snapshots, streams: streams(for: open.count, job.plan, &session)).run(open)
            copied.failures.merge(outcome.failures) { first, _ in first }
            copied.streamedBytes += outcome.streamedBytes
        }
    }

    /// How many chunks to move at the same time. Each waits for the target twice, once to count its rows and once to commit
    /// them and begin the next, while others can use the line.
    private func streams(for chunks: Int, _ plan: Plan, _ session: inout JobSession) throws(FerryError) -> Int {
        guard chunks > workers.streams, engine.streamsOverLongLine != workers.streams else { return workers.streams }
        let roundTrip = try session.run { connection throws(FerryError) in
            try connection.roundTrip()
        }
        // Between the zones of a region it is 1 to 2 ms, and two streams lose nothing worth more sessions.
        guard roundTrip >= .milliseconds(5) else { return workers.streams }
        // Others need sessions too.
        let most = min(plan.source.maxConnections, plan.target.maxConnections) / 4
        return max(workers.streams, min(engine.streamsOverLongLine, most))
    }

    private func copier(_ job: Ledger.Job, _ snapshots: SnapshotKeeper, streams: Int) -> Copier {
        var workers = workers
        workers.streams = streams
        return Copier(
            plan: job.plan, job: job.number, source: source, target: target, snapshots: snapshots, workers: workers)
    }

    private func analyze(_ pairs: [TablePair], _ failures: inout [Int: FerryError]) throws(FerryError) {
        let tables = pairs.filter { $0.bytes > 0 }.map(\.name)
        guard !tables.isEmpty else { return }
        let faults = try Analyzer(target: target, workers: workers).run(tables)
        for pair in pairs { if let fault = faults[pair.name] { failures[pair.number] = fault } }
    }

    /// Builds indexes, and reads the rows back meanwhile: reading needs no index, and a build lets others read. Constraints
    /// on tables that were made for the job want the table for themselves, so there one comes after the other.
    private func indexAndReadBack(
        _ job: Ledger.Job, _ pairs: [TablePair], _ failures: inout [Int: FerryError], _ session: inout JobSession
    ) throws(FerryError) -> (built: [QualifiedName: Double], digests: [Int: Digest]) {
        let tasks = try indexTasks(job, pairs, &session)
        let indexer = Indexer(target: target, server: job.plan.target, workers: workers)
        let readBack = ReadBack(plan: job.plan, endpoint: target, workers: workers)
        let ranges = try session.run { connection throws(FerryError) in try readBack.ranges(of: pairs, connection) }
        events(.began(.index))
        if pairs.contains(where: \.isCreated) {
            let seconds = try taken(indexer.run(tasks), &failures)
            events(.began(.verify))
            return (seconds, taken(try readBack.run(ranges), &failures))
        }
        let built = Mutex<[IndexOutcome]>([])
        let read = Mutex<Result<DigestPool.Outcome, FerryError>?>(nil)
        WorkerThread.runAll(2) { number in
            if number == 0 {
                let outcomes = indexer.run(tasks)
                built.withLock { $0 = outcomes }
            } else {
                let result = Result { () throws(FerryError) in try readBack.run(ranges) }
                read.withLock { $0 = result }
            }
        }
        guard let outcome = read.withLock({ $0 }) else { throw .interrupted }
        let seconds = try taken(built.withLock { $0 }, &failures)
        return (seconds, taken(try outcome.get(), &failures))
    }

    private func indexTasks(
        _ job: Ledger.Job, _ pairs: [TablePair], _ session: inout JobSession
    ) throws(FerryError) -> [IndexTask] {
        let numbers = Set(pairs.map(\.number))
        let pending = try session.run { connection throws(FerryError) in
            try Ledger().pendingDefinitions(job: job.number, connection)
        }
        return IndexTask.pending(job.plan, job: job.number, pending).filter { numbers.contains($0.pair) }
    }

    /// The seconds of each build. A table whose index can't be built has failed; a fault of the server fails all.
    private func taken(
        _ outcomes: [IndexOutcome], _ failures: inout [Int: FerryError]
    ) throws(FerryError) -> [QualifiedName: Double] {
        var seconds: [QualifiedName: Double] = [:]
        for outcome in outcomes {
            if let error = outcome.error {
                guard error.concernsOneTable else { throw error }
                failures[outcome.pair] = failures[outcome.pair] ?? error
            } else {
                seconds[outcome.plan.name] = outcome.seconds
            }
        }
        return seconds
    }

    /// The digests of what could be read. The other tables have failed.
    private func taken(_ outcome: DigestPool.Outcome, _ failures: inout [Int: FerryError]) -> [Int: Digest] {
        failures.merge(outcome.failures) { first, _ in first }
        return outcome.digests
    }

    private func setSequences(
        _ pairs: [TablePair], _ plan: Plan, _ session: inout JobSession
    ) throws(FerryError) -> [Int: FerryError] {
        guard pairs.contains(where: { !$0.sequences.isEmpty }) else { return [:] }
        return try session.run { connection throws(FerryError) in
            try SequenceSetter(plan: plan).run(pairs: pairs, from: try source.connect(), to: connection)
        }
    }

    // MARK: The end

    /// What this process did.
    private struct Work {
        var copySeconds: Double
        var seconds: Double
        var streamedBytes: Int
    }

    private func finish(
        _ job: Ledger.Job, _ snapshots: SnapshotKeeper, failures: [Int: FerryError], digests: [Int: Digest],
        built: [QualifiedName: Double], _ work: Work, _ session: inout JobSession
    ) throws(FerryError) -> JobReport {
        try session.run { connection throws(FerryError) in
            let ledger = Ledger()
            var failures = failures
            var sources = try ledger.digests(job: job.number, connection)
            let now = try snapshots.snapshot()
            let hasChanged = job.sourceChanged || now.visibility != job.sourceVisibility
            if hasChanged {
                // The finished chunks are of another state of the source: only reading all of it again proves anything.
                let again = taken(try readSourceAgain(job.plan, snapshots), &failures)
                for (pair, digest) in again { sources[pair]?.copied = digest }
            }
            let tables = job.plan.pairs.map { pair in
                let table = table(
                    pair, sources[pair.number] ?? PairDigest(), digests[pair.number], failures[pair.number], built)
                return hasChanged ? judgedAnew(table, pair, failures[pair.number]) : table
            }
            var report = JobReport(
                outcome: .proven, job: job.number, tables: tables, notes: job.plan.warnings,
                copySeconds: work.copySeconds,
                seconds: work.seconds, streamedBytes: work.streamedBytes)
            if tables.contains(where: { $0.state == .differs }) { report.outcome = .differs }
            if tables.contains(where: { $0.state == .failed }) { report.outcome = .failed }
            if hasChanged { report.notes.append(Note.sourceChanged) }
            if hasChanged { report.notes += tables.filter { $0.state == .differs }.map { .stale($0.name) } }
            guard report.outcome == .proven else { return report }
            FailPoint.reached(.beforeFinishCommit)
            try ledger.finish(job: job.number, report, connection)
            FailPoint.reached(.afterFinishCommit)
            return report
        }
    }

    private func table(
        _ pair: TablePair, _ copied: PairDigest, _ readBack: Digest?, _ failure: FerryError?,
        _ built: [QualifiedName: Double]
    ) -> TableReport {
        // Chunks that were merged by key were proven in their own transactions.
        let target = readBack ?? (pair.load.isKeyed ? copied.copied : .zero)
        let state: TableReport.State = failure != nil ? .failed : target == copied.copied ? .proven : .differs
        return TableReport(
            name: pair.name, state: state, source: copied.copied, target: target, keptRows: copied.keptRows,
            keptBots: pair.load == .keepBots ? pair.filter.except : [],
            indexes: pair.indexes.map { IndexReport(name: $0.name, action: $0.action, seconds: built[$0.name]) },
            error: failure.map { "\($0)" })
    }

    /// What a table is worth after the source was written to: rows that were merged by key can't be read again on their own,
    /// and rows that have moved to other pages come twice, which a unique key refuses.
    private func judgedAnew(_ table: TableReport, _ pair: TablePair, _ failure: FerryError?) -> TableReport {
        var table = table
        if pair.load.isKeyed, table.state == .proven {
            table.state = .differs
            table.error =
                "Rows merged by key can't be proven once the source has changed; vecferry verify compares the tables."
        } else if failure?.cause?.sqlState == "23505" {
            table.state = .differs
        }
        return table
    }

    private func readSourceAgain(
        _ plan: Plan, _ snapshots: SnapshotKeeper
    ) throws(FerryError) -> DigestPool.Outcome {
        var tasks: [DigestPool.Task] = []
        var outcome = DigestPool.Outcome()
        for pair in plan.pairs where !pair.load.isKeyed {
            outcome.digests[pair.number] = .zero
            for chunk in pair.chunks {
                let part = pair.parts[chunk.part]
                tasks.append(
                    DigestPool.Task(
                        key: pair.number, query: pair.rowQuery(chunk), bytes: part.bytes / part.chunkCount))
            }
        }
        let source = source
        let pool = DigestPool(
            workers: workers,
            connect: { () throws(FerryError) in
                let snapshot = try snapshots.snapshot()
                do throws(FerryError) {
                    return try snapshot.join(source)
                } catch {
                    throw snapshots.look(at: error, in: snapshot)
                }
            }, progress: { _, _, _ in })
        outcome.merge(try pool.run(tasks))
        return outcome
    }
}
