internal import Postgres
internal import SQLStatements

/// A build beside writers, whose statements each commit on their own and may leave an invalid index behind.
///
/// It can be done again from any point: what an earlier try left is dropped first, and what it finished is not repeated.
/// Nothing here takes a lock that keeps writers waiting.
struct IndexReplacement {
    /// Its statements build the new index.
    let build: IndexBuild

    /// The name of a new index until it takes the old one's place. It needs no quotes.
    static func temporaryName(for oid: OID) -> String { "vecferry_new_\(oid)" }

    /// Runs the build's statements, as far as they have not run before.
    func run(on connection: borrowing Connection) throws(PostgresError) {
        try dropLeftovers(on: connection)
        guard let old = build.replaces else {
            for statement in build.statements { try connection.execute(statement) }
            return
        }
        let name = QualifiedName(schema: build.index.schema, name: Self.temporaryName(for: old))
        let new = try settled(name, on: connection)
        let current = try state(of: build.index, on: connection)
        // The new one has the old one's name already, or the old one is still there, or it went just now.
        if new == nil, let current, current.oid != old {
            for statement in build.statements.dropFirst(3) { try connection.execute(statement) }
            return
        }
        for statement in build.statements.dropFirst(new == nil ? 0 : 1) { try connection.execute(statement) }
    }

    /// Drops the invalid indexes that a build of this index left behind when it was killed.
    func dropLeftovers(on connection: borrowing Connection) throws(PostgresError) {
        let temporary = build.replaces.map(Self.temporaryName(for:))
        let rows = try connection.query(
            Statements.indexLeftovers,
            [build.relation.schema, build.relation.name, build.index.name, temporary])
        for row in rows { try connection.execute(try row.string("statement")) }
    }

    /// The new index once it is valid or gone: a backend that an earlier try has lost may still be at work on it, and what it
    /// leaves would take a valid index's place.
    private func settled(
        _ name: QualifiedName, on connection: borrowing Connection
    ) throws(PostgresError) -> (oid: OID, isValid: Bool)? {
        while true {
            guard let state = try state(of: name, on: connection), !state.isValid else {
                return try state(of: name, on: connection)
            }
            Pause.milliseconds(200)
            try dropLeftovers(on: connection)
        }
    }

    private func state(
        of name: QualifiedName, on connection: borrowing Connection
    ) throws(PostgresError) -> (oid: OID, isValid: Bool)? {
        let row = try connection.query(
            """
            SELECT i.indexrelid AS oid, i.indisvalid AS is_valid
            FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relname = $2
            """, [name.schema, name.name]
        ).first
        guard let row else { return nil }
        return (try row.int("oid", as: OID.self), try row.bool("is_valid"))
    }
}
