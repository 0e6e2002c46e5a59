internal import Postgres

/// Finds out whether a connection pooler stands in front of a server, and whether it takes the backend away between
/// transactions: then neither session settings nor a snapshot nor a lock hold.
struct PoolerProbe {
    let endpoint: Endpoint

    /// - Parameter connection: Outside of a transaction: within one no pooler takes the backend away.
    func facts(of connection: borrowing Connection) throws(FerryError) -> Survey.SessionFacts {
        Survey.SessionFacts(host: connection.host, usesTLS: connection.usesTLS, pooler: try pooler(before: connection))
    }

    /// Refuses a pooler that hands the backend on after each transaction: a lock would stay with whoever comes next, and a look
    /// after the backend would find somebody else's work.
    func requireSessions(_ connection: borrowing Connection) throws(FerryError) {
        guard try pooler(before: connection) == .transaction else { return }
        throw FerryError(
            .blocked, "A connection pooler in transaction mode stands in front of the server.",
            hint: "Give --\(endpoint.side) the address of the server itself, or of a pool in session mode.",
            side: endpoint.side)
    }

    /// A pooler makes up the process id of its greeting (pgbouncer, `src/client.c`), so that it differs from what the
    /// backend says. In transaction mode an idle session's backend then serves whoever comes next.
    private func pooler(before connection: borrowing Connection) throws(FerryError) -> Survey.Pooler {
        let own = try pid(connection)
        guard own != connection.reportedBackendPID else { return .none }
        let second = try endpoint.connect()
        let others = try on(endpoint.side) { () throws(PostgresError) in
            try second.execute("BEGIN; SELECT pg_backend_pid() AS pid")
                .filter { $0.columns == ["pid"] }.first?.first?.int("pid", as: Int.self)
        }
        if others == own { return .transaction }
        return try pid(connection) == own ? .session : .transaction
    }

    private func pid(_ connection: borrowing Connection) throws(FerryError) -> Int {
        try on(endpoint.side) { () throws(PostgresError) in
            try connection.query("SELECT pg_backend_pid() AS pid")[0].int("pid")
        }
    }
}
