internal import Postgres

/// A COMMIT that is about to be sent. Where its answer is lost, this finds out whether the transaction took effect, so that
/// it is not carried out twice.
struct RepairCommit<Result> {
    /// `txid_current()` of the transaction.
    let transaction: String
    /// Its backend, as `pg_stat_activity` has it.
    let backend: Int
    /// What the transaction did.
    let result: Result

    /// How often the server is asked about a transaction that is still under way, ten times a second.
    private static var patience: Int { 300 }

    /// - Returns: Whether it is committed; otherwise it has come to nothing.
    /// - Throws: Where the server can't tell.
    func isDone(on connection: borrowing Connection, of target: Endpoint) throws(FerryError) -> Bool {
        for _ in 0..<Self.patience {
            let status = try on(.target) { () throws(PostgresError) in
                try connection.query("SELECT txid_status($1::bigint) AS status", [transaction])[0].optional("status")
            }
            switch status {
            case "committed": return true
            case "aborted": return false
            case "in progress":
                // Its client is gone, which a server that hears nothing of that may not know for long.
                try target.endBackend(backend, over: connection)
                try RetryPolicy.sleep(.milliseconds(100), target.interrupt)
            default: throw unknown
            }
        }
        throw unknown
    }

    private var unknown: FerryError {
        FerryError(
            .database, "The answer to a COMMIT was lost, and the server does not tell whether the rows were repaired.",
            hint: "Run the same command again: it compares anew.", side: .target)
    }
}
