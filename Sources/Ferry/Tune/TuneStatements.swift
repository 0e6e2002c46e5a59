internal import Postgres

/// Composes the statements that make an option permanent, and those that take it back.
struct TuneStatements {
    /// The application's query.
    let query: SearchQuery
    /// What searches on the target.
    let place: ColumnSearch.Place

    /// The statements, each for itself, to be run in one session outside of a transaction.
    struct Pair: Equatable {
        var apply: [String] = []
        var undo: [String] = []
    }

    private var server: ServerInfo { place.probe.catalog.server }
    private var schema: String { place.probe.schema }

    /// - Parameter session: A session of the target, in which it is found out where settings are.
    func statements(for option: TuneOption, on session: borrowing Session) throws(FerryError) -> Pair {
        switch option.kind {
        case .current, .information: Pair()
        case .settings: try settings(option.settings, on: session)
        case .noIndex: withoutIndex
        case .definition: definition(option)
        }
    }

    // MARK: Settings

    func settings(_ settings: [TuneSetting], on session: borrowing Session) throws(FerryError) -> Pair {
        // Without pgvector's library in the session, only a superuser may set its parameters (guc.c, validate_option_array_item).
        let load = "SELECT '[1]'::\(schema.sqlIdentifier).vector"
        var pair = Pair(apply: [load], undo: [load])
        let role = place.settings.role ?? place.settings.owner
        let holders = try settings.map { setting throws(FerryError) in try holder(of: setting.name, role, on: session) }
        // The operator has named a role, its own settings come before the database's, or this role may not change the database.
        let isOfRole = place.settings.role != nil || holders.contains { $0.roleHasOwn || !$0.mayAlterDatabase }
        let database = "DATABASE \(server.database.sqlIdentifier)"
        let place = isOfRole ? "ROLE \(role.sqlIdentifier) IN \(database)" : database
        for (setting, holder) in zip(settings, holders) {
            pair.apply.append("ALTER \(place) SET \(setting.name) = \(Self.literal(setting.value))")
            let previous = isOfRole ? holder.ofRoleInDatabase : holder.ofDatabase
            let undo = previous.map { "SET \(setting.name) = \(Self.literal($0))" } ?? "RESET \(setting.name)"
            pair.undo.append("ALTER \(place) \(undo)")
        }
        return pair
    }

    private static func literal(_ value: String) -> String {
        value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") } ? value : value.quotedLiteral
    }

    /// Where a setting is, and what it is there.
    private struct Holder {
        var mayAlterDatabase: Bool
        var roleHasOwn: Bool
        var ofDatabase: String?
        var ofRoleInDatabase: String?
    }

    private func holder(
        of setting: String, _ role: String, on session: borrowing Session
    ) throws(FerryError) -> Holder {
        let row = try session.query(
            """
            SELECT pg_has_role(session_user, d.datdba, 'USAGE') AS may_alter, count(*) FILTER (WHERE s.setrole <> 0) > 0 AS has_own,
                max(substr(c.line, length($2) + 2)) FILTER (WHERE s.setrole = 0) AS of_database,
                max(substr(c.line, length($2) + 2)) FILTER (WHERE s.setrole <> 0 AND s.setdatabase <> 0) AS of_role_in_database
            FROM pg_database AS d
            LEFT JOIN (
                pg_db_role_setting AS s CROSS JOIN LATERAL unnest(s.setconfig) AS c (line) LEFT JOIN pg_roles AS r ON r.oid = s.setrole
            ) ON s.setdatabase IN (0, d.oid) AND (s.setrole = 0 OR r.rolname = $1::name) AND starts_with(c.line, $2 || '=')
            WHERE d.datname = current_database()
            GROUP BY d.datdba
            """, [role, setting], .prompt
        ).only()
        return Holder(
            mayAlterDatabase: try row.bool("may_alter"), roleHasOwn: try row.bool("has_own"),
            ofDatabase: try row.optional("of_database"), ofRoleInDatabase: try row.optional("of_role_in_database"))
    }

    // MARK: Indexes

    private var withoutIndex: Pair {
        guard let index = place.probe.index else { return Pair() }
        return Pair(
            apply: ["DROP INDEX CONCURRENTLY IF EXISTS \(index.name.quoted)"],
            undo: [VectorIndexDefinition(asItIs: index).statement(for: index, concurrently: true)] + index.after)
    }

    /// The name of an index where there was none. No other column of any table has it, so that what an interrupted build has left under it
    /// can be dropped; PostgreSQL does not shorten it, and it needs no quotes.
    private var newName: String {
        let relation = place.probe.catalog.relation(query.table.name)
        let column = relation?.columns.firstIndex { $0.name == query.column.name } ?? 0
        return "vecferry_tuned_\(relation?.oid ?? 0)_\(column + 1)"
    }

    func definition(_ option: TuneOption) -> Pair {
        let memory = option.build?.memory.map { bytes in
            let setting = BuildBudget(of: server).setting(for: bytes, server: server)
            return ["SET maintenance_work_mem TO '\(max(1024, setting >> 10))kB'"]
        }
        guard let index = place.probe.index else { return created(option, memory ?? []) }
        var wanted = VectorIndexDefinition(asItIs: index)
        wanted.method = option.method ?? index.method
        wanted.options = option.parameters
        return Pair(
            apply: (memory ?? []) + replacement(of: index, by: wanted),
            undo: (memory ?? []) + replacement(of: index, by: VectorIndexDefinition(asItIs: index)))
    }

    /// Builds an index beside writers under another name, and lets it take the place of the one that has the name.
    private func replacement(of index: Index, by wanted: VectorIndexDefinition) -> [String] {
        let new = IndexReplacement.newName(for: index.oid)
        let qualified = QualifiedName(schema: index.name.schema, name: new).quoted
        // A build that was stopped leaves an invalid index.
        return ["DROP INDEX CONCURRENTLY IF EXISTS \(qualified)"]
            + IndexReplacement.statements(
                for: index, creation: wanted.statement(for: index, name: new, concurrently: true))
    }

    private func created(_ option: TuneOption, _ memory: [String]) -> Pair {
        let index = QualifiedName(schema: query.table.name.schema, name: newName)
        let parameters = option.parameters.map { "\($0.key) = \($0.value)" }.joined(separator: ", ")
        let type = query.column.vectorType ?? .vector
        let operators = OperatorClasses.name(of: type, distance: query.form.distance)
        return Pair(
            apply: memory + [
                "DROP INDEX CONCURRENTLY IF EXISTS \(index.quoted)",
                """
                CREATE INDEX CONCURRENTLY \(newName) ON \(query.table.name.quoted) USING \(option.method ?? "hnsw") \
                (\(query.column.name.quotedIdentifier) \(schema.quotedIdentifier).\(operators))\
                \(parameters.isEmpty ? "" : " WITH (\(parameters))")
                """,
            ], undo: ["DROP INDEX CONCURRENTLY IF EXISTS \(index.quoted)"])
    }
}
