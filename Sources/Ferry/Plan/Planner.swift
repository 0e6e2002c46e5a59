/// Makes a plan from a request and a survey of both servers. It does no I/O: the same survey and request give the same plan.
struct Planner {
    let request: CopyRequest
    let survey: Survey

    /// Makes the plan. One with blockers is as complete as it can be.
    func plan() -> Plan {
        guard let app = survey.appBots else { return planned([]) }
        let deleted = DeletedBots(app, source: survey.sourceBots.values, target: survey.targetBots.values)
        var request = request
        request.selection = deleted.leftOut(of: request.selection, on: .source)
        return Planner(request: request, survey: survey).planned(deleted.notes)
    }

    private func planned(_ before: [Note]) -> Plan {
        let selector = TableSelector(selection: request.selection, catalog: survey.source, other: survey.target)
        let (chosen, selectionNotes) = selector.choose()
        var notes = ServerCheck(request: request, survey: survey).notes(for: chosen.map(\.relation))
        notes += selectionNotes + before
        notes += BotCheck(request: request, survey: survey).notes(for: chosen)
        notes += unmatchedConversions(chosen.map(\.relation))

        let bots = BotMerge(request: request, survey: survey, chosen: chosen)
        let names = Set(chosen.map(\.relation.name))
        var pairs: [TablePair] = []
        for table in chosen {
            let pairing = Pairing(request: request, survey: survey, table: table, chosen: names, bots: bots)
            let (pair, pairNotes) = pairing.pair(number: PairNumber(pairs.count))
            notes += pairNotes
            if let pair { pairs.append(pair) }
        }
        let toast = request.toastCompression.method(on: survey.target.server)
        if let toast, !pairs.isEmpty { notes.append(.toastCompression(toast, request.toastCompression)) }
        return Plan(
            source: survey.source.server, target: survey.target.server, request: request, pairs: pairs,
            notes: notes.map(namingRoles),
            inventory: Inventory(survey, request: request, chosen: chosen.map(\.relation)), toastMethod: toast)
    }

    /// Blockers for conversions of columns that are not copied.
    private func unmatchedConversions(_ chosen: [Relation]) -> [Note] {
        request.conversions.compactMap { conversion in
            let isThere = chosen.contains {
                TablePattern(conversion.table)?.matches($0.name) == true && $0.column(conversion.column) != nil
            }
            guard !isThere else { return nil }
            return Note(
                level: .blocker, code: .noSuchColumn, side: .source, table: nil,
                message:
                    "--convert names \(conversion.table).\(conversion.column.sqlIdentifier), which is in no table that is copied.",
                hint: "Check the names; the table is one that --table takes, in the form TABLE.COLUMN=halfvec.")
        }
    }

    /// Adds to a note on a missing right that the role may become another one, which may have it.
    private func namingRoles(_ note: Note) -> Note {
        guard [.noPermission, .notOwner, .rowSecurity].contains(note.code), let side = note.side else { return note }
        let roles = side == .source ? survey.sourceSession.otherRoles : survey.targetSession.otherRoles
        guard !roles.isEmpty else { return note }
        let shown = roles.prefix(3).map(\.sqlIdentifier).joined(separator: ", ") + (roles.count > 3 ? ", \u{2026}" : "")
        var note = note
        note.hint =
            "\(note.hint.map { "\($0) " } ?? "")If \(shown) may, whose rights this role does not inherit, add "
            + "options='-c role=\(roles[0].sqlIdentifier)' to --\(side)."
        return note
    }
}
