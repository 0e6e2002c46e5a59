/// The ledger entries of the chunks of one transaction, as the statements that the transaction itself runs. The values are
/// numbers and hexadecimal digits, so that nothing needs to be quoted.
struct LedgerChunks {
    /// The job's number.
    let job: JobNumber
    /// The chunks of one transaction.
    let chunks: [Chunk]
    /// The right to move them, where several processes share the job.
    var claim: Claim?

    /// The result of one chunk.
    struct Result {
        /// The chunk.
        var chunk: Chunk
        /// Digest of the rows that the transaction copied.
        var copied: Digest
        /// The number of rows left out because the target had their key.
        var keptRows: Int
    }

    /// The transactions that copied the rows of a pair: each of these rows has one of them as its xmin.
    static func transactionsSQL(job: JobNumber, pair: PairNumber) -> String {
        "SELECT xid FROM vecferry.chunk WHERE job = \(job) AND pair = \(pair) AND xid IS NOT NULL"
    }

    /// Locks the entries, and counts them and those that are open. The lock on the job's row makes a `--restart` wait until the
    /// transaction has ended; a job that was ended has no entries.
    var lockSQL: String {
        let list = chunks.map { "(\($0.pair), \($0.number))" }.joined(separator: ", ")
        return """
            SELECT count(*) AS entries, count(*) FILTER (WHERE finished_at IS NULL) AS open_entries, \
            \(claim?.tokenSQL ?? "NULL") AS token \
            FROM (SELECT c.finished_at FROM vecferry.chunk AS c JOIN vecferry.job AS j ON j.id = c.job \
            WHERE c.job = \(job) AND j.state = 'loading' AND (c.pair, c.number) IN (\(list)) \
            ORDER BY c.pair, c.number FOR UPDATE OF c FOR SHARE OF j) AS locked
            """
    }

    /// How many entries are open, from the answer to ``lockSQL`` among the rows of a multi-statement message.
    ///
    /// - Returns: nil where another process has taken them over.
    func openCount(_ results: [Answer]) throws(FerryError) -> Int? {
        let row = results.first { $0.columns == ["entries", "open_entries", "token"] }?.first
        guard let row, try row.int("entries") == chunks.count else {
            throw FerryError(
                .ledger,
                "Another session ended job \(job), or deleted its chunks from the ledger, while it was running.",
                hint: "Check whether another vecferry is running against this target, then run the same command again.",
                side: .target)
        }
        if let claim, try row.optionalInt("token") != claim.token { return nil }
        return try row.int("open_entries")
    }

    /// Records the results, in the transaction that copies the rows: the statements before its COMMIT.
    ///
    /// - Parameter bytes: The bytes of COPY data.
    func finishSQL(_ results: [Result], bytes: Int) -> [String] {
        [finishSQL(results)] + (claim.map { [$0.showSQL(bytes: bytes)] } ?? [])
    }

    private func finishSQL(_ results: [Result]) -> String {
        let list = results.map { result in
            """
            (\(result.chunk.pair), \(result.chunk.number), \(result.copied.rows), '\(result.copied.hex)', \
            \(result.keptRows))
            """
        }
        return """
            UPDATE vecferry.chunk AS c SET finished_at = now(), rows = v.rows, sum = v.sum, kept_rows = v.kept_rows, \
            xid = (txid_current() % 4294967296)::text::xid \
            FROM (VALUES \(list.joined(separator: ", "))) AS v (pair, number, rows, sum, kept_rows) \
            WHERE c.job = \(job) AND c.pair = v.pair AND c.number = v.number
            """
    }
}
