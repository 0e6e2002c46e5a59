internal import Postgres

/// Finds out how the target can answer at least as well as the source, at the least latency, by trying it on the target's own rows.
struct Tuner {
    /// The options.
    let request: TuneRequest
    /// The database to be as good as; nil to compare with exact answers.
    let source: Endpoint?
    /// The database to tune.
    let target: Endpoint
    /// Retries, the interrupt and the events.
    let workers: Workers

    /// Tries the options in every embedding column, and makes the best permanent if the request is to.
    func run() throws(FerryError) -> TuneReport {
        let start = ContinuousClock.now
        var report = try workers.during(.tune) { () throws(FerryError) in try tried() }
        let hasWork = report.columns.contains { !$0.statements.isEmpty }
        if request.applies, hasWork {
            for position in report.columns.indices where !report.columns[position].statements.isEmpty {
                try workers.during(.apply) { () throws(FerryError) in
                    try TuneApplication(target: target, workers: workers).apply(report.columns[position])
                }
            }
            try workers.during(.tune) { () throws(FerryError) in try measureAgain(&report) }
        }
        report.seconds = (ContinuousClock.now - start) / .seconds(1)
        return report
    }

    private func tried() throws(FerryError) -> TuneReport {
        let catalogs = try catalogs()
        guard let catalog = catalogs[.target] else { throw .interrupted }
        let (chosen, notes) = TableSelector(selection: request.selection, catalog: catalog).choose()
        if let blocker = notes.first(where: { $0.level == .blocker }) {
            throw FerryError(.invalidRequest, blocker.message, hint: blocker.hint, side: .target)
        }
        var report = TuneReport(
            target: catalog.server, source: catalogs[.source]?.server, columns: [], notes: notes, seconds: 0)
        var trials: [TuneTrial] = []
        for table in chosen {
            let compared = Self.table(table, in: catalogs)
            for column in compared.columns where SearchForms.isEmbedding(column) {
                do throws(FerryError) {
                    guard let trial = trial(compared, column, catalogs) else { continue }
                    if let tuned = try workers.retrying({ () throws(FerryError) in try trial.run() }) {
                        report.columns.append(tuned)
                        trials.append(trial)
                    }
                } catch {
                    guard error.code != .interrupted else { throw error }
                    report.notes.append(Searcher.notTried(compared, column, error))
                }
            }
        }
        for (position, option) in TuneChoice.together(report.columns).enumerated() {
            guard let option else { continue }
            let statements = try trials[position].statements(for: option)
            (report.columns[position].statements, report.columns[position].undo) = (statements.apply, statements.undo)
        }
        return report
    }

    private func trial(_ table: ComparedTable, _ column: ColumnPair, _ catalogs: [Side: Catalog]) -> TuneTrial? {
        let forms = SearchForms(catalogs: catalogs)
        guard let form = forms.form(table, column) else { return nil }
        let query = SearchQuery(table: table, column: column, form: form, k: request.search.k)
        return TuneTrial(
            request: request, search: query, forms: forms, source: source, target: target, workers: workers)
    }

    /// Measures the columns whose choice was applied as the application is answered now.
    private func measureAgain(_ report: inout TuneReport) throws(FerryError) {
        let catalogs = try catalogs()
        guard let catalog = catalogs[.target] else { return }
        var selection = request.selection
        for position in report.columns.indices where !report.columns[position].statements.isEmpty {
            let tuned = report.columns[position]
            selection.tables = [tuned.table.sql]
            guard let chosen = TableSelector(selection: selection, catalog: catalog).choose().tables.first else {
                continue
            }
            let table = Self.table(chosen, in: catalogs)
            guard let column = table.columns.first(where: { $0.name == tuned.column }),
                let trial = trial(table, column, catalogs)
            else { continue }
            let now = try workers.retrying { () throws(FerryError) in try trial.current() }
            report.columns[position].applied = now.map { TuneChoice.judged($0, by: tuned.reference) }
        }
    }

    /// Reads the catalogs of the known sides.
    private func catalogs() throws(FerryError) -> [Side: Catalog] {
        try workers.retrying { () throws(FerryError) in
            let right = try target.readOnly.connect()
            try PoolerProbe(endpoint: target).requireSessions(right)
            try requireNoOpenCopy(right)
            var catalogs = [Side.target: try CatalogReader().read(right) { $0.chosen(request.selection) }]
            if let source {
                let left = try source.readOnly.connect()
                if try Surveyor.sharesDatabase(left, right) {
                    throw FerryError(.invalidRequest, "Source and target are the same database.")
                }
                catalogs[.source] = try CatalogReader().read(left) { $0.chosen(request.selection) }
            }
            return catalogs
        }
    }

    /// Refuses to tune what a copy has yet to index.
    private func requireNoOpenCopy(_ session: borrowing Session) throws(FerryError) {
        guard try LedgerTrust(session).refusal == nil, try Ledger().exists(session),
            let job = try Ledger().newestJob(session), job.state == .loading
        else { return }
        throw FerryError(
            .blocked, "A copy into this target began at \(job.startedAt) and is not finished.",
            hint: "Run vecferry copy again to resume; it builds the indexes.", side: .target)
    }

    /// A table of the target, as searches take it.
    private static func table(_ chosen: TableSelector.Chosen, in catalogs: [Side: Catalog]) -> ComparedTable {
        let leaves = catalogs[.target]?.leaves(of: chosen.relation) ?? []
        let source = catalogs[.source]?.relation(chosen.relation.name)
        return ComparedTable(
            number: TableNumber(0), name: chosen.relation.name, role: chosen.role,
            // A virtual column runs its owner's expression when it is read.
            columns: chosen.relation.columns.filter { !$0.isGenerated }.map { column in
                // The source's values may have been converted on the way.
                let original = source?.column(column.name)
                let conversion = original?.conversions.first { $0.type(from: original?.type ?? "") == column.type }
                let origin = conversion == nil ? column : original ?? column
                return ColumnPair(
                    name: column.name, type: origin.type, vectorType: origin.vectorType, dimensions: column.dimensions,
                    textReason: nil, conversion: conversion)
            },
            key: chosen.relation.key, botScope: chosen.botScope, filter: .all,
            leaves: [.source: leaves, .target: leaves])
    }
}
