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

    var source: Relation { table.relation }
    var target: Relation? { survey.target.relation(source.name) }
    var sourceLeaves: [Relation] { survey.source.leaves(of: source) }
    var targetLeaves: [Relation] { target.map(survey.target.leaves(of:)) ?? [] }
    /// The table and all partitions below it, including partitioned ones.
    var sourceTree: [Relation] { [source] + survey.source.tree(below: source) }
    var targetTree: [Relation] { target.map { [$0] + survey.target.tree(below: $0) } ?? [] }
    /// The conversions of the table's columns that the operator asked for, by name.
    var conversions: [String: ColumnConversion] { request.conversions.columns(of: source.name) }
    var isEmpty: Bool { !survey.nonEmptyTargets.contains(source.name) }

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
        let columns = ColumnMatch(source: source, target: target, conversions: conversions)
        notes += columns.notes
        notes += persistence()
        if let bad = targetTree.first(where: { !$0.isNamedInUTF8 }) {
            var note = Note.notUTF8(source.name, bad.name)
            note.side = .target
            notes.append(note)
        }
        let (load, filter, readBack) = loading(columns.pairs, &notes)
        notes += unconvertible(filter)
        notes += clearing(load)
        notes += botPath(filter, readBack, load)
        notes += targetRights(load)
        notes += target.map(survey.target.partitionTriggers(of:)) ?? []

        let rows = estimatedRows(filter)
        let indexPlanner = IndexPlanner(
            request: request.index, targetServer: survey.target.server)
        let (indexes, indexNotes) = indexPlanner.plan(
            source: placed(source, columns.pairs),
            sourceTree: survey.source.tree(below: source).map { placed($0, columns.pairs) }, target: target,
            targetTree: target.map(survey.target.tree(below:)) ?? [],
            sourceRows: rows < 0 ? rows : rows + keptRows(load),
            targetIsEmpty: isEmpty || load == .truncate, relationName: source.name)
        notes += indexNotes + tablespaces(indexes)
        notes += SearchForecast(
            table: source.name, rows: rows < 0 ? rows : rows + keptRows(load),
            facts: survey.searchFacts[source.name] ?? SearchFacts(), request: request.index
        ).notes(for: indexes)
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

    /// The relation with its indexes as the target can have them.
    private func placed(_ relation: Relation, _ columns: [ColumnPair]) -> Relation {
        var relation = relation
        relation.indexes = relation.indexes.map { index in
            let index = columns.reduce(index) { $0.converting($1) }
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

    func note(
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
}
