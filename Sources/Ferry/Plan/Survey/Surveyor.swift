/// Gathers a ``Survey``. It reads on both sides, and changes nothing.
struct Surveyor {
    let source: Endpoint
    let target: Endpoint
    let request: CopyRequest

    /// - Parameters:
    ///   - snapshot: The snapshot to read the source in; nil takes one for the survey alone.
    ///   - sourceSession: A session outside of a transaction; with a snapshot, this leaves it in one.
    func survey(
        in snapshot: Snapshot?, source sourceSession: borrowing Session, target targetSession: borrowing Session
    ) throws(FerryError) -> Survey {
        // First, since a pooler does not reassign the backend of a session that is in a transaction.
        var sourceFacts = try PoolerProbe(endpoint: source).facts(of: sourceSession)
        var targetFacts = try PoolerProbe(endpoint: target).facts(of: targetSession)
        sourceFacts.otherRoles = try otherRoles(sourceSession)
        targetFacts.otherRoles = try otherRoles(targetSession)
        try snapshot?.join(over: sourceSession)
        let isSameDatabase = try Self.sharesDatabase(sourceSession, targetSession)
        let refusal = snapshot == nil ? try snapshotRefusal(sourceSession) : nil
        // The target reads its own while the source does.
        try CatalogReader().request(targetSession)
        let sourceCatalog = try CatalogReader().read(sourceSession) { $0.chosen(request.selection) }
        let selected = TableSelector(selection: request.selection, catalog: sourceCatalog).choose().tables
        let names = Set(selected.flatMap { [$0.relation] + sourceCatalog.tree(below: $0.relation) }.map(\.name))
        let targetCatalog = try CatalogReader().read(targetSession, isRequested: true) { catalog in
            names.compactMap(catalog.relation).flatMap { [$0] + catalog.tree(below: $0) }
        }

        // Statements can't name the others.
        let chosen =
            selected
            .filter { ([$0.relation] + sourceCatalog.tree(below: $0.relation)).allSatisfy(\.isNamedInUTF8) }
        let wanted = request.create ? chosen.map(\.relation).filter { targetCatalog.relation($0.name) == nil } : []
        let created = wanted.flatMap { [$0] + sourceCatalog.tree(below: $0) }
        let extensions = try ExtensionNeed.read(created.map(\.oid), source: sourceSession, target: targetSession)
        var survey = Survey(
            source: sourceCatalog, target: targetCatalog, sourceSession: sourceFacts, targetSession: targetFacts,
            isSameDatabase: isSameDatabase, snapshotRefusal: refusal, mayCreateIn: try mayCreate(targetSession),
            mayCreateTemporary: try Self.mayCreateTemporary(targetSession), extensions: extensions,
            sparse: [:], nonEmptyTargets: [], sourceBots: [:], targetBots: [:])
        survey.needs = try DefinitionNeed.read(created.map(\.oid), source: sourceSession, target: targetSession)
        survey.usableTablespaces = try usableTablespaces(targetSession)
        survey.takenNames = try TakenNames.read(
            created.map(\.name) + created.flatMap(\.indexes).map(\.name) + created.flatMap(\.sequences).map(\.name),
            target: targetSession)
        let readable = chosen.filter { table in
            guard let relation = targetCatalog.relation(table.relation.name) else { return false }
            return relation.rights.useSchema && relation.rights.select && !relation.rights.rowSecurityActive
        }
        survey.nonEmptyTargets = try nonEmpty(
            readable.compactMap { targetCatalog.relation($0.relation.name) }, targetSession)
        for table in chosen.map(\.relation) where table.rights.useSchema && table.rights.select {
            let findings = try SparseProbe(endpoint: source, snapshot: snapshot, user: sourceCatalog.server.user)
                .findings(for: table, indexedAs: targetCatalog.relation(table.name) ?? table)
            if !findings.isEmpty { survey.sparse[table.name] = findings }
        }
        try readOutOfRange(of: chosen, into: &survey, sourceSession)
        survey.appBots = try request.selection.app?.read(source.interrupt)
        try readBots(of: chosen, into: &survey, sourceSession, targetSession)
        let searched = chosen.filter { table in
            (targetCatalog.relation(table.relation.name) ?? table.relation).indexes.contains { $0.method == "ivfflat" }
        }
        survey.searchFacts = try SearchFacts.read(
            of: searched.map { table in
                if case .column(let name)? = table.botScope {
                    (table.relation.name, name)
                } else {
                    (table.relation.name, nil)
                }
            },
            owners: targetCatalog.relations.values.reduce(into: [:]) { $0[$1.name] = $1.owner }, source: sourceSession,
            target: targetSession)
        return survey
    }

