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
    private let isOurs: Bool
    /// Whether sessions of vecferry's own, such as those that read rows back, hold a lock too.
    let oursToo: Bool

    /// Finds out who holds the lock that a statement waited for in vain.
    ///
    /// - Parameters:
    ///   - error: What the statement failed with; nil where that was no lock.
    ///   - text: Names the tables, each qualified: statements do.
    ///   - session: Outside of any transaction.
    init?(behind error: FerryError, text: String, on session: borrowing Session) {
        guard error.cause?.sqlState == "55P03" else { return nil }
        do throws(FerryError) {
            guard let row = try session.query(Statements.tableLockHolder, [text]).first else { return nil }
            pid = try row.int("pid")
            user = try row.string("user")
            relation = try row.string("relation")
            since = try row.optional("since")
            isOurs = try row.bool("is_ours")
            oursToo = try row.bool("ours_too")
        } catch {
            // The error that there is says enough.
            return nil
        }
    }

    /// nil where there is nobody to end but vecferry.
    fileprivate var hint: String? {
        guard !isOurs else { return nil }
        let time = since.map { ", in a transaction since \($0)" } ?? ""
        return "Process \(pid) of \(user) holds a lock on \(relation)\(time): let it end, or end it "
            + "with SELECT pg_terminate_backend(\(pid)); then run the same command again."
    }
}

extension FerryError {
    /// The same error, with what to do about the session that is in the way.
    func naming(_ holder: LockHolder) -> FerryError {
        guard let hint = holder.hint else { return self }
        var error = self
        error.hint = hint
        return error
    }
}
