internal import Postgres

/// The right of one process to move chunks, as the ledger holds it.
///
/// A worker that was silent for longer than its lease may lose its claims to others. Its token is then older than the ledger's, and
/// a constraint of the ledger rejects its commit.
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
