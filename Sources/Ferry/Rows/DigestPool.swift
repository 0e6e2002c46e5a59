internal import Synchronization

/// Adds up the digests of many ranges of rows on one side, in parallel, each worker on a connection of its own.
struct DigestPool {
    /// One range to read, and what its digest counts towards.
    struct Task: Sendable {
        /// The table's number: tasks of one key add up.
        var key: Int
        /// What asks for the range.
        var query: RowQuery
        /// About how many bytes the range holds: small ones are asked for many at once.
        var bytes: Int
    }

    /// What became of the tasks, by key: each has a digest, of all its ranges, or an error.
    struct Outcome: Sendable {
        /// Of tables whose every range was read.
        var digests: [Int: Digest] = [:]
        /// Faults that lie in one table, and keep no other from being read.
        var failures: [Int: FerryError] = [:]

        /// Takes over what another tells of some keys.
        mutating func merge(_ other: Outcome) {
            digests.merge(other.digests) { $1 }
            for (key, failure) in other.failures {
                failures[key] = failure
                digests[key] = nil
            }
        }
    }

    /// Ranges that are asked for in one message.
    private typealias Batch = [Task]

    let workers: Workers
    /// Opens a worker's session.
    let connect: @Sendable () throws(FerryError) -> Session
    /// Takes progress: key, rows, bytes of the stream.
    let progress: @Sendable (Int, Int, Int) -> Void

    /// - Throws: What stopped all of it.
    func run(_ tasks: [Task]) throws(FerryError) -> Outcome {
        let batches = SmallPieces.grouped(tasks, bytes: \.bytes)
        let queue = WorkQueue(batches)
        let outcome = Mutex(Outcome())
        let pool = self
        WorkerThread.runAll(min(workers.streams, batches.count)) { _ in
            do throws(FerryError) {
                try pool.workers.retrying { (tries: inout Tries) throws(FerryError) in
                    while try pool.session(queue, &tries, outcome) {}
                }
            } catch {
                queue.stop(error)
            }
        }
        if let fatal = queue.fatal { throw fatal }
        var read = outcome.withLock { $0 }
        // Of a table that failed some ranges may have been read.
        for key in read.failures.keys { read.digests[key] = nil }
        return read
    }

    /// Reads over one connection until the queue is empty or something breaks.
    ///
    /// - Returns: Whether there may be more to do on a new connection.
    private func session(
        _ queue: WorkQueue<Batch>, _ tries: inout Tries, _ outcome: borrowing Mutex<Outcome>
    ) throws(FerryError) -> Bool {
        guard var batch = queue.next() else { return false }
        do throws(FerryError) {
            let connection = try connect()
            while true {
                let digests = try digests(of: batch, over: connection)
                outcome.withLock { outcome in
                    for (key, digest) in digests { outcome.digests[key, default: .zero] += digest }
                }
                queue.done()
                tries.progressed()
                guard let next = queue.next() else { return false }
                batch = next
            }
        } catch {
            guard error.concernsOneTable else {
                queue.giveBack(batch)
                throw error
            }
            if batch.count > 1 {
                // The others of the batch must not suffer for it.
                queue.replace(with: batch.map { [$0] })
            } else {
                let key = batch[0].key
                outcome.withLock { $0.failures[key] = $0.failures[key] ?? error }
                queue.remove { batch in batch.allSatisfy { $0.key == key } }
                queue.done()
            }
            tries.progressed()
            return true
        }
    }

    /// - Throws: Told of the table where it lies in one: of a batch of several it is not known in which.
    private func digests(
        of batch: Batch, over connection: borrowing Session
    ) throws(FerryError) -> [(Int, Digest)] {
        do throws(FerryError) {
            try RowReader.start(batch.map(\.query), on: connection)
            var digests: [(Int, Digest)] = []
            for task in batch {
                let reader = RowReader(task.query)
                digests.append((task.key, try reader.digest(from: connection) { progress(task.key, $0, $1) }))
            }
            return digests
        } catch {
            let named = error.of(batch[0].query.relation)
            throw batch.count == 1 || named.concernsOneTable ? named : error
        }
    }
}