    private func mayCreate(_ session: borrowing Session) throws(FerryError) -> [String: Bool] {
        var rights: [String: Bool] = [:]
        for row in try session.query(
            "SELECT nspname AS schema, has_schema_privilege(oid, 'CREATE') AS may_create FROM pg_catalog.pg_namespace"
        ) {
            rights[try row.string("schema")] = try row.bool("may_create")
        }
        return rights
    }

    private func otherRoles(_ session: borrowing Session) throws(FerryError) -> [String] {
        let rows = try session.query(
            """
            SELECT rolname FROM pg_roles
            WHERE NOT pg_has_role(oid, 'USAGE') AND pg_has_role(
                oid, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)
            ORDER BY rolname
            """)
        return try rows.map { row throws(FerryError) in try row.string("rolname") }
    }

    private func usableTablespaces(_ session: borrowing Session) throws(FerryError) -> Set<String> {
        let rows = try session.query(
            "SELECT quote_ident(spcname) AS name FROM pg_tablespace WHERE has_tablespace_privilege(oid, 'CREATE')")
        return Set(try rows.map { row throws(FerryError) in try row.string("name") })
    }

    /// Whether the role may create temporary tables on the target.
    static func mayCreateTemporary(_ session: borrowing Session) throws(FerryError) -> Bool {
        try session.query("SELECT has_database_privilege(current_database(), 'TEMPORARY') AS may_create").only()
            .bool("may_create")
    }

    /// Whether both connections are in one database: then one can't take an advisory lock that the other holds. The system
    /// identifier does not show it, since a restored snapshot keeps that of its origin.
    static func sharesDatabase(
        _ source: borrowing Session, _ target: borrowing Session
    ) throws(FerryError) -> Bool {
        let key = Int64.random(in: Int64.min...Int64.max)
        try source.execute("SELECT pg_advisory_lock(\(key))")
        let taken = try target.query("SELECT pg_try_advisory_lock(\(key)) AS taken").only().bool("taken")
        if taken {
            try target.execute("SELECT pg_advisory_unlock(\(key))")
        }
        try source.execute("SELECT pg_advisory_unlock(\(key))")
        return !taken
    }

    /// Exports a snapshot and joins it from a second session, as the workers will. Behind a reader endpoint or a pooler
    /// the second session may be on another server.
    private func snapshotRefusal(_ session: borrowing Session) throws(FerryError) -> String? {
        let exported: Snapshot
        do throws(FerryError) {
            try session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            let name = try session.query("SELECT pg_export_snapshot() AS name").only().string("name")
            exported = Snapshot(name: name, visibility: "", generation: 0)
        } catch {
            guard let cause = error.cause, cause.code == .server else { throw error }
            try session.execute("ROLLBACK")
            return cause.message
        }
        var refusal: String?
        // An address that alternates between two servers leads every other session to the right one.
        for _ in 1...2 where refusal == nil {
            do throws(FerryError) {
                _ = try exported.join(source)
            } catch {
                guard error.code == .snapshotLost || error.cause?.code == .server else { throw error }
                refusal = error.message
            }
        }
        try session.execute("COMMIT")
        return refusal
    }

