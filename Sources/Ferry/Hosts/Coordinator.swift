internal import Synchronization

/// Offers the chunks of a job to workers on other hosts, and tells this process's streams what they have done.
///
/// The ledger is all that the processes share. This process has a thread that reads it several times a second; it claims chunks as
/// the others do.
final class Coordinator: Sendable {
    private struct State {
        var snapshot: Snapshot
        var givenUp: Set<PairNumber> = []
        /// The claims that are not known to be done.
        var open: Set<Int>
        var workers: [Int: WorkerStatus] = [:]
        /// When the last heartbeat was; nil before the first one.
        var lastBeat: ContinuousClock.Instant?
    }

    /// The claims of this process.
    let claims: Claims
    private let job: Ledger.Job
    private let target: Endpoint
    private let snapshots: SnapshotKeeper
    private let workers: Workers
    private let document: StoredWorker
    private let state: Mutex<State>
    private let isOver = Atomic(false)

    private var epoch: JobEpoch { claims.epoch }

    /// How often the ledger is read.
    private static let interval = Duration.milliseconds(300)

    /// Begins an epoch.
    ///
    /// - Parameters:
    ///   - epoch: Without a number.
    ///   - open: The chunks to offer.
    ///   - session: On the target, outside of any transaction.
    init(
        _ job: Ledger.Job, _ epoch: JobEpoch, offering open: [Chunk], from engine: Engine, in snapshots: SnapshotKeeper,
        on session: borrowing Session
    ) throws(FerryError) {
        self.job = job
        self.snapshots = snapshots
        target = engine.target
        workers = engine.workers
        document = StoredWorker(
            host: JobRun.thisHost, process: JobRun.thisProcess, streams: engine.workers.streams, isCoordinator: true)
        let snapshot = try snapshots.snapshot()
        let batches = ChunkBatch.inOrder(open, of: job.plan)
        let epoch = try Ledger().begin(epoch, offering: batches, in: snapshot, session)
        let worker = try Ledger().join(epoch, document, session)
        claims = Claims(epoch, worker: worker, plan: job.plan)
        state = Mutex(State(snapshot: snapshot, open: Set(batches.indices)))
    }

    /// Works until the chunks are copied or the streams have stopped, then ends the epoch. Runs on a thread of its own.
    ///
    /// An error stops the streams.
    func run(for flow: PairFlow) {
        var session = JobSession(target, workers: workers)
        while !isOver.load(ordering: .relaxed), !flow.isCopied, flow.sign.error == nil, !workers.interrupt.isRequested {
            do throws(FerryError) {
                try session.run { session throws(FerryError) in try look(for: flow, session) }
                try RetryPolicy.sleep(Self.interval, workers.interrupt)
            } catch {
                flow.stop(error)
            }
        }
        end()
    }

    /// Ends ``run(for:)``: the streams have ended.
    func stop() { isOver.store(true, ordering: .relaxed) }

    /// Lets the workers go. That it can't be written is no fault: they find that the coordinator's lock is gone.
    private func end() {
        let endpoint = workers.interrupt.isRequested ? target.forLastWords() : target
        guard let session = try? endpoint.connect() else { return }
        try? Ledger().leave(claims.worker, document, session)
        try? Ledger().end(epoch, session)
    }

    private func look(for flow: PairFlow, _ session: borrowing Session) throws(FerryError) {
        let isDue = try offer(flow, session)
        let (open, hasFree) = try Ledger().openClaims(epoch, session)
        let known = state.withLock { $0.open }
        let done = known.subtracting(open)
        var (chunks, bytes) = ([Chunk](), 0)
        for entry in try Ledger().done(done.sorted(), epoch, among: claims.chunks, session) {
            chunks.append(entry.chunk)
            guard entry.worker != claims.worker else { continue }
            bytes += entry.bytes
            workers.events(.moved(pair: entry.chunk.pair, rows: entry.rows, bytes: entry.bytes))
            workers.events(.chunkDone(entry.chunk, entry.digest))
        }
        state.withLock { $0.open = open }
        flow.saw(chunks, bytes: bytes, hasFree: hasFree)
        if isDue { try lookAtWorkers(flow, session) }
    }

    /// Renews this process's lease, and writes down which snapshot to read in and which pairs to leave.
    ///
    /// - Returns: Whether a heartbeat was due.
    private func offer(_ flow: PairFlow, _ session: borrowing Session) throws(FerryError) -> Bool {
        let (current, givenUp) = (try snapshots.snapshot(), flow.givenUp)
        let (hasChanged, isDue) = state.withLock { state in
            (
                state.snapshot != current || state.givenUp != givenUp,
                state.lastBeat.map { ContinuousClock.now - $0 >= epoch.interval } ?? true
            )
        }
        if hasChanged { try Ledger().change(epoch, to: current, givenUp: givenUp, session) }
        if isDue { _ = try Ledger().beat(for: claims.worker, document, session) }
        state.withLock { state in
            (state.snapshot, state.givenUp) = (current, givenUp)
            if isDue { state.lastBeat = .now }
        }
        return isDue
    }

    private func lookAtWorkers(_ flow: PairFlow, _ session: borrowing Session) throws(FerryError) {
        let known = state.withLock { $0.workers }
        var now: [Int: WorkerStatus] = [:]
        for worker in try Ledger().workers(of: job.number, session) where worker.number != claims.worker {
            now[worker.number] = worker
            for failure in worker.failures where job.plan.pairs.indices.contains(failure.pair.value) {
                guard !flow.givenUp.contains(failure.pair) else { continue }
                flow.give(
                    up: failure.pair,
                    FerryError(
                        .database, failure.message, hint: failure.hint, table: job.plan[failure.pair].name))
            }
            if known[worker.number]?.state != worker.state { workers.events(.worker(worker)) }
        }
        let workers = now
        state.withLock { $0.workers = workers }
    }
}
