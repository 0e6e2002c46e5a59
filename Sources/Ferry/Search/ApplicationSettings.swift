internal import Postgres
internal import SQLStatements

/// The settings and the rights under which the application searches on one side.
struct ApplicationSettings {
    /// The operator's choice of a role; nil for the table's owner.
    let role: String?
    /// The table's owner.
    let owner: String
    /// The role as which the owner's expressions run.
    let acting: ActingRole
    /// The schema of pgvector.
    let schema: String

    /// Gives them to the open transaction of a session, which is of no use for other work afterwards.
    ///
    /// - Parameter takesRole: Whether the session also acts as the role, which may not read the session's own temporary tables.
    /// - Returns: pgvector's settings, by name.
    func enter(
        _ session: borrowing Session, takesRole: Bool = true
    ) throws(FerryError) -> [String: String] {
        // pgvector's settings exist once its library is loaded.
        try session.execute("SELECT '[1]'::\(schema.quotedIdentifier).vector", .prompt)
        let jit = try session.query(Statements.searchSettings, [role ?? owner], .prompt).first { row in
            (try? row.string("name")) == "jit"
        }
        var settings: [String: String] = [:]
        let rows = try session.query(
            "SELECT name, setting FROM pg_settings WHERE name ~ '^(ivfflat|hnsw)[.]'", [], .prompt)
        for row in rows { settings[try row.string("name")] = try row.string("setting") }
        if takesRole, let role {
            try session.execute("SET LOCAL ROLE \(role.quotedIdentifier)", .prompt)
        } else if takesRole {
            for statement in acting.entering { try session.execute(statement, .prompt) }
        }
        if let jit { try session.execute("SET LOCAL jit TO \(try jit.string("value").quotedLiteral)", .prompt) }
        return settings
    }
}
