internal import Postgres
internal import Synchronization

/// Moves all open chunks, in parallel: each worker is one thread that owns one source and one target connection.
struct Copier {
    let plan: Plan
    /// The job's number in the ledger.
    let job: Int
    let source: Endpoint
    let target: Endpoint
    /// Where workers find the source's snapshot, and ask again when they lose it.
    let snapshots: SnapshotKeeper
    /// How many workers at the most.
    let jobs: Int
    let retry: RetryPolicy
    let events: EventSink

    /// What became of the chunks.
    struct Outcome {
        /// The pairs that could not be copied, and why. The others were.
        var failures: [Int: FerryError]
        /// Bytes of COPY data that were committed.
        var streamedBytes: Int
    }

    /// - Throws: What stopped the whole copy.
    func run(_ chunks: [Chunk]) throws(FerryError) -> Outcome {
        let batches = ChunkBatch.batches(chunks, of: plan)
        let queue = WorkQueue(batches)
        let workers = min(jobs, batches.count)
        let tally = Mutex(Tally(chunks, workers: workers))
        let copier = self
        WorkerThread.runAll(workers) { _ in copier.work(queue, tally) }
        if let fatal = queue.fatal { throw fatal }
        return tally.withLock { Outcome(failures: $0.failures, streamedBytes: $0.bytes) }
    }

    /// What is left to do of each pair, and which failed.
    private struct Tally {
        var left: [Int: Int]
        var failures: [Int: FerryError] = [:]
        var bytes = 0
        /// Workers that have not given up.
        var workers: Int

        init(_ chunks: [Chunk], workers: Int) {
            left = Dictionary(chunks.map { ($0.pair, 1) }, uniquingKeysWith: +)
            self.workers = workers
        }

        /// A worker gets no connections.
        ///
        /// - Returns: Whether others are left to do the work.
        mutating func giveUp() -> Bool {
            workers -= 1
            return workers > 0
        }

        /// - Returns: Whether it was the pair's last chunk.
        mutating func finish(_ chunk: Chunk) -> Bool {
            left[chunk.pair, default: 1] -= 1
            return left[chunk.pair] == 0
        }
    }

    // MARK: One worker

    private func work(_ queue: WorkQueue<ChunkBatch>, _ tally: borrowing Mutex<Tally>) {
        var leftBehind: Int?
        do throws(FerryError) {
            try retry.run(interrupt: source.interrupt, events: events) { (tries: inout Tries) throws(FerryError) in
                while try session(queue, tally, &tries, &leftBehind) {}
            }
        } catch {
            // Too many connections: those that get theirs do the work of those that get none.
            guard error.cause?.sqlState == "53300", tally.withLock({ $0.giveUp() }) else { return queue.stop(error) }
            events(
                .warning(
                    Note(
                        level: .warning, code: .fewerJobs, side: error.side, table: nil,
                        message: "The server has no connection left for one of \(jobs) streams: the others go on.",
                        hint: error.hint)))
        }
    }

    /// Works with one pair of connections until the queue is empty or something breaks.
    ///
    /// - Parameter leftBehind: The backend of a target session that was lost: where the server has not noticed, it holds its
    ///   locks.
    /// - Returns: Whether there may be more to do on new connections.
    private func session(
        _ queue: WorkQueue<ChunkBatch>, _ tally: borrowing Mutex<Tally>, _ tries: inout Tries,
        _ leftBehind: inout Int?
    ) throws(FerryError) -> Bool {
        guard var batch = queue.next() else { return false }
        do throws(FerryError) {
            let snapshot = try snapshots.snapshot()
            do throws(FerryError) {
                return try session(snapshot, &batch, queue, tally, &tries, &leftBehind)
            } catch {
                throw snapshots.look(at: error, in: snapshot)
            }
        } catch {
            guard error.concernsOneTable else {
                queue.giveBack(batch)
                throw error
            }
            if batch.chunks.count > 1 {
                // The others of the batch must not suffer for it.
                queue.replace(with: batch.singles)
            } else {
                fail(batch.chunks[0].pair, error, queue, tally)
            }
            return true
        }
    }

