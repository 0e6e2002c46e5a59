internal import Postgres
internal import SQLStatements

/// The right of one process to move chunks, as the ledger holds it.
///
/// A worker that was silent for longer than its lease may lose its claims to others. Its token is then older than the ledger's, and
/// the ledger's own constraint lets its commit fail, whatever it believes.
struct Claim: Sendable, Equatable {
    /// The job.
    var job: JobNumber
    /// The epoch.
    var epoch: Int
    /// The number of the chunks among those that are offered.
    var number: Int
    /// The fencing token.
    var token: Int

    private var condition: String { "k.job = \(job) AND k.epoch = \(epoch) AND k.number = \(number)" }

    /// An expression for the token of the newest claim.
    var tokenSQL: String { "(SELECT k.token FROM vecferry.claim AS k WHERE \(condition))" }

    /// Shows the token, in the transaction that commits chunks and after their entries, and marks the claim as done once all its
    /// chunks are finished. The lock on the epoch keeps another process from beginning the next one until the transaction has ended; of an
    /// epoch that has ended, no token is good.
    ///
    /// - Parameter bytes: The bytes of COPY data that the transaction brings.
    func showSQL(bytes: Int) -> String {
        """
        UPDATE vecferry.claim AS k SET fence = CASE WHEN e.ended_at IS NULL THEN \(token) ELSE -1 END, \
        bytes = k.bytes + \(bytes), done_at = CASE WHEN EXISTS (\
        SELECT FROM unnest(k.pairs, k.chunks) AS p (pair, chunk) JOIN vecferry.chunk AS c \
        ON c.job = k.job AND c.pair = p.pair AND c.number = p.chunk \
        WHERE c.finished_at IS NULL AND c.pair <> ALL (e.given_up)) THEN NULL ELSE clock_timestamp() END \
        FROM (SELECT ended_at, given_up FROM vecferry.epoch WHERE job = \(job) AND number = \(epoch) FOR SHARE) AS e \
        WHERE \(condition)
        """
    }
}

extension FerryError {
    /// The same error, or that a claim was taken over where the ledger refused its token.
    var ofClaim: FerryError {
        guard cause?.constraint == "claim_is_held", cause?.sqlState == "23514" else { return self }
        var error = FerryError(
            PostgresError(
                .connectionLost,
                "Another worker took chunks over while this one was silent; nothing of them was written twice."),
            .target)
        error.code = .claimLost
        return error
    }
}

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
            try endSessions(of: former, over: target)
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

    /// Takes chunks back from whoever has claimed them: a crash of the target has undone their commits, of which that process does not
    /// know.
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

    /// Terminates the sessions of a worker whose lease is over: those of a host that was cut off hold the locks of their chunks. Where
    /// the role may not, the server notices by itself that their client is gone.
    private func endSessions(of former: Int, over target: borrowing Session) throws(FerryError) {
        try target.query(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE application_name = $1 AND datname = current_database() AND usename = session_user AND pid <> pg_backend_pid()
            """, [Self.application(of: former)], .prompt)
    }

    /// The name of the target sessions of a worker.
    static func application(of worker: Int) -> String { "vecferry worker \(worker)" }
}
