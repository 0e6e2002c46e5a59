/// Matches one chosen source table to its target table, and collects the notes on both.
struct Pairing {
    let request: CopyRequest
    let survey: Survey
    /// The source's table.
    let table: TableSelector.Chosen
    /// The names of all tables that are copied.
    let chosen: Set<QualifiedName>
    /// The treatment of bots that the target holds.
    let bots: BotMerge

    private var source: Relation { table.relation }
    private var target: Relation? { survey.target.relation(source.name) }
    private var sourceLeaves: [Relation] { survey.source.leaves(of: source) }
    private var targetLeaves: [Relation] { target.map(survey.target.leaves(of:)) ?? [] }
    /// The table and all partitions below it, including partitioned ones.
    private var sourceTree: [Relation] { [source] + survey.source.tree(below: source) }
    private var targetTree: [Relation] { target.map { [$0] + survey.target.tree(below: $0) } ?? [] }
    private var isEmpty: Bool { !survey.nonEmptyTargets.contains(source.name) }

    /// - Returns: The pair, nil where the target has no table that could take the rows, and the notes.
    func pair(number: PairNumber) -> (pair: TablePair?, notes: [Note]) {
        var notes = sourceRights()
        guard target != nil || request.create else {
            notes.append(
                note(
                    .blocker, .tableMissing, .target, "The table does not exist.",
                    "Deploy the application first, or add --create."))
            return (nil, notes)
        }
        let columns = ColumnMatch(source: source, target: target)
        notes += columns.notes
        notes += persistence()
        if let bad = targetTree.first(where: { !$0.isNamedInUTF8 }) {
            var note = Note.notUTF8(source.name, bad.name)
            note.side = .target
            notes.append(note)
        }
        let (load, filter, readBack) = loading(columns.pairs, &notes)
        notes += clearing(load)
        notes += botPath(filter, readBack, load)
        notes += targetRights(load)
        notes += target.map(survey.target.partitionTriggers(of:)) ?? []

        let rows = estimatedRows(filter)
        let indexPlanner = IndexPlanner(
            request: request.index, targetServer: survey.target.server)
        let (indexes, indexNotes) = indexPlanner.plan(
            source: placed(source), sourceTree: survey.source.tree(below: source).map(placed), target: target,
            targetTree: target.map(survey.target.tree(below:)) ?? [],
            sourceRows: rows < 0 ? rows : rows + keptRows(load),
            targetIsEmpty: isEmpty || load == .truncate, relationName: source.name)
        notes += indexNotes + tablespaces(indexes)
        let isWhole = filter.isAll && load != .keepKeys
        notes += survey.sparse[source.name, default: []].map { $0.note(source.name, isWhole: isWhole) }
        let (constraints, constraintNotes) = ConstraintPlanner(
            survey: survey, sourceTree: sourceTree, targetTree: target == nil ? nil : targetTree, chosen: chosen
        ).plan()
        notes += constraintNotes
        let (sequences, sequenceNotes) = SequencePlanner(
            survey: survey, sourceTree: sourceTree, targetTree: target == nil ? nil : targetTree, isEmpty: isEmpty
        ).plan()
        notes += sequenceNotes
        notes += foreignFunctions(load) + unidentified(load) + largeObjects()
        if target == nil { notes += CreationCheck(survey: survey, tree: sourceTree, chosen: chosen).notes() }

        let pair = TablePair(
            number: number, name: source.name, role: table.role, isCreated: target == nil, columns: columns.pairs,
            format: columns.pairs.contains { $0.textReason != nil } ? .text : .binary, parts: parts(),
            targetParts: target == nil ? [source.name] : targetLeaves.map(\.name),
            estimatedRows: rows, key: (target ?? source).key, botScope: table.botScope,
            filter: filter, readBackFilter: readBack, load: load, owner: actingOwner(for: load), indexes: indexes,
            constraints: constraints,
            triggers: triggerPlans(), sequences: sequences)
        return (pair, notes)
    }