    /// - Parameter batch: The first one to move; after an error, the one that was not moved.
    private func session(
        _ snapshot: Snapshot, _ batch: inout ChunkBatch, _ queue: WorkQueue<ChunkBatch>,
        _ tally: borrowing Mutex<Tally>, _ tries: inout Tries, _ leftBehind: inout Int?
    ) throws(FerryError) -> Bool {
        var targetLogin = try startTargetLogin()
        let sourceConnection = try snapshot.join(source, beside: &targetLogin)
        let targetConnection = try target.finish(targetLogin)
        if let pid = leftBehind { try target.endBackend(pid, over: targetConnection) }
        leftBehind = nil
        var isRequested = false
        while true {
            let mover = mover(batch)
            var next: ChunkBatch?
            do throws(FerryError) {
                if !isRequested { try mover.request(from: sourceConnection, to: targetConnection) }
                let outcome = try mover.move(from: sourceConnection, to: targetConnection)
                if case .moved(let moved) = outcome {
                    next = queue.nextAtHand()
                    try mover.commit(moved, then: next.map(self.mover), from: sourceConnection, to: targetConnection)
                }
                take(outcome, batch, queue, tally)
            } catch {
                if let next { queue.giveBack(next) }
                // Also where the source failed: this connection is dropped too, in the middle of its transaction.
                leftBehind = targetConnection.reportedBackendPID
                throw error
            }
            tries.progressed()
            isRequested = next != nil
            guard let following = next ?? queue.next() else { return false }
            batch = following
        }
    }

    private func mover(_ batch: ChunkBatch) -> ChunkMover {
        ChunkMover(plan: plan, batch: batch, job: job, limit: source.stallLimit, events: events)
    }

    private func take(
        _ outcome: ChunkMover.Outcome, _ batch: ChunkBatch, _ queue: WorkQueue<ChunkBatch>,
        _ tally: borrowing Mutex<Tally>
    ) {
        switch outcome {
        case .moved(let moved):
            for one in moved { events(.chunkDone(one.chunk, one.digest)) }
            tally.withLock { $0.bytes += moved.reduce(0) { $0 + $1.bytes } }
        case .wasDone(isAll: true): break
        case .wasDone(isAll: false): return queue.replace(with: batch.singles)
        }
        for chunk in batch.chunks where tally.withLock({ $0.finish(chunk) }) { events(.pairLoaded(pair: chunk.pair)) }
        queue.done()
    }

    private func fail(
        _ pair: Int, _ error: FerryError, _ queue: WorkQueue<ChunkBatch>, _ tally: borrowing Mutex<Tally>
    ) {
        tally.withLock { $0.failures[pair] = $0.failures[pair] ?? error }
        queue.remove { $0.chunks.allSatisfy { $0.pair == pair } }
        queue.done()
    }

    /// A chunk's commit need not wait for the disk: rows and ledger entry are lost or kept together, and the last commit of
    /// the job, which waits, flushes all the log before it (PostgreSQL documentation, "Asynchronous Commit").
    private func startTargetLogin() throws(FerryError) -> Login {
        try target.startLogin("SET synchronous_commit TO off")
    }
}

extension FerryError {
    /// Whether the fault lies in a table's data or definition, so that other tables can go on: data exceptions, violated
    /// constraints, missing objects and rights, limits, damaged pages, what a trigger raises, or a stream that is not one.
    var concernsOneTable: Bool {
        guard table != nil, tries == nil else { return false }
        if code == .malformedStream { return true }
        guard let state = cause?.sqlState, !isRetryable else { return false }
        // These are the server's or the session's, whatever the table (PostgreSQL documentation, appendix A).
        return !["08", "25", "28", "3D", "53", "55", "57", "58", "F0"].contains { state.hasPrefix($0) }
    }
}
