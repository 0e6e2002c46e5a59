internal import SQLStatements

/// A build beside writers, whose statements each commit on their own and may leave an invalid index behind.
///
/// It can be done again from any point: what an earlier try left is dropped first, and what it finished is not repeated.
/// Nothing here takes a lock that keeps writers waiting.
struct IndexReplacement {
    /// The index as the plan has it.
    let plan: IndexPlan
    /// Its statements build the new index.
    let build: IndexBuild

    /// The name of the index that is built to take another's place, until it does. It needs no quotes.
    static func newName(for oid: OID) -> String { "vecferry_new_\(oid)" }

    /// The name of an index whose place has been taken, until it is dropped. It needs no quotes.
    static func oldName(for oid: OID) -> String { "vecferry_old_\(oid)" }

    /// Builds the new one, exchanges the names in one transaction, so that at any moment some index has the name and does
    /// its work, and drops the old one.
    ///
    /// - Parameter creation: The statement that makes the new one under ``newName(for:)``.
    static func statements(for index: Index, creation: String) -> [String] {
        let schema = index.parts.qualifiedName.dropLast(index.parts.name.count)
        let (new, old) = (newName(for: index.oid), oldName(for: index.oid))
        let exchange = [
            "ALTER INDEX IF EXISTS \(index.parts.qualifiedName) RENAME TO \(old)",
            "ALTER INDEX \(schema)\(new) RENAME TO \(index.parts.name)",
        ]
        return [creation, exchange.joined(separator: "; "), "DROP INDEX CONCURRENTLY IF EXISTS \(schema)\(old)"]
            + index.after
    }

    /// Runs the build's statements, as far as they have not run before.
    ///
    /// - Returns: Whether the index is what it is to be; false where somebody has put another in its place, which stays.
    func run(on session: borrowing Session) throws(FerryError) -> Bool {
        try dropLeftovers(on: session)
        guard let old = build.replaces else {
            for statement in build.statements { try session.execute(statement) }
            return true
        }
        let current = try state(of: build.index, on: session)
        let holder = current.map { self.holder($0, old) } ?? .nobody
        var isBuilt = false
        let name = QualifiedName(schema: build.index.schema, name: Self.newName(for: old))
        if let new = try settled(name, on: session) {
            isBuilt = (holder == .nobody || holder == .old) && isWanted(new)
            // What an earlier run was asked for need not be what this one is.
            if !isBuilt { try session.execute("DROP INDEX CONCURRENTLY \(name.quoted)") }
        }
        guard holder != .somebodys else { return false }
        for statement in build.statements.dropFirst(holder == .new ? 2 : isBuilt ? 1 : 0) {
            try session.execute(statement)
        }
        return true
    }

    /// Which index has the name.
    private enum Holder {
        case nobody, old, new, somebodys
    }

    /// A REINDEX of somebody's gives the old one another OID, and leaves its definition.
    private func holder(_ state: State, _ old: OID) -> Holder {
        if state.oid == old || state.definition == plan.previousDefinition { return .old }
        return isWanted(state) ? .new : .somebodys
    }

    private func isWanted(_ state: State) -> Bool { state.method == plan.method && state.options == plan.options }

    /// Drops what builds on this table left behind when they were killed, and the invalid ones among builds of this index.
    func dropLeftovers(on session: borrowing Session) throws(FerryError) {
        let temporary = build.replaces.map(Self.newName(for:))
        let rows = try session.query(
            Statements.indexLeftovers,
            [build.relation.schema, build.relation.name, build.index.name, temporary])
        for row in rows { try session.execute(try row.string("statement")) }
    }

    /// The new index once it is valid or gone: a backend that an earlier try has lost may still be at work on it, and what it
    /// leaves would take a valid index's place.
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
        /// `pg_get_indexdef`
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