    /// The relation with its indexes where the target can have them.
    private func placed(_ relation: Relation) -> Relation {
        var relation = relation
        relation.indexes = relation.indexes.map { index in
            guard let tablespace = index.parts.tablespace, !survey.usableTablespaces.contains(tablespace) else {
                return index
            }
            return index.inDefaultTablespace
        }
        return relation
    }

    /// Warns of indexes that are created in another tablespace than the source's.
    private func tablespaces(_ plans: [IndexPlan]) -> [Note] {
        let created = Set(plans.filter { $0.action == .create }.flatMap(\.builds).map(\.index))
        let moved = sourceTree.flatMap(\.indexes).filter { index in
            created.contains(index.name)
                && index.parts.tablespace.map { !survey.usableTablespaces.contains($0) } == true
        }
        return Set(moved.compactMap(\.parts.tablespace)).sorted().map { tablespace in
            let names = moved.filter { $0.parts.tablespace == tablespace }.map(\.name)
            return note(
                .warning, .leftOut, .target,
                "The target has no tablespace \(tablespace) that this role may create in, so the database's default takes: "
                    + "\(names.map(\.description).joined(separator: ", ")).",
                "Once it has, ALTER INDEX \(names[0].sql) SET TABLESPACE \(tablespace) moves \(names.count == 1 ? "it" : "the first")."
            )
        }
    }

    private func note(
        _ level: Note.Level, _ code: Note.Code, _ side: Side, _ message: String, _ hint: String? = nil
    ) -> Note {
        Note(level: level, code: code, side: side, table: source.name, message: message, hint: hint)
    }

    /// Warns of a target table that does not survive a crash.
    private func persistence() -> [Note] {
        // A table that is created is like the source's.
        guard let unlogged = (target == nil ? sourceLeaves : targetLeaves).first(where: \.isUnlogged) else { return [] }
        let name = unlogged.name == source.name ? "The table" : "\(unlogged.name)"
        return [
            note(
                .warning, .unlogged, .target, "\(name) is UNLOGGED: a crash of the target empties it.",
                "After the copy, run ALTER TABLE \(unlogged.name.sql) SET LOGGED.")
        ]
    }

    // MARK: Rights

    private func sourceRights() -> [Note] {
        let user = survey.source.server.user
        var notes: [Note] = []
        if !source.rights.useSchema {
            let schema = source.name.schema
            notes.append(
                note(
                    .blocker, .noPermission, .source, "The role \(user) lacks USAGE on schema \(schema).",
                    "GRANT USAGE ON SCHEMA \(schema.sqlIdentifier) TO \(user.sqlIdentifier)."))
        }
        // Chunks are ranges of ctid, which the right to read some columns does not cover.
        for leaf in sourceLeaves where !leaf.rights.select {
            notes.append(
                note(
                    .blocker, .noPermission, .source, "The role \(user) lacks SELECT on \(leaf.name).",
                    "GRANT SELECT ON \(leaf.name.sql) TO \(user.sqlIdentifier)."))
        }
        if sourceTree.contains(where: \.rights.rowSecurityActive) {
            notes.append(policyNote(.source, user))
        }
        if survey.source.server.isInRecovery, let unlogged = sourceLeaves.first(where: \.isUnlogged) {
            notes.append(
                note(
                    .blocker, .unlogged, .source,
                    "\(unlogged.name) is UNLOGGED, and the server is a standby, which does not have its rows.",
                    "Give --source the address of the primary, or leave the table out with --exclude-table '\(source.name.sql)'."
                ))
        }
        return notes
    }

    private func policyNote(_ side: Side, _ user: String) -> Note {
        note(
            .blocker, .rowSecurity, side, "A row-level security policy would hide rows from the role \(user).",
            "Connect as the table's owner or as a role with BYPASSRLS.")
    }

