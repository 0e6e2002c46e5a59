internal import Postgres
internal import SQLStatements

/// Who keeps a statement waiting for a table of the target.
///
/// What vecferry does to a table that others use waits for a while, gives up and comes again: whoever queued behind it gets
/// through meanwhile, and a transaction that somebody forgot to end is named instead of waited for for ever.
struct LockHolder {
    private let pid: Int
    private let user: String
    private let relation: String
    private let since: String?
    /// Whether it is a session of vecferry's own, such as one that reads rows back.
    let isOurs: Bool

    /// Opens a transaction whose statements wait for a lock no longer than that.
    ///
    /// - Parameter mode: What BEGIN takes.
    static func begin(_ wait: Duration, _ mode: String = "") -> String {
        "BEGIN \(mode); SET LOCAL lock_timeout TO '\(Int(wait / .milliseconds(1)))ms'"
    }

    /// Ends the transaction in which a statement failed and, where that waited for a lock, looks for the holder.
    ///
    /// - Parameter text: Names the tables, each qualified and quoted: statements do.
    init?(behind error: FerryError, text: String, on connection: borrowing Connection) {
        guard error.cause?.sqlState == "55P03" else { return nil }
        do throws(PostgresError) {
            try connection.execute("ROLLBACK")
            guard let row = try connection.query(Statements.tableLockHolder, [text]).first else { return nil }
            pid = try row.int("pid")
            user = try row.string("user")
            relation = try row.string("relation")
            since = try row.optional("since")
            isOurs = try row.bool("is_ours")
        } catch {
            // The error that there is says enough.
            return nil
        }
    }

    fileprivate var hint: String {
        "Process \(pid) of \(user) holds a lock on \(relation)\(since.map { ", in a transaction since \($0)" } ?? ""): let it "
            + "end, or end it with SELECT pg_terminate_backend(\(pid)); then run the same command again."
    }
}

extension FerryError {
    /// The same error, with what to do about the session that is in the way.
    func naming(_ holder: LockHolder?) -> FerryError {
        guard let holder else { return self }
        var error = self
        error.hint = holder.hint
        return error
    }
}
