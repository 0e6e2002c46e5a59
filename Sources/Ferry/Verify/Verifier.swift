/// Compares two databases: reads both at the same time, locates the rows that differ, and names them.
struct Verifier {
    /// The endpoints and the workers.
    let engine: Engine
    /// The options of the comparison and the repair.
    let request: VerifyRequest
    /// The plans of earlier copies; nil to read them from the target's ledger.
    var memory: LedgerMemory?
    /// Asked before a repair; nil where the request is consent enough.
    var confirm: (@Sendable (VerifyReport) -> Bool)?

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
        let start = ContinuousClock.now
        return try inSnapshots { sides, comparison throws(FerryError) in
            try compare(sides, comparison, repairs: repairs, since: start)
        }
    }

    /// Runs a block over snapshots of both sides, with the tables to compare.
    func inSnapshots<Result>(
        _ body: (BothSides, ComparisonPlanner.Comparison) throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        try engine.withSnapshots { source, target throws(FerryError) in
            let (sides, comparison) = try engine.workers.during(.plan) { () throws(FerryError) in
                try self.plan(source, target)
            }
            return try body(sides, comparison)
        }
    }

    private func compare(
        _ sides: BothSides, _ comparison: ComparisonPlanner.Comparison, repairs: Bool,
        since start: ContinuousClock.Instant
    ) throws(FerryError) -> (report: VerifyReport, repairs: [TableRepair]?) {
        let workers = engine.workers
        let (results, bytes) = try workers.during(.compare) { () throws(FerryError) in
            try Comparer(sides: sides, tables: comparison.tables, chunkBytes: request.chunkBytes).run()
        }
        let differs = results.values.contains { !$0.isSame }
        let tables = try workers.during(.locate, if: differs) { () throws(FerryError) in
            try TableReporter(sides: sides, request: request).reports(comparison, results)
        }
        let bots = BotNotes(request: request, tables: tables)
        try bots.requireNamed()
        var searches = Searcher.Outcome()
        let work = comparison.tables.compactMap { table in
            results[table.number].map {
                Repairer.Work(table: table, sums: $0, counts: tables[table.number.value].counts)
            }
        }.filter { $0.counts.all > 0 }
        if request.repair != .none { try requireRepairable(work, on: sides.target.catalog.server) }
        // Tables to be repaired are searched after the repair.
        if let search = request.search, !repairs || work.isEmpty {
            searches = try workers.during(.search) { () throws(FerryError) in
                try Searcher(sides: sides, request: search).run(comparison.tables)
            }
        }
        var report = VerifyReport(
            source: sides.source.catalog.server, target: sides.target.catalog.server, tables: tables,
            notCompared: comparison.notCompared, notes: comparison.notes + bots.notes + searches.notes, repair: nil,
            searches: searches.reports,
            seconds: (ContinuousClock.now - start) / .seconds(1), sourceBytes: bytes[.source] ?? 0,
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
        if let confirm, !confirm(report) {
            if workers.interrupt.isRequested { throw .interrupted }
            return (report, nil)
        }
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
        var known = memory
        if known == nil { known = try survey.memory(sides.target, for: request.repair) }
        let comparison = try ComparisonPlanner(
            request: request, source: sides.source.catalog, target: sides.target.catalog,
            generation: [.source: sides.source.generation, .target: sides.target.generation],
            memory: known ?? LedgerMemory()
        ).plan()
        for side in Side.allCases {
            let tables = comparison.tables.flatMap { $0.leaves[side] ?? [] }.map(\.name)
            try (side == .source ? source : target).lock(tables)
        }
        return (sides, comparison)
    }

    /// Refuses to write as the target can't. Refuses to repair a table that a copy merged by key: the repair would overwrite rows that the copy kept. Likewise one with
    /// too many bots to compare each: the repair could delete rows of bots that only the target has.
    private func requireRepairable(_ work: [Repairer.Work], on server: ServerInfo) throws(FerryError) {
        guard request.toastCompression.isOffered(by: server) else { throw FerryError(.noLZ4(server)) }
        if let table = work.first(where: { $0.counts.extra > 0 && $0.mayDeleteTargetBots })?.table {
            throw FerryError(
                .blocked,
                "The table belongs to more than \(Count.of(BotSums.most, "bot")), too many to tell which of them only the target "
                    + "has, and a repair would delete their rows.",
                hint: "Select bots with --bot or --bots, or add --all-bots to delete these rows too.", side: .target,
                table: table.name)
        }
        guard let table = work.first(where: { $0.table.isMergedByKey })?.table else { return }
        throw FerryError(
            .blocked,
            "A copy merged the table by key into rows of the target, which a repair can't distinguish from damaged rows.",
            hint: "Leave it out with --exclude-table '\(table.name.sql)'.", side: .target, table: table.name)
    }
}
