internal import Postgres

/// A COMMIT that is about to be sent. If its answer is lost, this finds out whether the transaction took effect, so that it is
/// not carried out twice.
struct RepairCommit<Result> {
    /// `txid_current()` of the transaction.
    let transaction: String
    /// Its backend; unknown behind a pooler.
    let backend: Backend
    /// The result of the transaction.
    let result: Result

    /// How often to ask the server about a transaction that is still in progress, ten times a second.
    private static var patience: Int { 300 }

    /// Asks the server for the outcome of the transaction.
    ///
    /// - Returns: Whether it is committed; otherwise it was rolled back.
    /// - Throws: An error if the server does not know.
    func isDone(on session: borrowing Session, _ interrupt: Interrupt) throws(FerryError) -> Bool {
        for _ in 0..<Self.patience {
            let row = try session.query("SELECT txid_status($1::bigint) AS status", [transaction]).only()
            switch try row.optional("status") {
            case "committed": return true
            case "aborted": return false
            case "in progress":
                // Its client is gone, which the server may not notice for a long time.
                try session.end(backend)
                try RetryPolicy.sleep(.milliseconds(100), interrupt)
            default: throw unknown
            }
        }
        throw unknown
    }

    private var unknown: FerryError {
        FerryError(
            .database, "The answer to a COMMIT was lost, and the server does not know whether the rows were repaired.",
            hint: "Run the same command again; it compares the tables again.", side: .target)
    }
}