    /// The tables among these that hold a row, queried many at a time.
    private func nonEmpty(
        _ tables: [Relation], _ session: borrowing Session
    ) throws(FerryError) -> Set<QualifiedName> {
        var found: Set<QualifiedName> = []
        let step = 200
        for start in stride(from: 0, to: tables.count, by: step) {
            let batch = tables[start..<min(start + step, tables.count)]
            let selects = zip(batch.indices, batch).map { position, table in
                "SELECT \(position) AS position WHERE EXISTS (SELECT FROM \(table.quotedForRows))"
            }
            for row in try session.query(selects.joined(separator: " UNION ALL ")) {
                found.insert(tables[try row.int("position")].name)
            }
        }
        return found
    }

    /// Looks for values that can't be converted, in the columns that are to be.
    private func readOutOfRange(
        of chosen: [TableSelector.Chosen], into survey: inout Survey, _ source: borrowing Session
    ) throws(FerryError) {
        guard let schema = survey.source.server.vectorSchema, !request.conversions.isEmpty else { return }
        for table in chosen where table.relation.rights.useSchema && table.relation.rights.select {
            let name = table.relation.name
            let wanted = request.conversions.columns(of: name)
            let columns = table.relation.columns.filter { wanted[$0.name].flatMap($0.conversion) != nil }
            guard !columns.isEmpty else { continue }
            let scope = table.botScope.flatMap { $0.isReadable(from: name, in: survey.source) ? $0 : nil }
            survey.outOfRange[name] = try OutOfRange.read(
                columns.map(\.name), of: table.relation, scope, schema: schema, source)
        }
    }

    private func readBots(
        of chosen: [TableSelector.Chosen], into survey: inout Survey, _ source: borrowing Session,
        _ target: borrowing Session
    ) throws(FerryError) {
        let scoped = chosen.filter { $0.botScope != nil }
        let comparesBots =
            request.existing != .truncate
            && scoped.contains { survey.nonEmptyTargets.contains($0.relation.name) }
        guard comparesBots || request.selection.limitsBots else { return }
        for table in scoped {
            guard let scope = table.botScope else { continue }
            let name = table.relation.name
            // A table that can't be read is a blocker of the plan.
            if scope.isReadable(from: name, in: survey.source) {
                survey.sourceBots[name] = try scope.bots(of: table.relation, source)
            }
            if survey.nonEmptyTargets.contains(name), let relation = survey.target.relation(name),
                scope.isReadable(from: name, in: survey.target)
            {
                survey.targetBots[name] = try scope.bots(of: relation, target)
            }
        }
    }
}

extension Catalog {
    /// The tables that a selection chooses, with their partitions.
    func chosen(_ selection: TableSelection) -> [Relation] {
        TableSelector(selection: selection, catalog: self).choose().tables.flatMap {
            [$0.relation] + tree(below: $0.relation)
        }
    }
}

extension Relation {
    /// The FROM item for this relation's own rows, without those of its inheritance children.
    var quotedForRows: String { (kind == .table ? "ONLY " : "") + name.quoted }
}

extension BotScope {
    /// Counts the rows of each bot; nil stands for rows of no bot.
    func bots(of relation: Relation, _ session: borrowing Session) throws(FerryError) -> [String?: Int] {
        let rows = try session.query(
            """
            SELECT \(expression(alias: "r")) AS bot, count(*) AS rows FROM \(relation.quotedForRows) AS r GROUP BY 1
            """, about: relation.name)
        var counts: [String?: Int] = [:]
        for row in rows { counts[try row.optional("bot"), default: 0] += try row.int("rows", as: Int.self) }
        return counts
    }

    /// Whether a database has the path from a row of `table` to its bot (``exists(from:in:)``), and the session may read it.
    func isReadable(from table: QualifiedName, in catalog: Catalog) -> Bool {
        exists(from: table, in: catalog)
            && ([table] + parents).allSatisfy { name in
                guard let rights = catalog.relation(name)?.rights else { return false }
                return rights.useSchema && rights.select && !rights.rowSecurityActive
            }
    }
}
