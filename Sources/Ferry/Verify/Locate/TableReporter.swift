/// Makes the report of each compared table, and locates the rows that differ.
struct TableReporter {
    /// The snapshots of the comparison.
    let sides: BothSides
    /// The options of the comparison.
    let request: VerifyRequest

    /// Makes the reports, in the tables' order.
    func reports(
        _ comparison: ComparisonPlanner.Comparison, _ results: [TableNumber: Comparer.Result]
    ) throws(FerryError) -> [TableComparison] {
        var reports: [TableComparison] = []
        for table in comparison.tables {
            guard let result = results[table.number] else { continue }
            reports.append(try report(table, result, kept: comparison.keptBots[table.number] ?? []))
        }
        return reports
    }

    private func report(
        _ table: ComparedTable, _ result: Comparer.Result, kept: [String?]
    ) throws(FerryError) -> TableComparison {
        var comparison = TableComparison(
            name: table.name, state: result.isSame ? .same : .differs, source: result.digest(.source),
            target: result.digest(.target),
            key: table.key?.columns, counts: .zero, findings: [], bots: result.bots, keptBots: kept,
            targetBots: result.targetBots.map { BotRows(bot: $0, rows: $1.rows) }.sorted { $0.bot < $1.bot },
            textColumns: table.textColumns)
        guard comparison.state == .differs else { return comparison }

        var listed = FindingList(most: request.maxFindings, hasKey: table.key != nil)
        try Locator(
            sides: sides, table: table, chunkBytes: request.chunkBytes, budget: request.locateBudget,
            loneBots: result.loneBots
        ).run(result.space, result.sums.mapValues(\.slots)) { listed.add($0) }
        comparison.counts = listed.counts
        if listed.counts.all == 0 {
            // A row in the target's table of bots names another bot, so that equal rows count for different bots.
            comparison.state = .same
            comparison.target = comparison.source
            comparison.targetBots = []
        }
        comparison.findings = try FindingNamer(sides: sides, table: table).name(listed.differences)
        return comparison
    }
}

extension Comparer.Result {
    /// The comparison of each bot; nil if a side has no bots, or too many to compare each.
    fileprivate var bots: [BotComparison]? {
        guard let source = sums[.source]?.bots, let target = sums[.target]?.bots, !source.isOverfull,
            !target.isOverfull
        else { return nil }
        return Set(source.digests.keys).union(target.digests.keys)
            .filter { bot in bot.map { targetBots[$0] == nil } ?? true }
            .sorted { ($0 ?? "") < ($1 ?? "") }
            .map { bot in
                BotComparison(
                    bot: bot, source: source.digests[bot] ?? .zero, target: target.digests[bot] ?? .zero)
            }
    }
}
