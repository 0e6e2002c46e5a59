internal import Synchronization

/// Reads many ranges of rows on both sides at once, each worker on a connection of its own, and lends every row.
struct Scan: Sendable {
    /// The snapshots to read in.
    let sides: BothSides

    /// Takes the rows of one range. Its results count only from ``finish()`` on: a range whose connection breaks is read
    /// again from its start by a new one.
    protocol RangeSink: ~Copyable {
        /// Lends the bytes of a row, as ``Digest`` hashes them. They are gone after the call.
        mutating func take(_ row: UnsafeRawBufferPointer)
        /// The range was read to its end.
        consuming func finish() throws(FerryError)
    }

    /// - Parameter sink: Makes what takes a range's rows.
    /// - Returns: The bytes of COPY data that were read, by side.
    @discardableResult
    func run<Sink: RangeSink & ~Copyable>(
        _ tasks: [Side: [ScanTask]], sink: @escaping @Sendable (Side, ScanTask) -> Sink
    ) throws(FerryError) -> [Side: Int] {
        let queues = tasks.mapValues { WorkQueue(SmallPieces.grouped($0, bytes: \.bytes)) }
        let bytes = Mutex<[Side: Int]>([:])
        let streams = tasks.flatMap { side, tasks in
            (0..<min(sides.workers.streams, tasks.count)).map { _ in side }
        }
        WorkerThread.runAll(streams.count) { number in
            let side = streams[number]
            guard let queue = queues[side] else { return }
            do throws(FerryError) {
                try sides.workers.retrying { (tries: inout Tries) throws(FerryError) in
                    try session(side, queue, &tries, sink) { count in bytes.withLock { $0[side, default: 0] += count } }
                }
            } catch {
                for queue in queues.values { queue.stop(error) }
            }
        }
        for queue in queues.values { if let fatal = queue.fatal { throw fatal } }
        return bytes.withLock { $0 }
    }

    private func session<Sink: RangeSink & ~Copyable>(
        _ side: Side, _ queue: WorkQueue<[ScanTask]>, _ tries: inout Tries, _ sink: (Side, ScanTask) -> Sink,
        _ count: (Int) -> Void
    ) throws(FerryError) {
        guard var batch = queue.next() else { return }
        var left = batch[...]
        do throws(FerryError) {
            let connection = try sides[side].connect()
            while true {
                left = batch[...]
                try RowReader.start(batch.map(\.query), on: connection)
                for task in batch {
                    do throws(FerryError) {
                        try read(task, side, sink(side, task), connection, count)
                    } catch {
                        // A statement of the same message that fails is told at the end of the one before it; the server's
                        // words then name the table.
                        let isCertain = batch.count == 1 || error.cause?.code != .server
                        throw isCertain ? error.of(task.query.relation) : error
                    }
                    left.removeFirst()
                    tries.progressed()
                }
                queue.done()
                guard let next = queue.next() else { return }
                batch = next
            }
        } catch {
            // What was finished of the batch has been counted.
            queue.giveBack(Array(left))
            throw error
        }
    }

    private func read<Sink: RangeSink & ~Copyable>(
        _ task: ScanTask, _ side: Side, _ sink: consuming Sink, _ connection: borrowing Session,
        _ count: (Int) -> Void
    ) throws(FerryError) {
        var reader = RowReader(task.query)
        var (rows, bytes, all) = (0, 0, 0)
        func tell() {
            sides.workers.events(.compared(side, rows: rows, bytes: bytes))
            all += bytes
            (rows, bytes) = (0, 0)
        }
        while true {
            let size = try reader.next(
                from: connection,
                row: { row in
                    row.withUnsafeBytes { sink.take($0) }
                    rows += 1
                }, message: { $0.byteCount })
            guard let size else { break }
            bytes += size
            if bytes >= RowReader.progressBytes { tell() }
        }
        tell()
        try sink.finish()
        count(all)
    }
}
