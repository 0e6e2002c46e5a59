internal import Postgres

/// Makes the choice of one column permanent, and records how to take it back.
struct TuneApplication {
    /// The target.
    let target: Endpoint
    /// Retries, the interrupt and the events.
    let workers: Workers

    /// Records the way back first, then runs the statements. After an error, the same command tries again, and `undo` takes back what was
    /// done.
    ///
    /// - Throws: ``FerryError/Code/busy`` where another vecferry is running against the target.
    func apply(_ column: TunedColumn) throws(FerryError) {
        let session = try workers.retrying { () throws(FerryError) in
            let session = try target.connect()
            try PoolerProbe(endpoint: target).requireSessions(session)
            return session
        }
        try Ledger().acquireLock(session, for: .tune, workers.interrupt)
        let number = try session.transaction(lockWait: workers.retry.lockWait, locking: "") { () throws(FerryError) in
            try Ledger().record(column, session)
        }
        for statement in column.statements { try Self.run(statement, about: column.table, on: session) }
        try Ledger().finishTuning(number, session)
    }

    /// Runs one of the statements.
    static func run(_ statement: String, about table: QualifiedName?, on session: borrowing Session) throws(FerryError)
    {
        do throws(FerryError) {
            if statement.hasPrefix("CREATE ") {
                // Expressions of an index may need the path of the application's statements.
                try ActingRole.inOwnPath(statement, on: session)
            } else {
                try session.execute(statement)
            }
        } catch {
            var failure = error
            failure.table = failure.table ?? table
            if error.cause?.sqlState == "42501" {
                failure.hint =
                    "The statement was: \(statement). It takes \(TunedColumn.right(for: statement) ?? "more rights")."
            }
            throw failure
        }
    }
}
