/// Compares two databases: reads both at the same time, locates the rows that differ, and names them.
struct Verifier {
    /// The endpoints and the workers.
    let engine: Engine
    /// The options of the comparison and the repair.
    let request: VerifyRequest

    /// Compares; if the request is to repair, repairs the rows that differ and compares again.
    ///
    /// - Throws: An error if any part could not be compared. Differences are in the report.
    func run() throws(FerryError) -> VerifyReport {
        let (report, repairs) = try compare(repairs: request.repair == .apply)
        guard let repairs else { return report }
        // Repaired rows are proven by another comparison.
        var proof = try compare(repairs: false).report
        proof.repair = RepairReport(isDryRun: false, tables: repairs)
        return proof
    }

    /// - Returns: The report, and the repairs made after it; nil if there were none.
    private func compare(repairs: Bool) throws(FerryError) -> (report: VerifyReport, repairs: [TableRepair]?) {
        let clock = ContinuousClock()
        let start = clock.now
        let source = SnapshotKeeper(engine.source.readOnly, workers: engine.workers)
        let target = SnapshotKeeper(engine.target.readOnly, workers: engine.workers)
        defer {
            source.close()
            target.close()
        }
        for keeper in [source, target] { keeper.begin(locking: []) }
        let workers = engine.workers
        let (sides, comparison) = try workers.during(.plan) { () throws(FerryError) in
            try self.plan(source, target)
        }
        let (results, bytes) = try workers.during(.compare) { () throws(FerryError) in
            try Comparer(sides: sides, tables: comparison.tables, chunkBytes: request.chunkBytes).run()
        }
        let differs = results.values.contains { !$0.isSame }
        let tables = try workers.during(.locate, if: differs) { () throws(FerryError) in
            try self.reports(comparison, results, sides)
        }
        try requireNamedBots(tables)
        var searches: [SearchReport] = []
        let work = comparison.tables.compactMap { table in
            results[table.number].map {
                Repairer.Work(table: table, sums: $0, counts: tables[table.number.value].counts)
            }
        }.filter { $0.counts.all > 0 }
        if request.repair != .none { try requireRepairable(work) }
        // Tables to be repaired are searched after the repair.
        if let search = request.search, !repairs || work.isEmpty {
            searches = try workers.during(.search) { () throws(FerryError) in
                try Searcher(sides: sides, request: search).run(comparison.tables)
            }
        }
        var report = VerifyReport(
            source: sides.source.catalog.server, target: sides.target.catalog.server, tables: tables,
            notes: comparison.notes + botNotes(tables, comparison.keptBots)
                + searches.flatMap { SearchAdvice(report: $0).notes }, repair: nil, searches: searches,
            seconds: (clock.now - start) / .seconds(1), sourceBytes: bytes[.source] ?? 0,
            targetBytes: bytes[.target] ?? 0)
        guard !work.isEmpty, request.repair != .none else { return (report, nil) }
        report.repair = RepairReport(
            isDryRun: true,
            tables: work.map {
                TableRepair(
                    name: $0.table.name, deleted: $0.counts.extra, inserted: $0.counts.missing,
                    replaced: $0.counts.differing)
            })
        guard repairs else { return (report, nil) }
        workers.events(.found(report))
        return (report, try Repairer(engine: engine, request: request, sides: sides).run(work))
    }

    /// Plans in both snapshots, then locks what is to be read: a snapshot does not see TRUNCATE, nor that VACUUM FULL moves
    /// rows to other places.
    private func plan(
        _ source: SnapshotKeeper, _ target: SnapshotKeeper
    ) throws(FerryError) -> (BothSides, ComparisonPlanner.Comparison) {
        let survey = VerifySurvey(engine: engine, selection: request.selection)
        let sides = try survey.open(source, target)
        if request.repair != .none { try survey.requireTemporary(sides.target) }
        let comparison = try ComparisonPlanner(
            request: request, source: sides.source.catalog, target: sides.target.catalog,
            memory: try survey.memory(sides.target, for: request.repair)
        ).plan()
        for side in Side.allCases {
            let tables = comparison.tables.flatMap { $0.leaves[side] ?? [] }.map(\.name)
            try (side == .source ? source : target).lock(tables)
        }
        return (sides, comparison)
    }

    private func reports(
        _ comparison: ComparisonPlanner.Comparison, _ results: [TableNumber: Comparer.Result], _ sides: BothSides
    ) throws(FerryError) -> [TableComparison] {
        var reports: [TableComparison] = []
        for table in comparison.tables {
            guard let result = results[table.number] else { continue }
            reports.append(try report(table, result, sides, kept: comparison.keptBots[table.number] ?? []))
        }
        return reports
    }

