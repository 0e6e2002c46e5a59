/// The facts that a job collects while it runs, from which its report and its verdict are made.
struct JobRecord: Sendable {
    private var pairs: [PairRecord]
    /// The digest of each chunk's rows that this process has received from the source.
    var received: [Chunk.ID: Digest] = [:]
    /// The bytes of COPY data that this process, and workers while it coordinated them, committed.
    var streamedBytes = 0
    /// Whether the source was written to since the job began to read it.
    var sourceChanged = false
    /// Warnings that arose at its end.
    var notes: [Note] = []

    /// Makes empty records for a number of pairs.
    init(pairs count: Int) { pairs = Array(repeating: PairRecord(), count: count) }

    /// The record of one pair.
    subscript(pair: PairNumber) -> PairRecord {
        get { pairs[pair.value] }
        set { pairs[pair.value] = newValue }
    }

    /// Records why a pair can't be finished. The first error stays.
    mutating func fail(_ pair: PairNumber, _ error: FerryError) { self[pair].failure = self[pair].failure ?? error }

    /// Records the errors of several pairs, by number.
    mutating func fail(_ failures: [PairNumber: FerryError]) {
        for (pair, error) in failures { fail(pair, error) }
    }
}

extension JobRecord {
    /// Checks the ledger against the rows that this process has received: the ledger is the target's word, and does not prove
    /// a copy by itself.
    ///
    /// - Parameter entries: The entries of the job's chunks at its end.
    /// - Throws: ``FerryError/Code/ledger`` where they differ.
    func requireReceived(_ entries: [ChunkEntry], of plan: Plan) throws(FerryError) {
        for entry in entries {
            guard let finished = entry.finished, let received = received[entry.chunk.id] else { continue }
            let isSame =
                plan[entry.chunk.pair].load.isKeyed
                ? finished.receivedRows == received.rows : finished == PairDigest(copied: received)
            guard !isSame else { continue }
            throw Ledger.damaged(
                "the entry of chunk \(entry.chunk.number) of \(plan[entry.chunk.pair].name) differs from the rows that were "
                    + "copied")
        }
    }
}

/// The facts that a job collects of one pair.
struct PairRecord: Sendable {
    /// Digest of the rows received from the source, from the ledger's finished chunks, and the number of rows left out by key.
    var copied = PairDigest()
    /// Digest of the source's present rows; nil unless the source has changed and was read again.
    var sourceNow: Digest?
    /// Digest of the rows read back from the target; nil where they were not read.
    var readBack: Digest?
    /// When the reading back began; nil for rows that are proven otherwise.
    var readSince: ReadMoment?
    /// How both sides differ; nil unless the digests do.
    var comparison: TableComparison?
    /// Whether all chunks are on the target's disk, and the table is analyzed.
    var isLoaded = false
    /// The build time in seconds of each index that this process built.
    var built: [QualifiedName: Double] = [:]
    /// When this process began with the pair, and when it last finished a part of it; nil where it did nothing.
    var work: (began: ContinuousClock.Instant, ended: ContinuousClock.Instant)?
    /// The error that kept the pair from being finished.
    var failure: FerryError?

    /// Counts the present moment to the work on the pair.
    mutating func isAtWork() { work = (work?.began ?? .now, .now) }
}
