internal import Postgres
internal import SQLStatements

/// Reads a ``Catalog`` over one session, with the statements of `sql/catalog`.
struct CatalogReader {
    /// The statements in the order in which their rows are read: one message, for one round trip.
    static let statements = [
        Statements.server, Statements.relations, Statements.columns, Statements.indexes, Statements.foreignKeys,
        Statements.triggers, Statements.sequences, Statements.functions, Statements.objects,
    ]

    /// Reads everything in one message, so that it costs one round trip. In a transaction, it reads in that snapshot.
    func read(_ session: borrowing Session) throws(FerryError) -> Catalog {
        try request(session)
        return try requested(session)
    }

    /// Sends the statements and does not wait, so that two servers can work at the same time.
    func request(_ session: borrowing Session) throws(FerryError) {
        // A SQL_ASCII database may hold names that are not UTF-8, for which the server would refuse all the rows. As they are,
        // such bytes become U+FFFD here.
        let encoding =
            isUnchecked(session) ? ("SET client_encoding TO 'SQL_ASCII';", "SET client_encoding TO 'UTF8';") : ("", "")
        try session.request("\(encoding.0)\n\(Self.statements.joined(separator: "\n"))\n\(encoding.1)")
    }

    private func requested(_ session: borrowing Session) throws(FerryError) -> Catalog {
        let rows = try session.awaitResults(.working).filter { !$0.columns.isEmpty }
        return try catalog(
            rows, endpoint: session.endpoint, side: session.side, isUnchecked: isUnchecked(session))
    }

    private func isUnchecked(_ session: borrowing Session) -> Bool { session.serverEncoding == "SQL_ASCII" }

    /// How long to wait for a table that another session has locked.
    private static let patience: Duration = .seconds(10)

    /// Reads everything, and waits for the tables that matter if other sessions have locked them. It waits for no other table.
    ///
    /// - Parameters:
    ///   - isRequested: Whether ``request(_:)`` has sent the statements.
    ///   - wanted: The tables that matter, with their partitions.
    /// - Throws: An error that names the session in the way.
    func read(
        _ session: borrowing Session, isRequested: Bool = false, waitingFor wanted: (Catalog) -> [Relation]
    ) throws(FerryError) -> Catalog {
        let start = ContinuousClock.now
        if !isRequested { try request(session) }
        while true {
            let catalog = try requested(session)
            guard let locked = wanted(catalog).first(where: \.isLocked) else { return catalog }
            guard ContinuousClock.now - start < Self.patience else {
                let error = FerryError(
                    .database, "Another session has locked the table, so its definition can't be read.",
                    side: session.side,
                    table: locked.name)
                throw LockHolder(of: locked.name.sql, on: session).map(error.naming) ?? error
            }
            Pause.milliseconds(200)
            try request(session)
        }
    }

    /// Decodes the answers to all statements. It does no I/O: a server that lies gets an error.
    ///
    /// - Parameter isUnchecked: Whether texts may hold bytes that are not UTF-8.
    func catalog(
        _ rows: [Answer], endpoint: String, side: Side, isUnchecked: Bool
    ) throws(FerryError) -> Catalog {
        guard rows.count == Self.statements.count else {
            throw FerryError(
                PostgresError(.unexpectedResult, "The server did not answer every catalog query."), side)
        }
        let server = try server(rows[0], endpoint)
        var relations = try relations(rows[1])
        try attachColumns(rows[2], to: &relations)
        try attachIndexes(rows[3], to: &relations)
        try attachForeignKeys(rows[4], to: &relations)
        for row in rows[5] {
            let trigger = Trigger(
                name: try row.string("name"), enabled: try row.string("enabled"),
                isForEachRow: try row.bool("is_for_each_row"), isRule: try row.bool("is_rule"))
            relations[try row.int("relation", as: OID.self)]?.triggers.append(trigger)
        }
        var loneSequences: [QualifiedName] = []
        for row in rows[6] {
            guard let column = try row.optional("column"),
                let relation = try row.optional("relation").flatMap({ OID($0) })
            else {
                loneSequences.append(try row.name())
                continue
            }
            let sequence = ColumnSequence(
                column: column, feedsDefault: try row.bool("feeds_default"), isOwned: try row.bool("is_owned"),
                name: try row.name(),
                maySelect: try row.bool("may_select"), mayUpdate: try row.bool("may_update"))
            relations[relation]?.sequences.append(sequence)
        }
        for row in rows[7] {
            let function = ForeignFunction(name: try row.string("name"), owner: try row.string("owner"))
            relations[try row.int("relation", as: OID.self)]?.foreignFunctions.append(function)
        }
        if isUnchecked {
            for (oid, relation) in relations {
                relations[oid]?.isNamedInUTF8 = !relation.texts.contains { $0.unicodeScalars.contains("\u{FFFD}") }
            }
        }
        var catalog = Catalog(server: server, relations: Array(relations.values))
        catalog.loneSequences = loneSequences
        catalog.sequences = Set(catalog.relations.values.flatMap(\.sequences).map(\.name) + loneSequences)
        for row in rows[8] {
            catalog.objects.append(
                CatalogObject(
                    kind: try row.string("kind"), name: try row.optional("name"),
                    oid: try row.optional("oid").flatMap { OID($0) },
                    relation: try row.optional("relation").flatMap { OID($0) },
                    rows: try row.optionalInt("rows")))
        }
        guard catalog.isATree else { throw rows[1].unexpected("The server's partitions are not a tree.") }
        return catalog
    }

