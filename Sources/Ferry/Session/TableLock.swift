internal import Postgres

/// Keeps TRUNCATE, DROP and rewrites off the relations that are read, as pg_dump does.
struct TableLock {
    /// Without what lies below them: leaves are named themselves.
    let tables: [QualifiedName]
    /// How long the server may stay silent, and so how long a lock is waited for.
    let limit: Duration

    /// Those that are there and may be read; the others fail where they are read, each for itself.
    func lockable(on connection: borrowing Connection) throws(PostgresError) -> [String] {
        guard !tables.isEmpty else { return [] }
        let rows = try connection.query(
            """
            SELECT t.name FROM unnest($1::text[]) AS t (name) JOIN pg_class AS c ON c.oid = to_regclass(t.name)
            WHERE c.relkind IN ('r', 'p') AND has_table_privilege(c.oid, 'SELECT')
            """, [ArrayText.format(tables.map(\.quoted))], limit: limit)
        return try rows.map { row throws(PostgresError) in try row.string("name") }
    }

    /// Locks them in the session's transaction, waiting for whoever holds them in the way.
    func take(_ names: [String], on connection: borrowing Connection) throws(PostgresError) {
        guard !names.isEmpty else { return }
        let list = names.map { "ONLY \($0)" }.joined(separator: ", ")
        try connection.execute("LOCK TABLE \(list) IN ACCESS SHARE MODE", limit: limit)
    }
}
