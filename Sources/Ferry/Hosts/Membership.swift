internal import Postgres
internal import Synchronization

/// One process's part in a job that another one coordinates: it gives a sign of life, and knows the epoch from the answers.
final class Membership: SnapshotSource {
    private struct State {
        var snapshot: Snapshot
        /// The newest snapshot that could not be joined, by its generation.
        var doubted = 0
        var hasEnded = false
        var isCopied = false
        /// When the coordinator was last there.
        var coordinated = ContinuousClock.now
        var isClosed = false
    }

    /// The claims of this process.
    let claims: Claims
    private let target: Endpoint
    private let workers: Workers
    private let document: StoredWorker
    private let state: Mutex<State>

    private var epoch: JobEpoch { claims.epoch }

    /// Joins an epoch.
    ///
    /// - Parameters:
    ///   - streams: The number of streams that will copy.
    ///   - session: On the coordinator's target.
    init(
        _ job: Ledger.Job, _ epoch: JobEpoch, streams: Int, in snapshot: Snapshot, from engine: Engine,
        on session: borrowing Session
    ) throws(FerryError) {
        target = engine.target
        workers = engine.workers
        state = Mutex(State(snapshot: snapshot))
        document = StoredWorker(
            host: JobRun.thisHost, process: JobRun.thisProcess, streams: streams, isCoordinator: false)
        claims = Claims(epoch, worker: try Ledger().join(epoch, document, session), plan: job.plan)
    }

    private func document(with failures: [PairNumber: FerryError]) -> StoredWorker {
        var document = document
        document.failures = failures.sorted { $0.key < $1.key }.map { StoredWorker.Failure($0, $1) }
        return document
    }

    /// Whether no more chunks are to be claimed: the epoch has ended, or its coordinator has been gone for longer than a lease.
    var hasEnded: Bool { state.withLock { $0.hasEnded } || isAbandoned }

    private var isAbandoned: Bool { state.withLock { ContinuousClock.now - $0.coordinated > epoch.lease } }

    /// Whether there is nothing left to copy, so that no later epoch has work either.
    var isCopied: Bool { state.withLock { $0.hasEnded && $0.isCopied } }

    // MARK: Signs of life

    /// Gives signs of life until ``close()``, then leaves. Runs on a thread of its own.
    func run(for flow: ClaimFlow) {
        var session = JobSession(target, workers: workers)
        while !state.withLock({ $0.isClosed }), !workers.interrupt.isRequested {
            do throws(FerryError) {
                let failures = flow.failures
                let (beat, isCoordinated) = try session.run { session throws(FerryError) in
                    (
                        try Ledger().beat(for: claims.worker, document(with: failures), session),
                        try epoch.target.isHeld(in: session)
                    )
                }
                take(beat, isCoordinated: isCoordinated)
                workers.events(.elsewhere(doneChunks: max(0, beat.doneChunks - flow.done.chunks)))
                flow.mayFind()
                try wait()
            } catch {
                flow.stop(error)
                break
            }
        }
        leave(flow)
    }

    private func wait() throws(FerryError) {
        let end = ContinuousClock.now + epoch.interval
        while ContinuousClock.now < end, !state.withLock({ $0.isClosed }) {
            try RetryPolicy.sleep(.milliseconds(20), workers.interrupt)
        }
    }

    private func take(_ beat: Ledger.Heartbeat, isCoordinated: Bool) {
        state.withLock { state in
            if state.snapshot.name != beat.snapshot.name {
                let generation = state.snapshot.generation + 1
                state.snapshot = beat.snapshot
                state.snapshot.generation = generation
            }
            state.hasEnded = beat.hasEnded
            state.isCopied = beat.isCopied
            if isCoordinated { state.coordinated = .now }
        }
    }

    /// Gives all claims back. Where that can't be written, others wait for the end of the lease.
    private func leave(_ flow: ClaimFlow) {
        let endpoint = workers.interrupt.isRequested ? target.forLastWords() : target
        if let session = try? endpoint.connect() {
            try? Ledger().leave(claims.worker, document(with: flow.failures), session)
        }
    }

    /// Ends ``run(for:)``: the streams have ended.
    func close() { state.withLock { $0.isClosed = true } }

    // MARK: SnapshotSource

    func snapshot() throws(FerryError) -> Snapshot {
        while !hasEnded {
            let snapshot = state.withLock { $0.snapshot.generation > $0.doubted ? $0.snapshot : nil }
            if let snapshot { return snapshot }
            if workers.interrupt.isRequested { throw .interrupted }
            Pause.milliseconds(20)
        }
        throw .epochEnded
    }

    func judged(_ error: FerryError, in snapshot: Snapshot) -> FerryError {
        guard error.code == .snapshotLost else { return error }
        state.withLock { $0.doubted = max($0.doubted, snapshot.generation) }
        return error
    }
}

extension FerryError {
    /// The coordinator is gone; its chunks are to be left to the next one.
    static let epochEnded = FerryError(.snapshotLost, "The coordinator is gone.")
}
