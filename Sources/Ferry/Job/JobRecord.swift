/// What a job knows of its pairs while it runs, and what its report and its verdict are made of.
struct JobRecord: Sendable {
    private var pairs: [PairRecord]
    /// Bytes of COPY data that this process committed.
    var streamedBytes = 0
    /// Whether the source was written to since the job began to read it.
    var sourceChanged = false

    /// Knows nothing yet of so many pairs.
    init(pairs count: Int) { pairs = Array(repeating: PairRecord(), count: count) }

    /// What is known of one pair.
    subscript(pair: PairNumber) -> PairRecord {
        get { pairs[pair.value] }
        set { pairs[pair.value] = newValue }
    }

    /// Remembers why a pair can't be finished. The first reason stays.
    mutating func fail(_ pair: PairNumber, _ error: FerryError) { self[pair].failure = self[pair].failure ?? error }

    /// Remembers faults of several pairs, by number.
    mutating func fail(_ failures: [PairNumber: FerryError]) {
        for (pair, error) in failures { fail(pair, error) }
    }
}

/// What a job knows of one pair.
struct PairRecord: Sendable {
    /// Digest of the rows that the source sent, as the ledger's finished chunks have it, and how many the target's keys kept
    /// out.
    var copied = PairDigest()
    /// Digest of the source's rows as they are now; nil unless the source has changed and was read again.
    var sourceNow: Digest?
    /// Digest of the rows read back from the target; nil where they were not read.
    var readBack: Digest?
    /// Whether all chunks are on the target's disk, and the table is analyzed.
    var isLoaded = false
    /// Seconds of each index that this process built.
    var built: [QualifiedName: Double] = [:]
    /// Why the pair could not be finished.
    var failure: FerryError?
}