    /// Reads the facts of the server alone.
    func readServer(_ session: borrowing Session) throws(FerryError) -> ServerInfo {
        try server(try session.query(Statements.server), session.endpoint)
    }

    private func server(_ rows: Answer, _ endpoint: String) throws(FerryError) -> ServerInfo {
        let row = try rows.only()
        return ServerInfo(
            endpoint: endpoint,
            versionNumber: try row.int("version_number"),
            version: try row.string("version"),
            isAurora: try row.bool("is_aurora"),
            database: try row.string("database"),
            user: try row.string("current_user"),
            isSuperuser: try row.bool("is_superuser"),
            isInRecovery: try row.bool("is_in_recovery"),
            beginsReadOnly: try row.bool("begins_read_only"),
            encoding: try row.string("encoding"),
            systemIdentifier: try row.optional("system_identifier"),
            blockSize: try row.size("block_size"),
            maxConnections: try row.size("max_connections"),
            sharedBuffers: try row.size("shared_buffers"),
            maintenanceWorkMem: try row.size("maintenance_work_mem"),
            maxParallelMaintenanceWorkers: try row.size("max_parallel_maintenance_workers"),
            maxParallelWorkers: try row.size("max_parallel_workers"),
            maxWorkerProcesses: try row.size("max_worker_processes"),
            toast: try toast(row),
            vectorVersion: try row.optional("vector_version").map(PgvectorVersion.init(parsing:)),
            vectorSchema: try row.optional("vector_schema"),
            mayCreateSchema: try row.bool("may_create_schema"),
            mayKeepLedger: try row.bool("may_keep_ledger"),
            hasLedgerSchema: try row.bool("has_ledger_schema"))
    }

    private func toast(_ row: Record) throws(FerryError) -> ToastDefault? {
        guard let method = try row.optional("toast_compression") else { return nil }
        return ToastDefault(
            method: method, isBuiltIn: try row.bool("toast_compression_is_built_in"),
            offersLZ4: try row.bool("offers_lz4"))
    }

    private func relations(_ rows: Answer) throws(FerryError) -> [OID: Relation] {
        var relations: [OID: Relation] = [:]
        for row in rows {
            let oid = try row.int("oid", as: OID.self)
            let comments = try row.list("late_check_comments").map { $0.isEmpty ? [] : [$0] }
            let checks = zip(zip(try row.list("late_check_names"), try row.list("late_checks")), comments)
                .map { LateCheck(name: $0.0, definition: $0.1, after: $1) }
            if let check = checks.first(where: { !DefinitionForm.isKept(by: $0) }) {
                throw rows.unexpected("The server's definition of \(check.name) is not that of a check constraint.")
            }
            relations[oid] = Relation(
                oid: oid,
                name: try row.name(),
                kind: try row.string("kind") == "p" ? .partitioned : .table,
                isLocked: try row.bool("is_locked"),
                isUnlogged: try row.string("persistence") == "u",
                parent: try row.optional("parent").flatMap { OID($0) },
                inherits: try row.list("inherits").compactMap { OID($0) },
                ofType: try row.optional("of_type").flatMap { OID($0) },
                hasForeignPartition: try row.bool("has_foreign_partition"),
                pages: try row.size("pages", to: 1 << 32),
                bytes: try row.size("bytes"),
                estimatedRows: try row.size("estimated_rows", from: -1, to: 1 << 41),
                owner: try row.string("owner"),
                rights: Relation.Rights(
                    useSchema: try row.bool("may_use_schema"), createInSchema: try row.bool("may_create_in_schema"),
                    select: try row.bool("may_select"), insert: try row.bool("may_insert"),
                    delete: try row.bool("may_delete"), update: try row.bool("may_update"),
                    truncate: try row.bool("may_truncate"),
                    reference: try row.bool("may_reference"), own: try row.bool("is_owner"),
                    actAsOwner: try row.bool("may_act_as_owner"),
                    rowSecurityActive: try row.bool("row_security_active")),
                columns: [], indexes: [], foreignKeys: [], triggers: [], sequences: [],
                unidentifiedChanges: try row.list("unidentified_changes"), hasGrants: try row.bool("has_grants"),
                lateChecks: checks,
                leftOut: try row.list("left_out"))
        }
        return relations
    }

