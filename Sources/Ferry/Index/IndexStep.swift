/// The index stage alone, on a target that already holds its rows.
struct IndexStep {
    let request: IndexStepRequest
    let target: Endpoint
    let workers: Workers

    /// Opens a session that keeps its backend.
    ///
    /// - Throws: ``FerryError/Code/blocked`` behind a pooler in transaction mode.
    func connect() throws(FerryError) -> Session {
        let session = try target.connect()
        try PoolerProbe(endpoint: target).requireSessions(session)
        return session
    }

    /// Plans the builds.
    func plan(on session: borrowing Session) throws(FerryError) -> IndexStepPlan {
        let catalog = try CatalogReader().read(session) { $0.chosen(request.selection) }
        let (chosen, selectionNotes) = TableSelector(selection: request.selection, catalog: catalog).choose()
        var notes = selectionNotes.map { note in
            var note = note
            note.side = .target
            return note
        }
        if try Ledger().exists(session), let job = try Ledger().newestJob(session), job.state == .loading {
            notes.append(
                Note(
                    level: .blocker, code: .unfinishedJob, side: .target, table: nil,
                    message: "A copy into this target began at \(job.startedAt) and is not finished.",
                    hint: "Run vecferry copy again to resume; it builds the indexes."))
        }
        let planner = IndexPlanner(
            request: request.index, targetServer: catalog.server)
        var tables: [IndexStepPlan.Table] = []
        for relation in chosen.map(\.relation) {
            let tree = catalog.tree(below: relation)
            let (indexes, indexNotes) = planner.planInPlace(relation, tree: tree)
            notes += indexNotes
            guard !indexes.isEmpty else { continue }
            tables.append(
                IndexStepPlan.Table(
                    name: relation.name,
                    estimatedRows: ([relation] + tree).reduce(0) { $0 + max(0, $1.estimatedRows) },
                    indexes: indexes))
        }
        if tables.isEmpty, !notes.contains(where: { $0.level == .blocker }) {
            notes.append(
                Note(
                    level: .warning, code: .noVectorIndex, side: .target, table: nil,
                    message: "None of the selected tables has a vector index.", hint: "Name other tables with --table.")
            )
        }
        return IndexStepPlan(target: catalog.server, tables: tables, notes: notes)
    }

    /// Takes vecferry's lock on the target, plans and builds.
    ///
    /// - Throws: ``FerryError/Code/busy`` where another vecferry is running against the target. An index that can't be built
    ///   is in the report.
    func run() throws(FerryError) -> IndexStepReport {
        let clock = ContinuousClock()
        let start = clock.now
        let leader = try workers.retrying { () throws(FerryError) in try connect() }
        try Ledger().acquireLock(leader, for: .index, workers.interrupt)
        let plan = try workers.during(.plan) { () throws(FerryError) in try self.plan(on: leader) }
        guard plan.isReady else { return IndexStepReport(plan: plan, indexes: [], seconds: 0) }
        for note in plan.notes where note.level == .warning { workers.events(.warning(note)) }
        try dropLeftovers(plan, leader)
        let tasks = plan.tables.enumerated().flatMap { number, table in
            table.indexes.flatMap { index in
                index.builds.map { IndexTask(pair: PairNumber(number), plan: index, build: $0, entry: nil) }
            }
        }
        let outcomes = try workers.during(.index) { () throws(FerryError) in
            try Indexer(target: target, server: plan.target, workers: workers).build(tasks)
        }
        return IndexStepReport(
            plan: plan,
            indexes: outcomes.map { outcome in
                IndexStepReport.Built(
                    table: plan.tables[outcome.pair.value].name, name: outcome.plan.name, seconds: outcome.seconds,
                    error: outcome.error.map { "\($0)" })
            }, seconds: (clock.now - start) / .seconds(1))
    }

    private func dropLeftovers(_ plan: IndexStepPlan, _ session: borrowing Session) throws(FerryError) {
        for name in plan.tables.flatMap(\.indexes).flatMap(\.leftovers) {
            try session.execute("DROP INDEX CONCURRENTLY IF EXISTS \(name)")
        }
    }
}
