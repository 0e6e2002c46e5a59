internal import Synchronization

/// Reads many ranges of rows on both sides at the same time, each worker over a session of its own, and lends every row.
struct Scan: Sendable {
    /// The snapshots to read in.
    let sides: BothSides

    /// Takes the rows of one range. Its results count only after ``finish()``: if the session is lost, a new sink reads the
    /// range again from its start.
    protocol RangeSink: ~Copyable, SendableMetatype {
        /// Takes the bytes of a row, as ``Digest`` hashes them. They are invalid after the call.
        mutating func take(_ row: UnsafeRawBufferPointer)
        /// Completes the range, which was read to its end.
        consuming func finish() throws(FerryError)
    }

    /// Reads the ranges.
    ///
    /// - Parameter sink: Makes the sink of a range's rows.
    /// - Returns: The bytes of COPY data that were read, by side.
    /// - Throws: The error that kept a range from being read: a partial comparison has no value.
    @discardableResult
    func run<Sink: RangeSink & ~Copyable>(
        _ tasks: [Side: [ScanTask]], sink: @escaping @Sendable (Side, ScanTask) -> Sink
    ) throws(FerryError) -> [Side: Int] {
        let sign = StopSign()
        let bytes = Mutex<[Side: Int]>([:])
        sides.workers.events(.scanning(bytes: tasks.values.joined().reduce(0) { $0 + $1.bytes }))
        WorkerThread.runAll(Side.allCases.count) { number in
            let reader = sides[Side.allCases[number]]
            let batches = SmallPieces.grouped(tasks[reader.side] ?? [], bytes: \.bytes)
            let queue = WorkQueue(batches, faults: .stopAll, sign: sign)
            WorkPool(source: queue, workers: sides.workers).run(min(sides.workers.streams, queue.count)) {
                ScanHand(reader: reader, events: sides.workers.events, sink: sink) { count in
                    bytes.withLock { $0[reader.side, default: 0] += count }
                }
            }
        }
        if let error = sign.error { throw error }
        return bytes.withLock { $0 }
    }
}

/// One worker of a ``Scan``.
private struct ScanHand<Sink: Scan.RangeSink & ~Copyable>: Worker, ~Copyable {
    private let reader: SideReader
    private let events: EventSink
    private let sink: @Sendable (Side, ScanTask) -> Sink
    private let count: @Sendable (Int) -> Void
    private var session: Session?

    init(
        reader: SideReader, events: @escaping EventSink, sink: @escaping @Sendable (Side, ScanTask) -> Sink,
        count: @escaping @Sendable (Int) -> Void
    ) {
        self.reader = reader
        self.events = events
        self.sink = sink
        self.count = count
    }

    mutating func work(_ turn: inout Turn<[ScanTask]>) throws(FerryError) {
        if session == nil { session = try reader.connect() }
        guard let session = session.take() else { return }
        let tasks = turn.item
        do throws(FerryError) {
            try RowReader.start(tasks.map(\.query), on: session)
            for task in tasks {
                try read(task, sink(reader.side, task), session)
                // The sums of finished tasks are counted, so a retry must not repeat them.
                turn.item.removeFirst()
                turn.progressed()
            }
        } catch {
            // In a batch of several, the table with the fault is unknown; the pool then tries each on its own.
            throw error.of(tasks[0].query.relation)
        }
        self.session = consume session
    }

    mutating func reset() { session = nil }

    private func read(
        _ task: ScanTask, _ sink: consuming Sink, _ session: borrowing Session
    ) throws(FerryError) {
        var reader = RowReader(task.query)
        var (rows, bytes, all) = (0, 0, 0)
        func report(scanned: Int = 0) {
            events(
                .compared(
                    session.side, relation: task.query.relation, rows: rows, bytes: bytes, scanned: scanned))
            all += bytes
            (rows, bytes) = (0, 0)
        }
        while true {
            let size = try reader.next(
                from: session,
                row: { row in
                    row.withUnsafeBytes { sink.take($0) }
                    rows += 1
                }, message: { $0.byteCount })
            guard let size else { break }
            bytes += size
            if bytes >= RowReader.progressBytes { report() }
        }
        report(scanned: task.bytes)
        try sink.finish()
        count(all)
    }
}
