/// Finds out whether a connection pooler stands in front of a server, and whether it takes the backend away between
/// transactions: then neither session settings nor a snapshot nor a lock hold.
struct PoolerProbe {
    let endpoint: Endpoint

    /// - Parameter session: Outside of a transaction: within one no pooler takes the backend away.
    func facts(of session: borrowing Session) throws(FerryError) -> Survey.SessionFacts {
        Survey.SessionFacts(host: session.host, usesTLS: session.usesTLS, pooler: try pooler(before: session))
    }

    /// Refuses a pooler that hands the backend on after each transaction: a lock would stay with whoever comes next, and a look
    /// after the backend would find somebody else's work.
    func requireSessions(_ session: borrowing Session) throws(FerryError) {
        guard try pooler(before: session) == .transaction else { return }
        throw FerryError(
            .blocked, "A connection pooler in transaction mode stands in front of the server.",
            hint: "Give --\(endpoint.side) the address of the server itself, or of a pool in session mode.",
            side: endpoint.side)
    }

    /// A pooler makes up the process id of its greeting (pgbouncer, `src/client.c`), so that it differs from what the
    /// backend says. In transaction mode an idle session's backend then serves whoever comes next.
    private func pooler(before session: borrowing Session) throws(FerryError) -> Survey.Pooler {
        let own = try pid(session)
        guard own != session.reportedBackendPID else { return .none }
        let second = try endpoint.connect()
        let others: Int? = try second.execute("BEGIN; SELECT pg_backend_pid() AS pid")
            .first { $0.columns == ["pid"] }?.first?.int("pid")
        if others == own { return .transaction }
        return try pid(session) == own ? .session : .transaction
    }

    private func pid(_ session: borrowing Session) throws(FerryError) -> Int {
        try session.query("SELECT pg_backend_pid() AS pid").only().int("pid")
    }
}
