/// Checks the bots that the request selects.
struct BotCheck {
    let request: CopyRequest
    let survey: Survey

    /// The notes on the selected bots: a blocker where an id can't be a bot's, else warnings.
    func notes(for chosen: [TableSelector.Chosen]) -> [Note] {
        guard request.selection.limitsBots else { return [] }
        let (only, excluded) = (request.selection.bots ?? [], request.selection.excludedBots)
        var notes: [Note] = []
        let scoped = chosen.filter { $0.botScope != nil }
        if scoped.isEmpty {
            notes.append(
                Note(
                    level: .blocker, code: .noBotColumn, side: .source, table: nil,
                    message:
                        "Bots are \(only.isEmpty ? "left out" : "selected"), but no selected table has a bot column.",
                    hint: "Name the column with --bot-column."))
        }
        for table in scoped {
            guard case .column(let name)? = table.botScope, let column = table.relation.column(name),
                let most = Self.length(of: column.type),
                let long = (only + excluded).first(where: { $0.unicodeScalars.count > most })
            else { continue }
            notes.append(
                Note(
                    level: .blocker, code: .botTooLong, side: .source, table: table.relation.name,
                    message:
                        "The bot id \(long) has \(long.unicodeScalars.count) characters, but the column \(name) holds "
                        + "\(Count.of(most, "character")).",
                    hint: "Check --bot, --bots and --exclude-bot for a text that is not a bot id."))
        }
        let known = Set(survey.sourceBots.values.flatMap(\.keys))
        if !survey.sourceBots.isEmpty {
            notes += Self.unknown(only.filter { !known.contains($0) }, by: "--bot or --bots")
            notes += Self.unknown(excluded.filter { !known.contains($0) }, by: "--exclude-bot")
        }
        for table in chosen where table.botScope == nil {
            notes.append(
                Note(
                    level: .warning, code: .notLimited, side: .source, table: table.relation.name,
                    message: "The table does not belong to bots, so all of its rows are copied.", hint: nil))
        }
        return notes
    }

    /// - Parameter option: Where the operator named them.
    private static func unknown(_ bots: [String], by option: String) -> [Note] {
        guard !bots.isEmpty else { return [] }
        let shown = bots.prefix(5).joined(separator: ", ") + (bots.count > 5 ? ", \u{2026}" : "")
        return [
            Note(
                level: .warning, code: .unknownBots, side: .source, table: nil,
                message:
                    "\(Count.of(bots.count, "named bot")) \(bots.count == 1 ? "has" : "have") no rows in the source: \(shown).",
                hint: "Check \(option); a bot without knowledge has no rows.")
        ]
    }

    /// The length of `character(26)` and `character varying(26)`; nil for other types.
    private static func length(of type: String) -> Int? {
        guard type.hasPrefix("character"), let open = type.firstIndex(of: "("), type.hasSuffix(")") else { return nil }
        return Int(type[type.index(after: open)...].dropLast())
    }
}