    private func attachColumns(_ rows: Answer, to relations: inout [OID: Relation]) throws(FerryError) {
        for row in rows {
            let column = Column(
                name: try row.string("name"),
                type: try row.string("type"),
                vectorType: try row.optional("vector_type").flatMap(VectorType.init(rawValue:)),
                holdsVectors: try row.bool("holds_vectors"),
                isOID: try row.bool("is_oid"),
                structure: try row.optional("structure"),
                enumLabels: try row.list("enum_labels"),
                dimensions: try row.dimensions("dimensions"),
                isNotNull: try row.bool("is_not_null"),
                hasDefault: try row.bool("has_default"),
                isGenerated: try row.bool("is_generated"),
                toastMethod: try row.optional("toast_method").flatMap(ToastMethod.init(rawValue:)),
                isBuiltIn: try row.bool("is_built_in"),
                textReason: try row.optional("text_reason"),
                userTypes: try row.list("user_types").compactMap { OID($0) })
            relations[try row.int("relation", as: OID.self)]?.columns.append(column)
        }
    }

    private func attachIndexes(_ rows: Answer, to relations: inout [OID: Relation]) throws(FerryError) {
        for row in rows {
            let index = Index(
                oid: try row.int("oid", as: OID.self),
                name: try row.name(),
                isPartitioned: try row.string("kind") == "I",
                method: try row.string("method"),
                definition: try row.string("definition"),
                isUnique: try row.bool("is_unique"),
                isPrimary: try row.bool("is_primary"),
                isValid: try row.bool("is_valid"),
                isReplicaIdentity: try row.bool("is_replica_identity"),
                isPartial: try row.bool("is_partial"),
                isKey: try row.bool("is_key"),
                expressions: try row.list("expressions"),
                columns: try row.list("columns"),
                operatorClasses: try row.list("operator_classes"),
                equalityOperators: try row.list("equality_operators"),
                orderOperator: try row.optional("order_operator"),
                options: Index.options(try row.list("options")),
                isOfConstraint: try row.bool("is_of_constraint"),
                parent: try row.optional("parent").flatMap { OID($0) },
                bytes: try row.size("bytes"),
                after: try row.list("after"),
                obstacle: try row.optional("obstacle"),
                parts: try parts(row))
            let relation = try row.int("relation", as: OID.self)
            guard let table = relations[relation]?.name else { continue }
            guard DefinitionForm.isKept(by: index, of: table) else {
                throw rows.unexpected("The server's definition of \(index.name) is not that of an index of \(table).")
            }
            relations[relation]?.indexes.append(index)
        }
    }

    private func parts(_ row: Record) throws(FerryError) -> IndexParts {
        IndexParts(
            keyType: try row.string("key_type"),
            keyDimensions: try row.dimensions("key_dimensions"),
            name: try row.string("quoted_name"),
            qualifiedName: try row.string("quoted_qualified_name"),
            relation: try row.string("quoted_relation"),
            operatorClass: try row.string("quoted_operator_class"),
            tablespace: try row.optional("quoted_tablespace"),
            predicate: try row.optional("predicate"),
            addConstraint: try row.optional("add_constraint"),
            attach: try row.optional("attach"))
    }

    private func attachForeignKeys(_ rows: Answer, to relations: inout [OID: Relation]) throws(FerryError) {
        for row in rows {
            let key = ForeignKey(
                name: try row.string("name"), referenced: try row.int("referenced", as: OID.self),
                columns: try row.list("columns"), referencedColumns: try row.list("referenced_columns"),
                definition: try row.string("definition"), after: try row.list("after"),
                mayAdd: try row.bool("may_add"), ownerMayAdd: try row.bool("owner_may_add"))
            guard DefinitionForm.isKept(by: key) else {
                throw rows.unexpected("The server's definition of \(key.name) is not that of a foreign key.")
            }
            let relation = try row.int("relation", as: OID.self)
            if try row.bool("is_inherited") {
                relations[relation]?.inheritedForeignKeys.append(key)
            } else {
                relations[relation]?.foreignKeys.append(key)
            }
        }
    }
}

extension Index {
    /// Parses storage parameters as `pg_class.reloptions` has them: `["lists=100"]`.
    static func options(_ list: [String]) -> [String: String] {
        var options: [String: String] = [:]
        for option in list {
            let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            options[parts[0]] = parts.count == 2 ? parts[1] : ""
        }
        return options
    }
}
