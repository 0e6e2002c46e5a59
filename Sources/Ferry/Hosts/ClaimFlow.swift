internal import Synchronization

/// Hands out the chunks that a worker claims to its streams, and counts what they have done.
final class ClaimFlow: WorkSource {
    /// One step of a stream.
    enum Step: CopyStep {
        /// Claims chunks and copies them.
        case claim
        /// Copies chunks that this process has claimed.
        case copy(ChunkBatch)

        var batch: ChunkBatch? { if case .copy(let batch) = self { batch } else { nil } }
    }

    private struct State {
        /// Chunks to be tried again.
        var again: [ChunkBatch] = []
        var mayClaim = true
        var inFlight = 0
        var failures: [PairNumber: FerryError] = [:]
        var done = WorkerDone()
    }

    private let state = Mutex(State())
    private let workers: Workers
    private let hasEnded: @Sendable () -> Bool
    /// Stops the streams together.
    let sign = StopSign()

    /// - Parameter hasEnded: Whether no more chunks are to be claimed.
    init(workers: Workers, hasEnded: @escaping @Sendable () -> Bool) {
        self.workers = workers
        self.hasEnded = hasEnded
    }

    /// The tables that can't be finished.
    var failures: [PairNumber: FerryError] { state.withLock { $0.failures } }
    /// What was done so far.
    var done: WorkerDone { state.withLock { $0.done } }

    /// Records that the ledger may have chunks to claim: it is asked again.
    func mayFind() { state.withLock { $0.mayClaim = true } }

    /// Records that it has none now.
    func foundNothing() { state.withLock { $0.mayClaim = false } }

    /// Counts chunks that were committed.
    func moved(_ chunks: [ChunkMover.Moved]) {
        state.withLock { state in
            for one in chunks {
                state.done.chunks += 1
                state.done.rows += one.digest.rows
                state.done.bytes += one.bytes
            }
        }
    }

    // MARK: WorkSource

    func next() throws(FerryError) -> Step? {
        while sign.error == nil {
            if workers.interrupt.isRequested { throw .interrupted }
            let (step, isIdle) = state.withLock { state in (Self.take(&state, if: !hasEnded()), state.inFlight == 0) }
            if step != nil { return step }
            if isIdle, hasEnded() { return nil }
            Pause.milliseconds(10)
        }
        return nil
    }

    func nextAtHand() -> Step? {
        guard sign.error == nil, !hasEnded() else { return nil }
        return state.withLock { state in Self.take(&state, if: true) }
    }

    private static func take(_ state: inout State, if mayClaim: Bool) -> Step? {
        let batch = state.again.popLast()
        guard batch != nil || (state.mayClaim && mayClaim) else { return nil }
        state.inFlight += 1
        return batch.map { .copy($0) } ?? .claim
    }

    func done(_ step: Step) { state.withLock { $0.inFlight -= 1 } }

    func giveBack(_ step: Step) { takeBack(step.batch.map { [$0] } ?? []) }

    func split(_ step: Step) { takeBack(step.batch?.singles ?? []) }

    private func takeBack(_ batches: [ChunkBatch]) {
        state.withLock { state in
            state.inFlight -= 1
            state.again += batches.reversed()
            state.mayClaim = true
        }
    }

    func fail(_ step: Step, _ error: FerryError) {
        guard let batch = step.batch else {
            done(step)
            return sign.raise(error)
        }
        guard batch.chunks.count == 1 else { return split(step) }
        state.withLock { state in
            state.inFlight -= 1
            let pair = batch.chunks[0].pair
            state.failures[pair] = state.failures[pair] ?? error
            state.again = state.again.compactMap { $0.without(pair) }
        }
    }

    func stop(_ error: FerryError) { sign.raise(error) }
}