    private func targetRights(_ load: LoadMode) -> [Note] {
        guard let target else {
            let schema = source.name.schema
            let user = survey.target.server.user
            guard let mayCreate = survey.mayCreateIn[schema] else {
                if survey.target.server.mayCreateSchema { return [] }
                let database = survey.target.server.database
                return [
                    note(
                        .blocker, .noPermission, .target, "The role \(user) may not create schema \(schema).",
                        "GRANT CREATE ON DATABASE \(database.sqlIdentifier) TO \(user.sqlIdentifier).")
                ]
            }
            if mayCreate { return [] }
            return [
                note(
                    .blocker, .noPermission, .target, "The role \(user) may not create tables in schema \(schema).",
                    "GRANT CREATE ON SCHEMA \(schema.sqlIdentifier) TO \(user.sqlIdentifier).")
            ]
        }
        let user = survey.target.server.user
        var missing: [String] = []
        if !target.rights.insert { missing.append("INSERT") }
        if !target.rights.select { missing.append("SELECT") }
        if load == .truncate, !target.rights.truncate { missing.append("TRUNCATE") }
        if case .replaceBots = load, !target.rights.delete { missing.append("DELETE") }
        if load == .replaceKeys, !target.rights.delete { missing.append("DELETE") }
        var notes: [Note] = []
        if !target.rights.useSchema {
            notes.append(
                note(
                    .blocker, .noPermission, .target, "The role \(user) lacks USAGE on schema \(target.name.schema).",
                    "GRANT USAGE ON SCHEMA \(target.name.schema.sqlIdentifier) TO \(user.sqlIdentifier)."))
        }
        if !missing.isEmpty {
            let rights = missing.joined(separator: ", ")
            notes.append(
                note(
                    .blocker, .noPermission, .target, "The role \(user) lacks \(rights) on the table.",
                    "GRANT \(rights) ON \(target.name.sql) TO \(user.sqlIdentifier)."))
        }
        if load.isKeyed, !survey.mayCreateTemporary {
            notes.append(
                note(
                    .blocker, .noPermission, .target,
                    "The role \(user) may not create temporary tables, which merging rows by key requires.",
                    "GRANT TEMPORARY ON DATABASE \(survey.target.server.database.sqlIdentifier) TO \(user.sqlIdentifier)."
                ))
        }
        for leaf in targetLeaves where leaf.oid != target.oid && !leaf.rights.select {
            notes.append(
                note(
                    .blocker, .noPermission, .target,
                    "The role \(user) lacks SELECT on \(leaf.name), which reading the rows back requires.",
                    "GRANT SELECT ON \(leaf.name.sql) TO \(user.sqlIdentifier)."))
        }
        if targetTree.contains(where: \.rights.rowSecurityActive) {
            notes.append(policyNote(.target, user))
        }
        let needsOwner = targetTree.contains { !$0.foreignKeys.isEmpty } || !triggerPlans().isEmpty
        if needsOwner, !target.rights.own {
            notes.append(
                note(
                    .blocker, .notOwner, .target,
                    "The copy drops foreign keys and disables triggers for the load, which only the owner "
                        + "\(target.owner) may do.",
                    "GRANT \(target.owner.sqlIdentifier) TO \(user.sqlIdentifier)."))
        }
        return notes
    }

    // MARK: Rows

    private func parts() -> [SourcePart] {
        sourceLeaves.map { SourcePart($0, chunkBytes: request.chunkBytes, server: survey.source.server) }
    }

    /// A blocker for a primary key that can't tell which rows are the same (PostgreSQL documentation, "INSERT": ON CONFLICT takes no
    /// deferrable constraint).
    private var deferrableKey: Note? {
        for (side, relation) in [(Side.target, target), (.source, source)] {
            guard let relation, let key = relation.indexes.first(where: { $0.isPrimary && !$0.isKey }),
                let text = key.parts.addConstraint, text.contains(" DEFERRABLE")
            else { continue }
            let list = key.columns.map(\.sqlIdentifier).joined(separator: ", ")
            let name = key.name.name.sqlIdentifier
            return note(
                .blocker, .noKey, side,
                "The table holds rows, and its primary key \(key.name.name) is DEFERRABLE, so it can't match rows to the other "
                    + "side's.",
                "On the \(side), run ALTER TABLE \(relation.name.sql) DROP CONSTRAINT \(name), ADD CONSTRAINT \(name) PRIMARY KEY "
                    + "(\(list)), or choose --existing truncate.")
        }
        return nil
    }

