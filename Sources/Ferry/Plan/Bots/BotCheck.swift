/// What is wrong with the bots that were named.
struct BotCheck {
    let request: CopyRequest
    let survey: Survey

    /// What the operator should know of the bots; a blocker where a name can't be a bot's.
    func notes(for chosen: [TableSelector.Chosen]) -> [Note] {
        guard let only = request.selection.bots else { return [] }
        var notes: [Note] = []
        let scoped = chosen.filter { $0.botScope != nil }
        if scoped.isEmpty {
            notes.append(
                Note(
                    level: .blocker, code: .noBotColumn, side: .source, table: nil,
                    message: "Bots were named, and no selected table has a bot column.",
                    hint: "Name it with --bot-column."))
        }
        for table in scoped {
            guard case .column(let name)? = table.botScope, let column = table.relation.column(name),
                let most = Self.length(of: column.type),
                let long = only.first(where: { $0.unicodeScalars.count > most })
            else { continue }
            notes.append(
                Note(
                    level: .blocker, code: .botTooLong, side: .source, table: table.relation.name,
                    message: "The bot id \(long) has \(long.unicodeScalars.count) characters; \(name) holds \(most).",
                    hint: "Check --bot and --bots for a line that is no bot id."))
        }
        let known = survey.sourceBots.values.reduce(into: Set<String?>()) { $0.formUnion($1) }
        let unknown = only.filter { !known.contains($0) }
        if !survey.sourceBots.isEmpty, !unknown.isEmpty {
            let shown = unknown.prefix(5).joined(separator: ", ") + (unknown.count > 5 ? ", \u{2026}" : "")
            notes.append(
                Note(
                    level: .warning, code: .unknownBots, side: .source, table: nil,
                    message: "\(unknown.count) of the named bots have no rows in the source: \(shown).",
                    hint: "A bot without knowledge has none."))
        }
        for table in chosen where table.botScope == nil {
            notes.append(
                Note(
                    level: .warning, code: .notLimited, side: .source, table: table.relation.name,
                    message: "The table does not belong to bots and is copied whole.", hint: nil))
        }
        return notes
    }

    /// `character(26)` and `character varying(26)` hold 26.
    private static func length(of type: String) -> Int? {
        guard type.hasPrefix("character"), let open = type.firstIndex(of: "("), type.hasSuffix(")") else { return nil }
        return Int(type[type.index(after: open)...].dropLast())
    }
}
