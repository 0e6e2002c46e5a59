/// Chooses the tables that a selection matches, and determines the role of each.
struct TableSelector {
    /// The options of the selection.
    let selection: TableSelection
    /// The database with the tables.
    let catalog: Catalog
    /// The other side, where it is known: `--exclude-table` may name a table of it.
    private let other: Catalog?
    private let embeddingTables: Set<OID>
    /// The tables that foreign keys of embedding tables reference.
    private let referredByEmbeddings: Set<OID>

    /// - Parameter catalog: The side that the patterns apply to: the source where there is one.
    init(selection: TableSelection, catalog: Catalog, other: Catalog? = nil) {
        self.selection = selection
        self.other = other
        self.catalog = catalog
        let embedding = catalog.relations.values.filter(Self.holdsEmbeddings)
        embeddingTables = Set(embedding.map(\.oid))
        referredByEmbeddings = Set(embedding.flatMap(\.foreignKeys).map(\.referenced))
    }

    /// One chosen table.
    struct Chosen {
        /// The whole table, including its partitions.
        var relation: Relation
        /// The table's role in the default selection.
        var role: TablePair.Role
        /// How to find the bot of a row; nil where the table belongs to no bots.
        var botScope: BotScope?
    }

    /// Returns the chosen tables, embedding tables first, and the blockers of the selection.
    func choose() -> (tables: [Chosen], notes: [Note]) {
        var notes: [Note] = []
        var isExcluded = false
        let included = patterns(selection.tables, "--table", &notes)
        let excluded = patterns(selection.excluded, "--exclude-table", &notes)
        let candidates = catalog.inOrder

        var chosen = candidates.filter { relation in
            let isWanted =
                included.isEmpty
                ? selection.all || isEmbeddingTable(relation) || isBotTable(relation)
                : included.contains { $0.matches(relation.name) }
            guard isWanted, excluded.contains(where: { $0.matches(relation.name) }) else { return isWanted }
            isExcluded = true
            return false
        }
        notes += takeAlong(&chosen, candidates, excluded)
        // A partition is part of its root.
        let oids = Set(chosen.map(\.oid))
        chosen.removeAll { relation in catalog.ancestors(of: relation).contains { oids.contains($0.oid) } }
        for relation in chosen {
            notes += unreachable(relation, excluded)
        }

        let names = candidates.map(\.name)
        notes += unmatched(included, selection.tables, "--table", names)
        // A table that only the other side has may be left out by name.
        notes += unmatched(
            excluded, selection.excluded, "--exclude-table", names + (other?.relations.values.map(\.name) ?? []))
        if let column = selection.botColumn, !candidates.contains(where: { $0.column(column) != nil }) {
            notes.append(
                Note(
                    level: .blocker, code: .noSuchBotColumn, side: .source, table: nil,
                    message: "No table has the column \(column) of --bot-column.",
                    hint: "Write the column's name as the catalog has it, without quotes."))
        }
        if chosen.isEmpty, !notes.contains(where: { $0.level == .blocker }) {
            notes.append(candidates.isEmpty || !isExcluded ? .noTable : .allExcluded)
        }
        let tables = chosen.map { relation in
            Chosen(
                relation: relation,
                role: isEmbeddingTable(relation) ? .embedding : isBotTable(relation) ? .bot : .other,
                botScope: botScope(of: relation))
        }
        let order: [TablePair.Role] = [.embedding, .bot, .other]
        return (
            order.flatMap { role in tables.filter { $0.role == role } },
            notes
        )
    }

    /// Blockers for patterns that match none of these tables: a mistyped one would copy what should stay, or leave out what should
    /// be copied.
    private func unmatched(
        _ patterns: [TablePattern], _ texts: [String], _ option: String, _ names: [QualifiedName]
    ) -> [Note] {
        zip(patterns, texts).filter { pattern, _ in !names.contains(where: pattern.matches) }.map { _, text in
            Note(
                level: .blocker, code: .noSuchTable, side: .source, table: nil,
                message: "The pattern \(text) of \(option) matches no table.",
                hint:
                    "Patterns follow psql: unquoted letters fold to lower case, '\"Name\"' matches a name with capitals, * matches "
                    + "any characters, ? matches one.")
        }
    }

    /// Adds the tables that inherit from a chosen one and hold rows: a query of the parent returns these rows too.
    private func takeAlong(
        _ chosen: inout [Relation], _ candidates: [Relation], _ excluded: [TablePattern]
    ) -> [Note] {
        var notes: [Note] = []
        var oids = Set(chosen.map(\.oid))
        for parent in chosen {
            let children = catalog.children(of: parent)
            if let chunk = children.first(where: { $0.name.schema == "_timescaledb_internal" }) {
                notes.append(
                    Note(
                        level: .blocker, code: .inheritance, side: .source, table: parent.name,
                        message:
                            "The table is a hypertable of TimescaleDB: its rows are in chunks such as \(chunk.name).",
                        hint:
                            "Move it with TimescaleDB's own tools, and leave it out with --exclude-table '\(parent.name.sql)'."
                    ))
                continue
            }
            for child in children where !oids.contains(child.oid) && child.pages > 0 {
                if excluded.contains(where: { $0.matches(child.name) }) {
                    notes.append(
                        Note(
                            level: .warning, code: .inheritance, side: .source, table: parent.name,
                            message: "\(child.name) inherits from the table and is left out, with its rows.", hint: nil)
                    )
                } else {
                    oids.insert(child.oid)
                }
            }
        }
        chosen = candidates.filter { oids.contains($0.oid) }
        return notes
    }

