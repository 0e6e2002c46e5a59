internal import Synchronization

/// A range of a table's rows to compute the digest of.
struct RangeRead: TablePiece {
    /// The table's number: the digests of its ranges add up.
    var table: PairNumber
    /// The query of the range.
    var query: RowQuery
    /// The approximate bytes of the range: small ranges are queried many at a time.
    var bytes: Int

    /// Groups neighbours into batches that are worth a message.
    static func batches(_ ranges: [RangeRead]) -> [[RangeRead]] { SmallPieces.grouped(ranges, bytes: \.bytes) }
}

extension [RangeRead] {
    /// Reads all ranges of one batch, which one message queries.
    ///
    /// - Parameter progress: Takes the table's number, and the rows and bytes of COPY data as they pass.
    /// - Returns: The digest of each range.
    /// - Throws: An error that names the table if it is known: in a batch of several tables it may not be.
    func digests(
        over session: borrowing Session, progress: (_ table: PairNumber, _ rows: Int, _ bytes: Int) -> Void
    ) throws(FerryError) -> [Digest] {
        do throws(FerryError) {
            try RowReader.start(map(\.query), on: session)
            var digests: [Digest] = []
            for range in self {
                digests.append(
                    try RowReader(range.query).digest(from: session) { progress(range.table, $0, $1) })
            }
            return digests
        } catch {
            let named = error.of(self[0].query.relation)
            throw count == 1 || named.concernsOneTable ? named : error
        }
    }
}

/// Computes the digests of ranges of rows on one side, each worker over a session of its own.
struct RangeReader: Sendable {
    let workers: Workers
    /// Opens a worker's session.
    let open: @Sendable () throws(FerryError) -> Session

    /// The result by the table's number: the digest of all its ranges, or an error.
    struct Outcome: Sendable {
        var digests: [PairNumber: Digest] = [:]
        var failures: [PairNumber: FerryError] = [:]
    }

    /// - Throws: The error that stopped all reads. A table that can't be read is among the failures.
    func run(_ ranges: [RangeRead]) throws(FerryError) -> Outcome {
        let queue = WorkQueue(RangeRead.batches(ranges), faults: .keepToTheirTable)
        let sums = Mutex<[PairNumber: Digest]>([:])
        WorkPool(source: queue, workers: workers).run(min(workers.streams, queue.count)) {
            Hand(open: open) { batch, digests in
                sums.withLock { sums in
                    for (range, digest) in zip(batch, digests) { sums[range.table, default: .zero] += digest }
                }
            }
        }
        if let error = queue.stopped { throw error }
        var outcome = Outcome(digests: sums.withLock { $0 }, failures: queue.failures)
        // Some ranges of a failed table may have been read.
        for table in outcome.failures.keys { outcome.digests[table] = nil }
        return outcome
    }

    private struct Hand: Worker, ~Copyable {
        let open: @Sendable () throws(FerryError) -> Session
        let take: @Sendable ([RangeRead], [Digest]) -> Void
        var session: Session?

        init(
            open: @escaping @Sendable () throws(FerryError) -> Session,
            take: @escaping @Sendable ([RangeRead], [Digest]) -> Void
        ) {
            self.open = open
            self.take = take
        }

        mutating func work(_ turn: inout Turn<[RangeRead]>) throws(FerryError) {
            if session == nil { session = try open() }
            guard let session = session.take() else { return }
            take(turn.item, try turn.item.digests(over: session) { _, _, _ in })
            self.session = consume session
        }

        mutating func reset() { session = nil }
    }
}