    /// The rows that are copied: counted where they were, else as the server estimates them; -1 if it can't.
    private func estimatedRows(_ filter: BotFilter) -> Int {
        if let bots = survey.sourceBots[source.name] {
            return bots.filter { filter.selects($0.key) }.values.reduce(0, +)
        }
        guard sourceLeaves.allSatisfy({ $0.estimatedRows >= 0 }) else { return -1 }
        return sourceLeaves.reduce(0) { $0 + $1.estimatedRows }
    }

    /// The rows of bots that stay on the target.
    private func keptRows(_ load: LoadMode) -> Int {
        let bots = survey.targetBots[source.name] ?? [:]
        switch load {
        case .keepBots: return bots.values.reduce(0, +)
        case .replaceBots(let replaced): return bots.filter { !replaced.contains($0.key) }.values.reduce(0, +)
        case .append, .truncate, .keepKeys, .replaceKeys: return 0
        }
    }

    private func loading(
        _ columns: [ColumnPair], _ notes: inout [Note]
    ) -> (load: LoadMode, filter: BotFilter, readBack: BotFilter) {
        if request.existing == .fail, !isEmpty {
            // An empty source and a full target are most often swapped.
            let isSourceEmpty = sourceLeaves.allSatisfy { $0.pages == 0 }
            let swapped =
                isSourceEmpty ? " The source's table is empty: check whether --source and --target are swapped." : ""
            let overlap = survey.targetBots[source.name].map {
                BotOverlap(source: survey.sourceBots[source.name] ?? [:], target: $0).text
            }
            let unit = table.botScope == nil ? "rows with the same key" : "bots"
            notes.append(
                note(
                    .blocker, .notEmpty, .target, "The table already holds \(overlap ?? "rows").",
                    "Choose --existing keep to keep its \(unit), --existing replace to replace them, or --existing "
                        + "truncate to empty the table." + swapped))
        }
        if table.botScope != nil { return bots.decide(isEmpty: isEmpty) }
        guard !isEmpty else { return (.append, .all, .all) }
        switch request.existing {
        case .fail: return (.append, .all, .all)
        case .truncate: return (.truncate, .all, .all)
        case .keep, .replace:
            let names = Set(columns.map(\.name))
            // Rows that share a key on the source would overwrite or hide each other.
            guard let key = target?.key, names.isSuperset(of: key.columns), source.hasKey(on: key.columns) else {
                if let note = deferrableKey { notes.append(note); return (.append, .all, .all) }
                notes.append(
                    note(
                        .blocker, .noKey, .target,
                        "The table holds rows, and has neither a bot column nor a key that both sides share, so its rows "
                            + "can't be matched to the source's.",
                        "Choose --existing truncate, or leave the table out with --exclude-table '\(source.name.sql)'.")
                )
                return (.append, .all, .all)
            }
            return (request.existing == .keep ? .keepKeys : .replaceKeys, .all, .all)
        }
    }

    /// A foreign key from outside the selection stays while rows are deleted: it would forbid that, or delete the rows that
    /// reference them, which no option asked for.
    private func clearing(_ load: LoadMode) -> [Note] {
        guard load.deletesRows else { return [] }
        let own = Set(targetTree.map(\.oid))
        let others = survey.target.relations.values.filter { other in
            other.foreignKeys.contains { own.contains($0.referenced) } && !chosen.contains(other.name)
                && !survey.target.ancestors(of: other).contains { chosen.contains($0.name) }
        }
        guard let other = others.map(\.name).min(by: { $0.description < $1.description }) else { return [] }
        return [
            note(
                .blocker, .referenced, .target,
                "\(other) references the table and is not copied, so no row of the table can be deleted.",
                "Add --table '\(other.sql)', or choose --existing keep.")
        ]
    }