    private func report(
        _ table: ComparedTable, _ result: Comparer.Result, _ sides: BothSides, kept: [String?]
    ) throws(FerryError) -> TableComparison {
        var comparison = TableComparison(
            name: table.name, state: result.isSame ? .same : .differs, source: result.digest(.source),
            target: result.digest(.target),
            key: table.key?.columns, counts: .zero, findings: [],
            bots: Self.bots(result.sums[.source]?.bots, result.sums[.target]?.bots), keptBots: kept,
            textColumns: table.textColumns)
        guard comparison.state == .differs else { return comparison }

        var listed = FindingList(most: request.maxFindings, hasKey: table.key != nil)
        try Locator(sides: sides, table: table, chunkBytes: request.chunkBytes, budget: request.locateBudget)
            .run(result.space, result.sums.mapValues(\.slots)) { listed.add($0) }
        comparison.counts = listed.counts
        comparison.findings = try FindingNamer(sides: sides, table: table).name(listed.differences)
        return comparison
    }

    /// Refuses to repair a table that a copy merged by key: the repair would overwrite rows that the copy kept.
    private func requireRepairable(_ work: [Repairer.Work]) throws(FerryError) {
        guard let table = work.first(where: { $0.table.isMergedByKey })?.table else { return }
        throw FerryError(
            .blocked,
            "A copy merged the table by key into rows of the target, which a repair can't distinguish from damaged rows.",
            hint: "Leave it out with --exclude-table '\(table.name.sql)'.", side: .target, table: table.name)
    }

    /// The comparison of each bot; nil if a side has no bots, or too many to compare each.
    private static func bots(_ source: BotSums?, _ target: BotSums?) -> [BotComparison]? {
        guard let source, let target, !source.isOverfull, !target.isOverfull else { return nil }
        return Set(source.digests.keys).union(target.digests.keys)
            .sorted { ($0 ?? "") < ($1 ?? "") }
            .map { bot in
                BotComparison(
                    bot: bot, source: source.digests[bot] ?? .zero, target: target.digests[bot] ?? .zero)
            }
    }

    /// Refuses a comparison without rows, which must not pass for one without differences.
    private func requireNamedBots(_ tables: [TableComparison]) throws(FerryError) {
        guard request.selection.bots != nil else { return }
        let compared = tables.contains { table in table.bots.map { !$0.isEmpty } ?? (table.source.rows > 0) }
        guard !compared else { return }
        throw FerryError(
            .notComparable, "None of the selected bots has rows on either side, so nothing was compared.",
            hint: "Check --bot and --bots; bots that a copy kept on the target are not compared.")
    }

    private func botNotes(_ tables: [TableComparison], _ kept: [TableNumber: [String?]]) -> [Note] {
        var notes: [Note] = []
        let keptBots = kept.values.reduce(into: Set<String?>()) { $0.formUnion($1) }
        if !keptBots.isEmpty {
            notes.append(
                Note(
                    level: .warning, code: .botsKept, side: .target, table: nil,
                    message:
                        "\(Count.of(keptBots.count, "bot")) that a copy kept on the target "
                        + "\(keptBots.count == 1 ? "is" : "are") not compared.",
                    hint: nil))
        }
        if let only = request.selection.bots, tables.allSatisfy({ $0.bots != nil || $0.keptBots.isEmpty }) {
            let found = tables.reduce(into: Set<String?>()) { $0.formUnion(($1.bots ?? []).map(\.bot)) }
            let unknown = only.filter { !found.contains($0) && !keptBots.contains($0) }
            if !unknown.isEmpty {
                notes.append(
                    Note(
                        level: .warning, code: .unknownBots, side: nil, table: nil,
                        message:
                            "\(Count.of(unknown.count)) of the selected bots \(unknown.count == 1 ? "has" : "have") "
                            + "no rows on either side.",
                        hint: "Check the ids; a bot without knowledge has no rows."))
            }
        }
        return notes
    }
}

/// Counts differences and keeps the first of them.
struct FindingList {
    private let most: Int
    private let hasKey: Bool
    /// The counts of all differences.
    private(set) var counts = FindingCounts.zero
    /// The first differences, in the order of the keys' hashes.
    private(set) var differences: [Difference] = []
    private var lastHash: UInt128?

    /// - Parameters:
    ///   - most: The number of differences to keep.
    ///   - hasKey: Whether the table's rows have a key, so that each difference is a finding of its own.
    init(most: Int, hasKey: Bool) {
        self.most = most
        self.hasKey = hasKey
    }

    /// Counts a difference, and keeps it if there is room.
    mutating func add(_ difference: Difference) {
        switch difference.kind {
        case .missing: counts.missing += 1
        case .extra: counts.extra += 1
        case .differs: counts.differing += 1
        }
        // Copies of one row are one finding.
        let hash = (difference.source ?? difference.target)?.row
        let isAgain = !hasKey && hash == lastHash
        lastHash = hash
        if !isAgain, differences.count < most { differences.append(difference) }
    }
}
