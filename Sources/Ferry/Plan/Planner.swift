/// Makes a plan from a request and a survey of both servers. It does no I/O: the same survey and request give the same plan.
struct Planner {
    let request: CopyRequest
    let survey: Survey

    /// Makes the plan. One with blockers is as complete as it can be.
    func plan() -> Plan {
        let selector = TableSelector(selection: request.selection, catalog: survey.source, other: survey.target)
        let (chosen, selectionNotes) = selector.choose()
        var notes = ServerCheck(request: request, survey: survey).notes(for: chosen.map(\.relation))
        notes += selectionNotes
        notes += BotCheck(request: request, survey: survey).notes(for: chosen)

        let bots = BotMerge(request: request, survey: survey, chosen: chosen)
        let names = Set(chosen.map(\.relation.name))
        var pairs: [TablePair] = []
        for table in chosen {
            let pairing = Pairing(request: request, survey: survey, table: table, chosen: names, bots: bots)
            let (pair, pairNotes) = pairing.pair(number: PairNumber(pairs.count))
            notes += pairNotes
            if let pair { pairs.append(pair) }
        }
        return Plan(
            source: survey.source.server, target: survey.target.server, request: request, pairs: pairs, notes: notes,
            inventory: Inventory(survey, request: request, chosen: chosen.map(\.relation)))
    }
}
