internal import Postgres

/// Keeps TRUNCATE, DROP and rewrites off the relations that are read, as pg_dump does.
struct TableLock {
    /// Without what lies below them: leaves are named themselves.
    let tables: [QualifiedName]

    /// Those that are there and may be read; the others fail where they are read, each for itself.
    func lockable(on session: borrowing Session) throws(FerryError) -> [String] {
        guard !tables.isEmpty else { return [] }
        let rows = try session.query(
            """
            SELECT t.name FROM unnest($1::text[]) AS t (name) JOIN pg_class AS c ON c.oid = to_regclass(t.name)
            WHERE c.relkind IN ('r', 'p') AND has_table_privilege(c.oid, 'SELECT')
            """, [ArrayText.format(tables.map(\.quoted))], .prompt)
        return try rows.map { row throws(FerryError) in try row.string("name") }
    }

    /// Locks them in the session's transaction, waiting for those that hold them in the way for no longer than the server may
    /// stay silent.
    func take(_ names: [String], on session: borrowing Session) throws(FerryError) {
        guard !names.isEmpty else { return }
        let list = names.map { "ONLY \($0)" }.joined(separator: ", ")
        try session.execute("LOCK TABLE \(list) IN ACCESS SHARE MODE", .prompt)
    }
}
