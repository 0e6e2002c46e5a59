/// Chooses the tables of a database that a selection means, and tells what each of them is.
struct TableSelector {
    /// What was asked for.
    let selection: TableSelection
    /// Where the tables are.
    let catalog: Catalog
    private let embeddingTables: Set<OID>
    /// What the foreign keys of embedding tables refer to.
    private let referredByEmbeddings: Set<OID>

    /// - Parameter catalog: Of the side that the patterns speak of: the source where there is one.
    init(selection: TableSelection, catalog: Catalog) {
        self.selection = selection
        self.catalog = catalog
        let embedding = catalog.relations.values.filter(Self.holdsEmbeddings)
        embeddingTables = Set(embedding.map(\.oid))
        referredByEmbeddings = Set(embedding.flatMap(\.foreignKeys).map(\.referenced))
    }

    /// One chosen table.
    struct Chosen {
        /// A whole table: its partitions come with it.
        var relation: Relation
        /// Why the default selection would take it, if it would.
        var role: TablePair.Role
        /// How a row's bot is found; nil where the table has none.
        var botScope: BotScope?
    }

    /// The chosen tables, embedding tables first, and what is wrong with the selection.
    func choose() -> (tables: [Chosen], notes: [Note]) {
        var notes: [Note] = []
        let included = patterns(selection.tables, "--table", &notes)
        let excluded = patterns(selection.excluded, "--exclude-table", &notes)
        let candidates = catalog.relations.values.sorted { $0.name.description < $1.name.description }

        var chosen = candidates.filter { relation in
            guard !excluded.contains(where: { $0.matches(relation.name) }) else { return false }
            if !included.isEmpty { return included.contains { $0.matches(relation.name) } }
            return selection.all || isEmbeddingTable(relation) || isBotTable(relation)
        }
        // A partition comes with its root.
        let oids = Set(chosen.map(\.oid))
        chosen.removeAll { relation in catalog.ancestors(of: relation).contains { oids.contains($0.oid) } }
        for relation in chosen {
            notes += unreachable(relation, excluded)
        }

        for (pattern, text) in zip(included, selection.tables)
        where !candidates.contains(where: { pattern.matches($0.name) }) {
            notes.append(
                Note(
                    level: .blocker, code: .noSuchTable, side: .source, table: nil,
                    message: "The pattern \(text) of --table matches no table.",
                    hint: "Patterns are psql's: unquoted letters fold to lower case, * and ? match."))
        }
        if let column = selection.botColumn, !candidates.contains(where: { $0.column(column) != nil }) {
            notes.append(
                Note(
                    level: .blocker, code: .noSuchBotColumn, side: .source, table: nil,
                    message: "No table has the column \(column) of --bot-column.",
                    hint: "Give the column's name as the catalog has it, without quotes."))
        }
        if chosen.isEmpty, !notes.contains(where: { $0.level == .blocker }) {
            notes.append(
                Note(
                    level: .blocker, code: .nothingToCopy, side: .source, table: nil,
                    message: "No table has an embedding or a bot column.",
                    hint: "Name tables with --table, or take all with --all."))
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

    /// Partitions that would have to be left out of a table, or can't be read in chunks.
    private func unreachable(_ relation: Relation, _ excluded: [TablePattern]) -> [Note] {
        var notes: [Note] = []
        for partition in catalog.tree(below: relation) where excluded.contains(where: { $0.matches(partition.name) }) {
            notes.append(
                Note(
                    level: .blocker, code: .partitionExcluded, side: .source, table: relation.name,
                    message: "The partition \(partition.name) can't be left out of a table that is copied.",
                    hint: "Name the partitions to be copied with --table, and not the table."))
        }
        if relation.hasForeignPartition {
            notes.append(
                Note(
                    level: .blocker, code: .foreignPartition, side: .source, table: relation.name,
                    message: "A partition of the table is a foreign table: its rows lie on another server.",
                    hint: "Name the other partitions with --table, and copy the foreign one from where it lies."))
        }
        return notes
    }

    private func patterns(_ texts: [String], _ option: String, _ notes: inout [Note]) -> [TablePattern] {
        texts.compactMap { text in
            if let pattern = TablePattern(text) { return pattern }
            notes.append(
                Note(
                    level: .blocker, code: .badPattern, side: nil, table: nil,
                    message: "\(text) is not a table pattern for \(option).",
                    hint: "Write schema.table or table, with names that are not plain in double quotes."))
            return nil
        }
    }

    // MARK: What a table is

    /// Whether the table, or a partition of it, has a column of embeddings.
    func isEmbeddingTable(_ relation: Relation) -> Bool { embeddingTables.contains(relation.oid) }

    private static func holdsEmbeddings(_ relation: Relation) -> Bool {
        if relation.columns.contains(where: { $0.vectorType != nil }) { return true }
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

    /// The bot of a row stands in the table's own column, or in the row that a foreign key leads to.
    func botScope(of relation: Relation) -> BotScope? { botScope(of: relation, visited: []) }

    private func botScope(of relation: Relation, visited: Set<OID>) -> BotScope? {
        if let column = botColumn(of: relation) { return .column(column) }
        guard !visited.contains(relation.oid) else { return nil }
        for key in relation.foreignKeys {
            guard let parent = catalog.relations[key.referenced],
                let scope = botScope(of: parent, visited: visited.union([relation.oid]))
            else { continue }
            return .through(
                columns: key.columns, parent: parent.name, parentColumns: key.referencedColumns, scope: scope)
        }
        return nil
    }
}
