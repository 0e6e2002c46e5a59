internal import SQLStatements

/// The session that holds a lock which a statement on the target waited for in vain.
///
/// A statement of vecferry's on a table that others use waits briefly, gives up and tries again: sessions queued behind it
/// proceed meanwhile, and a transaction left open is named instead of waited for forever.
struct LockHolder {
    private let pid: Int
    private let user: String
    private let relation: String
    private let since: String?
    private let isOurs: Bool
    /// Whether sessions of vecferry's own, such as those that read rows back, hold a lock too.
    let oursToo: Bool

    /// Finds the session that holds the lock. nil where the error is another one, or no holder is found.
    ///
    /// - Parameters:
    ///   - error: The statement's error.
    ///   - text: Text that names the tables, each qualified, as statements do.
    ///   - session: Outside of any transaction.
    init?(behind error: FerryError, text: String, on session: borrowing Session) {
        guard error.cause?.sqlState == "55P03" else { return nil }
        self.init(of: text, on: session)
    }

    /// Finds the session that holds a lock on tables. nil where none is found.
    ///
    /// - Parameter text: Text that names the tables, each qualified, as statements do.
    init?(of text: String, on session: borrowing Session) {
        do throws(FerryError) {
            guard let row = try session.query(Statements.tableLockHolder, [text]).first else { return nil }
            pid = try row.int("pid")
            user = try row.string("user")
            relation = try row.string("relation")
            since = try row.optional("since")
            isOurs = try row.bool("is_ours")
            oursToo = try row.bool("ours_too")
        } catch {
            // The error at hand says enough.
            return nil
        }
    }

    /// nil where the holder is a session of vecferry's own.
    fileprivate var hint: String? {
        guard !isOurs else { return nil }
        let time = since.map { ", in a transaction since \($0)" } ?? ""
        return "Process \(pid) of \(user) holds a lock on \(relation)\(time). Let it finish, or end it with "
            + "SELECT pg_terminate_backend(\(pid)); then run the same command again."
    }
}

extension FerryError {
    /// The same error, with a hint that names the session in the way.
    func naming(_ holder: LockHolder) -> FerryError {
        guard let hint = holder.hint else { return self }
        var error = self
        error.hint = hint
        return error
    }
}
