/// Detects a connection pooler in front of a server, and whether it reassigns the backend between transactions: then no
/// session setting, snapshot or lock lasts.
struct PoolerProbe {
    let endpoint: Endpoint

    /// - Parameter session: Outside of a transaction: within one, no pooler reassigns the backend.
    func facts(of session: borrowing Session) throws(FerryError) -> Survey.SessionFacts {
        Survey.SessionFacts(host: session.host, encryption: session.encryption, pooler: try pooler(before: session))
    }

    /// Refuses a pooler that reassigns the backend after each transaction: a lock would stay with the next client, and a
    /// check of the backend would find another client's work.
    func requireSessions(_ session: borrowing Session) throws(FerryError) {
        guard try pooler(before: session) == .transaction else { return }
        throw FerryError(
            .blocked, "The connection goes through a pooler in transaction mode.",
            hint: "Give --\(endpoint.side) the address of the server itself, or of a pool in session mode.",
            side: endpoint.side)
    }

    /// A pooler invents the process id of its greeting (pgbouncer, `src/client.c`), so that it differs from the backend's
    /// own. In transaction mode an idle session's backend then serves the next client.
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
