internal import Postgres
internal import SQLStatements

/// A build beside writers, whose statements each commit on their own and may leave an invalid index behind.
///
/// It can be repeated from any point: it first drops what an earlier try left behind, and does not repeat what that finished.
/// No statement here takes a lock that blocks writers.
struct IndexReplacement {
    /// The plan of the index.
    let plan: IndexPlan
    /// The build, whose statements create the new index.
    let build: IndexBuild

    /// The name of the index that is built to take another's place, until it does. It needs no quotes.
    static func newName(for oid: OID) -> String { "vecferry_new_\(oid)" }

    /// The name of an index whose place has been taken, until it is dropped. It needs no quotes.
    static func oldName(for oid: OID) -> String { "vecferry_old_\(oid)" }

    /// The statements that build the new index, exchange the names in one transaction, so that at any moment an index of that
    /// name serves queries, and drop the old index.
    ///
    /// - Parameter creation: The statement that creates the new index under ``newName(for:)``.
    static func statements(for index: Index, creation: String) -> [String] {
        let (new, old) = (newName(for: index.oid), oldName(for: index.oid))
        return [
            creation, exchange(index.name, new, old),
            "DROP INDEX CONCURRENTLY IF EXISTS \(index.name.schema.quotedIdentifier).\(old)",
        ] + index.after
    }

    /// The exchange of names, as one message: one transaction.
    private static func exchange(_ index: QualifiedName, _ new: String, _ old: String) -> String {
        """
        ALTER INDEX IF EXISTS \(index.quoted) RENAME TO \(old); \
        ALTER INDEX \(index.schema.quotedIdentifier).\(new) RENAME TO \(index.name.quotedIdentifier)
        """
    }

    /// Runs the build's statements, except those that have run before.
    ///
    /// - Returns: Whether the index is as planned; false where another session created an index in its place, which stays.
    func run(on session: borrowing Session) throws(FerryError) -> Bool {
        try dropLeftovers(on: session)
        guard let old = build.replaces else {
            for statement in build.statements { try ActingRole.inOwnPath(statement, on: session) }
            return true
        }
        let current = try state(of: build.index, on: session)
        let holder = current.map { self.holder($0, old) } ?? .nobody
        var isBuilt = false
        let name = QualifiedName(schema: build.index.schema, name: Self.newName(for: old))
        if let new = try settled(name, on: session) {
            isBuilt = (holder == .nobody || holder == .old) && isWanted(new)
            // An earlier run may have had other options.
            if !isBuilt { try session.execute("DROP INDEX CONCURRENTLY \(name.quoted)") }
        }
        guard holder != .foreign else { return false }
        for (position, statement) in build.statements.enumerated().dropFirst(holder == .new ? 2 : isBuilt ? 1 : 0) {
            if position == 1 {
                try session.execute(Self.exchange(build.index, Self.newName(for: old), Self.oldName(for: old)))
            } else {
                try ActingRole.inOwnPath(statement, on: session)
            }
        }
        return true
    }

    /// The index that has the name: none, the old one, the new one, or one that another session created.
    private enum Holder {
        case nobody, old, new, foreign
    }

    /// A REINDEX by another session gives the old index another OID, and keeps its definition.
    private func holder(_ state: State, _ old: OID) -> Holder {
        if state.oid == old || state.definition == plan.previousDefinition { return .old }
        return isWanted(state) ? .new : .foreign
    }

    private func isWanted(_ state: State) -> Bool { state.method == plan.method && state.options == plan.options }

    /// Drops the indexes that killed builds on this table left behind, and invalid indexes of this build.
    func dropLeftovers(on session: borrowing Session) throws(FerryError) {
        let temporary = build.replaces.map(Self.newName(for:))
        let rows = try session.query(
            Statements.indexLeftovers,
            [build.relation.schema, build.relation.name, build.index.name, temporary])
        for row in rows { try session.define(try row.string("statement")) }
    }

    /// Waits until the new index is valid or gone: the backend of a lost session may still be building it, and an invalid
    /// index must not take a valid one's place.
    private func settled(_ name: QualifiedName, on session: borrowing Session) throws(FerryError) -> State? {
        while true {
            guard let state = try state(of: name, on: session), !state.isValid else {
                return try state(of: name, on: session)
            }
            Pause.milliseconds(200)
            try dropLeftovers(on: session)
        }
    }

    private struct State {
        var oid: OID
        var isValid: Bool
        var method: String
        var options: [String: String]
        /// The CREATE INDEX statement, as `pg_get_indexdef` writes it.
        var definition: String
    }

    private func state(
        of name: QualifiedName, on session: borrowing Session
    ) throws(FerryError) -> State? {
        let row = try session.query(
            """
            SELECT i.indexrelid AS oid, i.indisvalid AS is_valid, a.amname AS method, coalesce(c.reloptions, '{}') AS options,
                pg_get_indexdef(i.indexrelid) AS definition
            FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_am AS a ON a.oid = c.relam
            JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relname = $2
            """, [name.schema, name.name]
        ).first
        guard let row else { return nil }
        return State(
            oid: try row.int("oid", as: OID.self), isValid: try row.bool("is_valid"), method: try row.string("method"),
            options: Index.options(try row.list("options")), definition: try row.string("definition"))
    }
}
