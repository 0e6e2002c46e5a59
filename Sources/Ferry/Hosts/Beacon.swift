/// A lock by which a worker on another host recognizes a server. The coordinator holds an advisory lock with a random key: a session
/// that finds it is in the same database of the same server, and the coordinator is alive.
///
/// A system identifier would not do: a cluster that is restored from a snapshot keeps that of its origin.
struct Beacon: Sendable, Equatable {
    /// The key, as `pg_advisory_lock` takes it.
    let key: Int

    /// A key that nobody else has.
    static func random() -> Beacon { Beacon(key: Int.random(in: 1...Int.max)) }

    /// Holds the lock for as long as the session is open. It is shared: the backend of a lost session may still hold it.
    func hold(on session: borrowing Session) throws(FerryError) {
        try session.query("SELECT pg_advisory_lock_shared($1)", ["\(key)"], .prompt)
    }

    /// Whether the coordinator's lock is in this server.
    func isHeld(in session: borrowing Session) throws(FerryError) -> Bool {
        try session.query(
            """
            SELECT EXISTS (
                SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    AND (classid::bigint << 32) | objid::bigint = $1::bigint
            ) AS is_held
            """, ["\(key)"], .prompt
        ).only().bool("is_held")
    }
}