    /// A blocker if the target lacks a table in which the bot of a row is found, and bots are selected or kept there.
    private func botPath(_ filter: BotFilter, _ readBack: BotFilter, _ load: LoadMode) -> [Note] {
        guard target != nil, let scope = table.botScope, !(filter.isAll && readBack.isAll && load == .append) else {
            return []
        }
        let created = request.create ? chosen : []
        guard let missing = scope.parents.first(where: { survey.target.relation($0) == nil && !created.contains($0) })
        else {
            let isMade = scope.parents.contains(where: created.contains)
            guard !isMade, !scope.exists(from: table.relation.name, in: survey.target) else { return [] }
            return [
                note(
                    .blocker, .botPathMissing, .target,
                    "The bot of a row is found in \(scope.parents.map(\.description).joined(separator: ", ")), but not by "
                        + "the source's columns and types.",
                    "Give the tables the same columns on both sides, or copy the table in a job without --bot, --bots and "
                        + "--existing.")
            ]
        }
        return [
            note(
                .blocker, .botPathMissing, .target,
                "The bot of a row is found in \(missing), which does not exist on the target.",
                "Create \(missing) there, or copy the table in a job without --bot, --bots and --existing.")
        ]
    }

    /// A blocker if the load deletes rows, or changes them, and a publication of the target could not send that.
    private func unidentified(_ load: LoadMode) -> [Note] {
        // TRUNCATE needs no identity.
        guard load.deletesRows, load != .truncate,
            let relation = targetLeaves.first(where: { $0.unidentifiedChanges.contains("DELETE") })
        else { return [] }
        return [
            note(
                .blocker, .noReplicaIdentity, .target,
                "\(relation.name) is published and has no replica identity, so no row of it can be deleted.",
                "Run ALTER TABLE \(relation.name.sql) REPLICA IDENTITY FULL, or choose --existing truncate.")
        ]
    }

    /// Warns of columns that may hold the numbers of large objects, which stay on the source.
    private func largeObjects() -> [Note] {
        guard let count = survey.source.objects.first(where: { $0.kind == "large object" })?.rows, count > 0 else {
            return []
        }
        let columns = source.columns.filter(\.isOID).map(\.name)
        guard !columns.isEmpty else { return [] }
        let named =
            "The \(columns.count == 1 ? "column" : "columns") \(columns.joined(separator: ", ")) may refer to large objects"
        return [
            note(
                .warning, .largeObjects, .source,
                "\(named): the source has \(Count.of(count)), which are not copied.",
                "Copy them with pg_dump --large-objects (--blobs before version 16) and pg_restore, which keep their numbers."
            )
        ]
    }

    // MARK: Code of others

    /// The owner as which rows are loaded: of the table and all its partitions, and of what a deletion by bots reads.
    private func actingOwner(for load: LoadMode) -> String? {
        guard let target else { return nil }
        var relations = [target] + survey.target.tree(below: target)
        if case .replaceBots = load {
            relations += (table.botScope?.parents ?? []).compactMap { survey.target.relation($0) }
        }
        return ActingRole.owner(of: relations)
    }

    /// Names the functions of other roles that run while rows are loaded.
    private func foreignFunctions(_ load: LoadMode) -> [Note] {
        guard let target else { return [] }
        let functions = ([target] + survey.target.tree(below: target)).flatMap(\.foreignFunctions)
        let owner = actingOwner(for: load)
        return Dictionary(grouping: functions, by: \.owner).sorted { $0.key < $1.key }.map { role, functions in
            let names = Set(functions.map(\.name)).sorted()
            let shown = names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", \u{2026}" : "")
            let of = "of the role \(role)"
            guard let owner else {
                return note(
                    .warning, .foreignCode, .target,
                    "Loading rows runs \(Count.of(names.count, "function")) \(of) with your rights: \(shown).",
                    "Read what they do first, or connect as the role that owns the table, \(target.owner).")
            }
            return note(
                .info, .foreignCode, .target,
                "Loading rows runs \(Count.of(names.count, "function")) \(of), as the table's owner \(owner): \(shown).",
                "They could still set the role back to yours: if you don't trust \(role), connect as \(owner).")
        }
    }

    private func triggerPlans() -> [TriggerPlan] { targetTree.flatMap(\.triggerPlans) }
}
