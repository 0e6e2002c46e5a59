import Ferry

/// One table of a plan: a heading, and a line for each thing that happens to it.
struct PairText {
    let pair: TablePair
    let style: Style

    /// In these colours; the default has none.
    init(_ pair: TablePair, style: Style = .plain) {
        self.pair = pair
        self.style = style
    }

    /// Whether nothing happens to the table but that its rows go over, so that a summary may stand for it.
    static func isTrivial(_ pair: TablePair) -> Bool {
        pair.role != .embedding && pair.format == .binary && pair.load == .append && !pair.isCreated
            && pair.constraints.isEmpty && pair.triggers.isEmpty && pair.filter.isAll
            && pair.indexes.allSatisfy { !$0.isVectorIndex }
    }

    /// The heading, and what happens to the table, indented.
    var lines: [String] {
        var lines = ["\(style.bold(pair.name.description.shown))  \(heading)"]
        if pair.isCreated { lines.append(line("created", "from the source's definition, with pg_dump")) }
        lines.append(line("rows", "\(load); as \(pair.format.rawValue)\(formatReason)"))
        if pair.parts.count > 1 { lines.append(line("from", Units.count(pair.parts.count, "partition"))) }
        if let bots { lines.append(line("bots", bots)) }
        for index in pair.indexes { lines += IndexText(index, style: style).lines.map { "  \($0)" } }
        if !pair.constraints.isEmpty {
            lines.append(
                line("constraints", names(pair.constraints.map(\.name)) + ": off for the load, then put back"))
        }
        if !pair.triggers.isEmpty {
            lines.append(
                line("triggers", names(pair.triggers.map(\.name)) + ": off for the load, so that they don't fire"))
        }
        if !pair.sequences.isEmpty {
            let targets = names(pair.sequences.map(\.target.description))
            let higher = pair.sequences.allSatisfy(\.keepsHigher) ? ", unless they are further" : ""
            lines.append(line("sequences", "\(targets): set to where the source's stand\(higher)"))
        }
        return lines
    }

    private func line(_ label: String, _ text: String) -> String { "  \(style.dim(label + ":")) \(text)" }

    /// `embedding table, about 60,000 rows, 363 MB, 12 chunks, embedding vector(1024)`
    private var heading: String {
        var parts: [String] = []
        switch pair.role {
        case .embedding: parts.append("embedding table")
        case .bot: parts.append("bot table")
        case .other: break
        }
        parts.append(PlanText.rows([pair]))
        parts.append(Units.bytes(pair.bytes))
        parts.append(Units.count(pair.chunkCount, "chunk"))
        for column in pair.embeddingColumns {
            let type = column.dimensions.map { "\(column.vectorType?.rawValue ?? column.type)(\($0))" } ?? column.type
            parts.append("\(column.name) \(type)".shown)
        }
        return parts.joined(separator: ", ")
    }

    private var load: String {
        switch pair.load {
        case .append: "into the table, which must be empty"
        case .truncate: "into the table, after TRUNCATE deletes what it holds"
        case .keepBots: "beside the bots that the target has, which stay as they are"
        case .replaceBots(let bots):
            "after the target's rows of \(Units.count(bots.count, "bot")) are deleted, for the source's to take their place"
        case .keepKeys: "beside the target's rows; those whose key the target has are left out"
        case .replaceKeys: "beside the target's rows; those with the same key are replaced"
        }
    }

    private var formatReason: String {
        let columns = pair.columns.compactMap { column in
            column.textReason.map { "\(column.name): \($0)" }
        }
        return pair.format == .text && !columns.isEmpty ? " (\(columns.joined(separator: "; ").shown))" : ""
    }

    /// Which bots, where not all of them.
    private var bots: String? {
        guard let scope = pair.botScope, !pair.filter.isAll else { return nil }
        var parts: [String] = []
        if let only = pair.filter.only { parts.append("only \(names(only))") }
        if !pair.filter.except.isEmpty {
            parts.append("without \(names(pair.filter.except.map { $0 ?? "rows of no bot" })), which the target has")
        }
        return "\(parts.joined(separator: ", ")) (\(Self.place(scope).shown))"
    }

    private static func place(_ scope: BotScope) -> String {
        switch scope {
        case .column(let name): "column \(name)"
        case .through(_, let parent, _, let scope): "\(place(scope)) of \(parent)"
        }
    }

    /// A few of the names, and how many more there are.
    private func names(_ names: [String]) -> String {
        let few = names.prefix(5).map(\.shown).joined(separator: ", ")
        return names.count > 5 ? "\(few) and \(Units.count(names.count - 5)) more" : few
    }
}