    /// Blockers for partitions that would have to be left out of a table, or can't be read in chunks.
    private func unreachable(_ relation: Relation, _ excluded: [TablePattern]) -> [Note] {
        var notes: [Note] = []
        for partition in catalog.tree(below: relation) where excluded.contains(where: { $0.matches(partition.name) }) {
            notes.append(
                Note(
                    level: .blocker, code: .partitionExcluded, side: .source, table: relation.name,
                    message: "The partition \(partition.name) can't be left out of a table that is copied.",
                    hint: "Name the partitions to copy with --table instead of the table."))
        }
        if let bad = ([relation] + catalog.tree(below: relation)).first(where: { !$0.isNamedInUTF8 }) {
            notes.append(.notUTF8(relation.name, bad.name))
        }
        if relation.hasForeignPartition {
            notes.append(
                Note(
                    level: .blocker, code: .foreignPartition, side: .source, table: relation.name,
                    message: "A partition of the table is a foreign table: its rows are on another server.",
                    hint: "Name the other partitions with --table, and copy the foreign one from its own server."))
        }
        return notes
    }

    private func patterns(_ texts: [String], _ option: String, _ notes: inout [Note]) -> [TablePattern] {
        texts.compactMap { text in
            if let pattern = TablePattern(text) { return pattern }
            notes.append(
                Note(
                    level: .blocker, code: .badPattern, side: nil, table: nil,
                    message: "The pattern \(text) of \(option) is malformed.",
                    hint: "Write table or schema.table, with double quotes around names that are not plain lower case.")
            )
            return nil
        }
    }

    // MARK: Roles and bots

    /// Whether the table, or a partition of it, has a column of embeddings.
    func isEmbeddingTable(_ relation: Relation) -> Bool { embeddingTables.contains(relation.oid) }

    private static func holdsEmbeddings(_ relation: Relation) -> Bool {
        if relation.columns.contains(where: \.holdsVectors) { return true }
        // A bit string is an embedding where pgvector indexes it.
        let bitClasses: Set = ["bit_hamming_ops", "bit_jaccard_ops"]
        return relation.indexes.contains { $0.isVectorIndex && !bitClasses.isDisjoint(with: $0.operatorClasses) }
    }

    private func isBotTable(_ relation: Relation) -> Bool {
        botColumn(of: relation) != nil || referredByEmbeddings.contains(relation.oid)
            || relation.foreignKeys.contains { embeddingTables.contains($0.referenced) }
    }

    private func botColumn(of relation: Relation) -> String? {
        let names = selection.botColumn.map { [$0] } ?? ["botid", "bot_id"]
        return names.first { relation.column($0) != nil }
    }

    /// The bot of a row is found in the table's own column, or in the row that a foreign key references.
    func botScope(of relation: Relation) -> BotScope? { botScope(of: relation, visited: []) }

    private func botScope(of relation: Relation, visited: Set<OID>) -> BotScope? {
        if let column = botColumn(of: relation) { return .column(column) }
        guard !visited.contains(relation.oid) else { return nil }
        for key in relation.foreignKeys {
            // An operator between types of users may be found by a cast that anyone has defined.
            guard let parent = catalog.relations[key.referenced],
                relation.hasBuiltIn(key.columns), parent.hasBuiltIn(key.referencedColumns),
                let scope = botScope(of: parent, visited: visited.union([relation.oid]))
            else { continue }
            return .through(
                columns: key.columns, parent: parent.name, parentColumns: key.referencedColumns, scope: scope)
        }
        return nil
    }
}

extension Note {
    /// A blocker: the default selection is empty.
    fileprivate static let noTable = Note(
        level: .blocker, code: .nothingToCopy, side: .source, table: nil,
        message: "No table has an embedding or a bot column.",
        hint: "Name tables with --table, or select all tables with --all.")

    /// A blocker: nothing is left of the selection.
    fileprivate static let allExcluded = Note(
        level: .blocker, code: .nothingToCopy, side: .source, table: nil,
        message: "Every table was excluded by --exclude-table.", hint: "Leave out one of its patterns.")

    /// A blocker: no statement can name the table, or what belongs to it.
    ///
    /// - Parameter relation: The table, or the partition of it.
    static func notUTF8(_ table: QualifiedName, _ relation: QualifiedName) -> Note {
        // The bytes are unknown by now, so a pattern stands for them.
        let pattern = table.description.unicodeScalars.map { $0 == "\u{FFFD}" ? "?" : "\($0)" }.joined()
        return Note(
            level: .blocker, code: .notUTF8, side: .source, table: table,
            message: "The name of \(relation), or of what belongs to it, is not valid UTF-8.",
            hint: "Rename it, or leave it out with --exclude-table '\(pattern)'.")
    }
}
