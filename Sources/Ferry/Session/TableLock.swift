internal import Postgres

/// Protects the relations that are read from TRUNCATE, DROP and rewrites, as pg_dump does.
struct TableLock {
    /// The relations, not including partitions below them: leaves are listed themselves.
    let tables: [QualifiedName]

    /// The quoted names of those that exist and may be read; the others fail when they are read, each on its own.
    func lockable(on session: borrowing Session) throws(FerryError) -> [String] {
        guard !tables.isEmpty else { return [] }
        let rows = try session.query(
            """
            SELECT t.name FROM unnest($1::text[]) AS t (name) JOIN pg_class AS c ON c.oid = to_regclass(t.name)
            WHERE c.relkind IN ('r', 'p') AND has_table_privilege(c.oid, 'SELECT')
            """, [ArrayText.format(tables.map(\.quoted))], .prompt)
        return try rows.map { row throws(FerryError) in try row.string("name") }
    }

    /// Locks relations in the session's transaction, waiting for conflicting locks for no longer than the server may be
    /// silent.
    func take(_ names: [String], on session: borrowing Session) throws(FerryError) {
        guard !names.isEmpty else { return }
        let list = names.map { "ONLY \($0)" }.joined(separator: ", ")
        try session.execute("LOCK TABLE \(list) IN ACCESS SHARE MODE", .prompt)
    }
}
