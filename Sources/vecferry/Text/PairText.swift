import Ferry

/// One table of a plan: a heading, and a line for each thing that happens to it.
struct PairText {
    /// The table.
    let pair: TablePair

    /// Whether the rows of the table are copied and nothing else happens to it, so that a summary may cover it.
    static func isTrivial(_ pair: TablePair) -> Bool {
        pair.role != .embedding && pair.format == .binary && pair.load == .append && !pair.isCreated
            && pair.constraints.isEmpty && pair.triggers.isEmpty && pair.filter.isAll
            && pair.indexes.allSatisfy { !$0.isVectorIndex }
    }

    /// The heading, and an indented line for each thing that happens to the table.
    var lines: [Line] {
        var lines: [Line] = ["\(pair.name, .name)  \(heading)"]
        if pair.isCreated { lines.append(line("created", "from the source's definition, with pg_dump")) }
        lines.append(
            line("rows", "\(load)\(pair.load == .append ? ", " : "; as ")\(pair.format.rawValue)\(formatReason)"))
        for column in pair.convertedColumns {
            lines.append(
                line(
                    "converted",
                    "\(column.name) \(column.type) to \(column.targetType), rounded as pgvector's own cast does"))
        }
        if pair.parts.count > 1 { lines.append(line("from", Units.count(pair.parts.count, "partition"))) }
        if let bots { lines.append(line("bots", bots)) }
        for index in pair.indexes { lines += IndexText(index: index).lines.map { $0.indented() } }
        if !pair.constraints.isEmpty {
            let dropped = pair.constraints.contains(where: \.exists) ? "dropped for the load, then put back" : nil
            let constraints = names(pair.constraints.map(\.name))
            lines.append(line("constraints", "\(constraints): \(dropped ?? "added after the load")"))
            lines += pair.constraints.filter { !$0.exists }.map { "    as: \($0.name) \($0.definition)" }
        }
        if !pair.triggers.isEmpty {
            lines.append(
                line("triggers", names(pair.triggers.map(\.name)) + ": disabled during the load"))
        }
        if !pair.sequences.isEmpty {
            let carried = pair.sequences.filter { if case .sequence = $0.source { true } else { false } }
            if !carried.isEmpty {
                let targets = names(carried.map(\.target.description))
                let higher = carried.allSatisfy(\.keepsHigher) ? ", unless they are ahead" : ""
                lines.append(line("sequences", "\(targets): set to the source's values\(higher)"))
            }
            for sequence in pair.sequences where !carried.contains(sequence) {
                lines.append(
                    line(
                        "sequence",
                        "\(sequence.target): set to the last \(sequence.column), since the source has no sequence"))
            }
        }
        return lines
    }

    private func line(_ label: String, _ text: String) -> Line { "  \(label + ":", .label) \(text)" }

    /// The table's role, size and vectors:
    /// `embedding table, about 60,000 rows, 363 MB on disk, 12 chunks, embedding vector(1024)`.
    private var heading: String {
        var parts: [String] = []
        switch pair.role {
        case .embedding: parts.append("embedding table")
        case .bot: parts.append("bot table")
        case .other: break
        }
        parts.append(PlanText.rows([pair]))
        parts.append("\(Units.bytes(pair.bytes)) on disk")
        parts.append(Units.count(pair.chunkCount, "chunk"))
        for column in pair.embeddingColumns {
            let type = column.dimensions.map { "\(column.vectorType?.rawValue ?? column.type)(\($0))" } ?? column.type
            parts.append("\(column.name) \(type)")
        }
        return parts.joined(separator: ", ")
    }

    private var load: String {
        switch pair.load {
        case .append: "appended to the empty table"
        case .truncate: "appended after TRUNCATE empties the table"
        case .keepBots: "beside the target's bots, which stay as they are"
        case .replaceBots(let bots):
            "after deleting the target's rows of \(Units.count(bots.count, "bot")), which the source's rows replace"
        case .keepKeys: "beside the target's rows; rows whose key the target has are left out"
        case .replaceKeys: "beside the target's rows, which are replaced where the key is the same"
        }
    }

    private var formatReason: String {
        let columns = pair.columns.compactMap { column in
            column.textReason.map { "\(column.name): \($0)" }
        }
        return pair.format == .text && !columns.isEmpty ? " (\(columns.joined(separator: "; ")))" : ""
    }

    /// The bots that are copied, if not all of them are.
    private var bots: String? {
        guard let scope = pair.botScope, !pair.filter.isAll else { return nil }
        var parts: [String] = []
        if let only = pair.filter.only { parts.append("only \(names(only))") }
        if !pair.filter.except.isEmpty {
            parts.append("without \(names(pair.filter.except.map { $0 ?? "rows of no bot" })), which the target has")
        }
        return "\(parts.joined(separator: ", ")) (\(Self.place(scope)))"
    }

    private static func place(_ scope: BotScope) -> String {
        switch scope {
        case .column(let name): "column \(name)"
        case .through(_, let parent, _, let scope): "\(place(scope)) of \(parent)"
        }
    }

    /// Returns the first few names, and the number of the others.
    private func names(_ names: [String]) -> String {
        let few = names.prefix(5).joined(separator: ", ")
        return names.count > 5 ? "\(few) and \(Units.count(names.count - 5)) more" : few
    }
}
