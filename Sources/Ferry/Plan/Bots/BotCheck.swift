/// Checks the bots that the request selects.
struct BotCheck {
    let request: CopyRequest
    let survey: Survey

    /// The notes on the selected bots: a blocker where an id can't be a bot's, else warnings.
    func notes(for chosen: [TableSelector.Chosen]) -> [Note] {
        guard let only = request.selection.bots else { return [] }
        var notes: [Note] = []
        let scoped = chosen.filter { $0.botScope != nil }
        if scoped.isEmpty {
            notes.append(
                Note(
                    level: .blocker, code: .noBotColumn, side: .source, table: nil,
                    message: "Bots are selected, but no selected table has a bot column.",
                    hint: "Name the column with --bot-column."))
        }
        for table in scoped {
            guard case .column(let name)? = table.botScope, let column = table.relation.column(name),
                let most = Self.length(of: column.type),
                let long = only.first(where: { $0.unicodeScalars.count > most })
            else { continue }
            notes.append(
                Note(
                    level: .blocker, code: .botTooLong, side: .source, table: table.relation.name,
                    message:
                        "The bot id \(long) has \(long.unicodeScalars.count) characters, but the column \(name) holds "
                        + "\(Count.of(most, "character")).",
                    hint: "Check --bot and --bots for a line that is not a bot id."))
        }
        let known = survey.sourceBots.values.reduce(into: Set<String?>()) { $0.formUnion($1) }
        let unknown = only.filter { !known.contains($0) }
        if !survey.sourceBots.isEmpty, !unknown.isEmpty {
            let shown = unknown.prefix(5).joined(separator: ", ") + (unknown.count > 5 ? ", \u{2026}" : "")
            notes.append(
                Note(
                    level: .warning, code: .unknownBots, side: .source, table: nil,
                    message: "\(Count.of(unknown.count)) of the selected bots \(unknown.count == 1 ? "has" : "have") "
                        + "no rows: \(shown).",
                    hint: "Check the ids; a bot without knowledge has no rows."))
        }
        for table in chosen where table.botScope == nil {
            notes.append(
                Note(
                    level: .warning, code: .notLimited, side: .source, table: table.relation.name,
                    message: "The table does not belong to bots, so all of its rows are copied.", hint: nil))
        }
        return notes
    }

    /// The length of `character(26)` and `character varying(26)`; nil for other types.
    private static func length(of type: String) -> Int? {
        guard type.hasPrefix("character"), let open = type.firstIndex(of: "("), type.hasSuffix(")") else { return nil }
        return Int(type[type.index(after: open)...].dropLast())
    }
}
