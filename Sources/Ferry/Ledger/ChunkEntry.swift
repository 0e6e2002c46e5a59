/// The entry of one chunk in the ledger.
struct ChunkEntry: Sendable {
    /// The chunk.
    var chunk: Chunk
    /// The digest of its rows; nil until they are committed.
    var finished: PairDigest?

    /// Decodes a row.
    ///
    /// - Returns: nil where a finished chunk has no digest.
    init?(_ row: Record) throws(FerryError) {
        chunk = Chunk(
            pair: try row.number("pair"), number: try row.number("number"), part: try row.int("part"),
            pages: PageRange(start: try row.int("first_page"), end: try row.optionalInt("end_page")))
        guard try row.bool("is_finished") else { return }
        guard let hex = try row.optional("sum"), let copied = Digest(rows: try row.int("rows"), hex: hex) else {
            return nil
        }
        finished = PairDigest(copied: copied, keptRows: try row.int("kept_rows"))
    }
}

extension [ChunkEntry] {
    /// The chunks that are not finished.
    var open: [Chunk] { filter { $0.finished == nil }.map(\.chunk) }

    /// The digests of each pair's finished chunks.
    var digests: [PairNumber: PairDigest] {
        reduce(into: [:]) { digests, entry in
            if let finished = entry.finished { digests[entry.chunk.pair, default: PairDigest()] += finished }
        }
    }
}

/// The digests of one pair's finished chunks.
struct PairDigest: Equatable, Sendable {
    /// Digest of the rows that the job has copied to the target.
    var copied = Digest.zero
    /// The number of rows left out because the target had their key.
    var keptRows = 0

    /// The number of rows received from the source.
    var receivedRows: Int { copied.rows + keptRows }

    /// Adds the digests of other chunks.
    static func += (left: inout PairDigest, right: PairDigest) {
        left.copied += right.copied
        left.keptRows += right.keptRows
    }
}
