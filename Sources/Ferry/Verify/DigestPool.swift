internal import Postgres
internal import Synchronization

/// Adds up the digests of many ranges of rows on one side, in parallel, each worker on a connection of its own.
struct DigestPool {
    /// One range to read, and what its digest counts towards.
    struct Task: Sendable {
        var key: Int
        var query: RowQuery
        /// About how many bytes the range holds: small ones are asked for many at once.
        var bytes: Int
    }

    /// Ranges that are asked for in one message.
    private typealias Batch = [Task]

    let endpoint: Endpoint
    let jobs: Int
    let retry: RetryPolicy
    let events: EventSink
    /// Opens a worker's session.
    let connect: @Sendable () throws(FerryError) -> Connection
    /// Takes progress: key, rows, bytes of the stream.
    let progress: @Sendable (Int, Int, Int) -> Void

    /// The digests by key.
    func run(_ tasks: [Task]) throws(FerryError) -> [Int: Digest] {
        let batches = SmallPieces.grouped(tasks, bytes: \.bytes)
        let queue = WorkQueue(batches)
        let digests = Mutex<[Int: Digest]>([:])
        let pool = self
        WorkerThread.runAll(min(jobs, batches.count)) { _ in
            do throws(FerryError) {
                try pool.retry.run(interrupt: pool.endpoint.interrupt, events: pool.events) {
                    (tries: inout Tries) throws(FerryError) in
                    try pool.session(queue, &tries) { key, digest in
                        digests.withLock { $0[key, default: .zero] += digest }
                    }
                }
            } catch {
                queue.stop(error)
            }
        }
        if let fatal = queue.fatal { throw fatal }
        return digests.withLock { $0 }
    }

    private func session(
        _ queue: WorkQueue<Batch>, _ tries: inout Tries, _ add: (Int, Digest) -> Void
    ) throws(FerryError) {
        guard var batch = queue.next() else { return }
        do throws(FerryError) {
            let connection = try connect()
            while true {
                let limit = endpoint.stallLimit
                try RowReader.start(batch.map(\.query), side: endpoint.side, limit: limit, on: connection)
                var digests: [(Int, Digest)] = []
                for task in batch {
                    let reader = RowReader(task.query, side: endpoint.side, limit: limit)
                    do throws(FerryError) {
                        digests.append(
                            (task.key, try reader.digest(from: connection) { progress(task.key, $0, $1) }))
                    } catch {
                        // A statement of the same message that fails is told at the end of the one before it.
                        let isCertain = batch.count == 1 || error.cause?.code != .server
                        throw isCertain ? error.of(task.query.relation) : error
                    }
                }
                for (key, digest) in digests { add(key, digest) }
                queue.done()
                tries.progressed()
                guard let next = queue.next() else { return }
                batch = next
            }
        } catch {
            queue.giveBack(batch)
            throw error
        }
    }
}
