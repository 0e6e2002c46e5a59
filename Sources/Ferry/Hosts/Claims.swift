internal import Postgres
internal import SQLStatements

/// The claims of one process.
struct Claims: Sendable {
    /// The epoch.
    let epoch: JobEpoch
    /// The number of the process among the ledger's workers.
    let worker: Int
    /// All chunks of the plan.
    let chunks: [Chunk.ID: Chunk]

    /// - Parameter plan: The plan of the job.
    init(_ epoch: JobEpoch, worker: Int, plan: Plan) {
        self.epoch = epoch
        self.worker = worker
        chunks = Dictionary(plan.chunks.map { ($0.id, $0) }) { first, _ in first }
    }

    /// Claims the next chunks.
    ///
    /// - Parameter target: A session on the target; in a transaction, the claim is made with its commit.
    /// - Returns: nil where others have all that are left.
    func take(over target: borrowing Session) throws(FerryError) -> ChunkBatch? {
        let row = try target.query(
            Statements.claim, ["\(epoch.job)", "\(epoch.number)", "\(worker)"], .prompt
        ).first
        guard let row else { return nil }
        var claimed: [Chunk] = []
        for (pair, number) in zip(try row.list("pairs"), try row.list("chunks")) {
            guard let pair = Int(pair), let number = Int(number),
                let chunk = chunks[Chunk.ID(pair: PairNumber(pair), number: ChunkNumber(number))]
            else { throw Ledger.damaged("a claim names a chunk that the plan of job \(epoch.job) does not have") }
            claimed.append(chunk)
        }
        guard !claimed.isEmpty else { return nil }
        if let former = try row.optionalInt("former"), former != worker {
            try Ledger().endSessions(of: [former], target)
        }
        let claim = Claim(
            job: epoch.job, epoch: epoch.number, number: try row.int("number"), token: try row.int("token"))
        return ChunkBatch(claimed, claim: claim)
    }

    /// Marks a claim as done where its chunks are finished already.
    func close(_ claim: Claim, over target: borrowing Session) throws(FerryError) {
        do throws(FerryError) {
            try target.execute(claim.showSQL(bytes: 0), .prompt)
        } catch {
            guard error.ofClaim.code == .claimLost else { throw error }
        }
    }

    /// Releases the claims of chunks whose commits a crash of the target has undone: their workers still count them as done.
    func offerAgain(_ open: [Chunk], over target: borrowing Session) throws(FerryError) {
        try target.query(
            """
            UPDATE vecferry.claim AS k SET worker = NULL WHERE k.job = $1 AND k.epoch = $2 AND k.done_at IS NULL AND EXISTS (
                SELECT FROM unnest(k.pairs, k.chunks) AS p (pair, chunk)
                JOIN unnest($3::int[], $4::int[]) AS o (pair, chunk) ON o.pair = p.pair AND o.chunk = p.chunk)
            """,
            [
                "\(epoch.job)", "\(epoch.number)", ArrayText.format(open.map { "\($0.pair)" }),
                ArrayText.format(open.map { "\($0.number)" }),
            ])
    }

    /// The name of the target sessions of a worker.
    static func application(of worker: Int) -> String { "vecferry worker \(worker)" }
}
