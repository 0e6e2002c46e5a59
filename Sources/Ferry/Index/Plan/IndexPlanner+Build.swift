extension IndexPlanner {
    /// Makes the plan of one index under a decision, with its builds.
    func planned(
        _ node: IndexNode, _ decision: Decision, _ load: IndexLoad, table: QualifiedName, _ notes: inout [Note]
    ) -> IndexPlan {
        let index = node.index
        let isChangeable = index.isVectorIndex && load.incoming > 0
        let rows = load.rowsAfter(in: node.relation, isRoot: true)
        var definition = VectorIndexDefinition(of: index, request: request, rows: rows)
        if !isChangeable { definition.isChanged = false }
        var decision = decision
        if isChangeable, let refusal = definition.refusal {
            notes.append(
                Note(level: .warning, code: .indexChangeRefused, side: .target, table: table, message: refusal))
        }
        if definition.isChanged {
            if request.online, index.isPartitioned {
                notes.append(
                    Note(
                        level: .blocker, code: .indexChangeOnline, side: .target, table: table,
                        message: "PostgreSQL can't build the partitioned index \(index.name.name) concurrently.",
                        hint: "Leave out --online, or the options that change the index."))
            }
            if decision.action != .create {
                // Online, the old index stays until the new one is built.
                decision = Decision(
                    action: request.online ? .reindex : .rebuild, reason: "its definition changes")
            }
            notes.append(changeNote(index, to: definition.statement(for: index), table: table))
        }
        var plan = IndexPlan(
            name: index.name, relation: node.relation.name, method: definition.method,
            operatorClass: index.operatorClasses.first ?? "", options: definition.options, isUnique: index.isUnique,
            action: decision.action, reason: decision.reason, builds: [],
            previousDefinition: definition.isChanged ? index.definition : nil)
        guard decision.action != .keep else {
            plan.method = index.method
            plan.options = index.options
            return plan
        }
        if plan.isVectorIndex { notes += impossibilities(plan, index, table: table) }
        plan.builds = node.nodes.compactMap { part in
            build(part, decision.action, definition, load, isRoot: part.index.oid == index.oid, table: table, &notes)
        }
        return plan
    }

    private func build(
        _ node: IndexNode, _ action: IndexPlan.Action, _ wanted: VectorIndexDefinition, _ load: IndexLoad,
        isRoot: Bool, table: QualifiedName, _ notes: inout [Note]
    ) -> IndexBuild? {
        let index = node.index
        if action == .reindex, index.isPartitioned { return nil }
        var build = IndexBuild(
            index: index.name, relation: node.relation.name, stage: node.stage,
            statements: statements(node, action, wanted))
        build.isConcurrent = request.online && action != .create
        if build.isConcurrent, wanted.isChanged { build.replaces = index.oid }
        guard index.isVectorIndex, !index.isPartitioned else { return build }

        let definition = wanted.isChanged ? wanted : VectorIndexDefinition(asItIs: index)
        build.workers = workers(for: definition.method, table: table, &notes)
        let rows = load.rowsAfter(in: node.relation, isRoot: isRoot)
        if let shape = definition.shape(of: index, rowBytes: load.rowBytes), let pgvector = targetServer.vectorVersion {
            build.memory = IndexMemory.bytes(
                for: shape, rows: rows, pages: load.pages(of: node.relation), pgvector: pgvector,
                server: targetServer.versionNumber, workers: build.workers ?? 0)
            let (setting, note) = setting(
                for: build.memory ?? 0, shape, rows: rows, pgvector: pgvector, workers: build.workers ?? 0,
                index: index.name, table: table)
            build.maintenanceWorkMem = setting
            let fit = IndexMemory.rowsThatFit(
                setting, shape, pgvector: pgvector, server: targetServer.versionNumber, workers: build.workers ?? 0)
            build.course = BuildCourse(of: shape, rows: rows, rowsInMemory: min(fit, rows))
            if let note { notes.append(note) }
        } else {
            build.maintenanceWorkMem = request.maintenanceWorkMem ?? BuildBudget(of: targetServer).memory
        }
        return build
    }

    // MARK: Statements

    private func statements(_ node: IndexNode, _ action: IndexPlan.Action, _ wanted: VectorIndexDefinition) -> [String]
    {
        let index = node.index
        if action == .reindex, !wanted.isChanged {
            return ["REINDEX INDEX \(request.online ? "CONCURRENTLY " : "")\(index.parts.qualifiedName)"]
        }
        if action == .reindex {
            let name = IndexReplacement.newName(for: index.oid)
            return IndexReplacement.statements(
                for: index, creation: wanted.statement(for: index, name: name, concurrently: true))
        }
        var statements: [String] = []
        if wanted.isChanged {
            statements.append(wanted.statement(for: index))
        } else {
            statements.append(index.parts.addConstraint ?? index.definition)
        }
        statements += index.after
        statements += node.leftovers.map { "DROP INDEX IF EXISTS \($0.parts.qualifiedName)" }
        statements += node.children.compactMap(\.index.parts.attach)
        return statements
    }

    // MARK: Memory and workers

    private func setting(
        for need: Int, _ shape: VectorIndexShape, rows: Int, pgvector: PgvectorVersion, workers: Int,
        index: QualifiedName, table: QualifiedName
    ) -> (setting: Int, note: Note?) {
        let budget = BuildBudget(of: targetServer)
        var setting = request.maintenanceWorkMem ?? budget.setting(for: need, server: targetServer)
        guard setting < need else { return (setting, nil) }
        let missing = "needs \(Self.megabytes(need)) of maintenance_work_mem"
        switch shape.method {
        case .ivfflat:
            if request.maintenanceWorkMem != nil {
                return (
                    setting,
                    Note(
                        level: .blocker, code: .indexMemory, side: .target, table: table,
                        message: "The build of \(index.name) \(missing), and fails with \(Self.megabytes(setting)).",
                        hint: "Raise --maintenance-work-mem, or use fewer lists with --ivfflat-lists auto.")
                )
            }
            // It fails with less.
            setting = need + need / 10
            return (
                setting,
                Note(
                    level: .warning, code: .indexMemory, side: .target, table: table,
                    message: "The build of \(index.name) \(missing) and gets it; the server's settings suggest "
                        + "\(Self.megabytes(budget.memory)).",
                    hint: "Fewer lists need less memory: use --ivfflat-lists auto.")
            )
        case .hnsw:
            let fit = IndexMemory.rowsThatFit(
                setting, shape, pgvector: pgvector, server: targetServer.versionNumber, workers: workers)
            return (
                setting,
                Note(
                    level: .warning, code: .indexMemory, side: .target, table: table,
                    message:
                        "The build of \(index.name) \(missing) and gets \(Self.megabytes(setting)). The graph fits up to "
                        + "row \(Count.of(fit)) of \(Count.of(rows)); each later row takes at least \(Self.slowdown) times "
                        + "as long (\(Self.slower(rows: rows, fit: fit)) times for the whole build).",
                    hint:
                        "Add --maintenance-work-mem \((need + need / 10) >> 20)MB if the server has that much to spare, or "
                        + "scale the server up for the build.")
            )
        }
    }

    /// The cost of a row once the graph no longer fits, relative to a row in memory: on the rig, 60,000 rows of 1,024
    /// dimensions took 52 s with room for all and 271 s with room for a fifth, so 46,600 rows cost 259 s.
    static let slowdown = 6

    private static func slower(rows: Int, fit: Int) -> String {
        let share = Double(rows - min(fit, rows)) / Double(max(rows, 1))
        let tenths = Int(((1 + share * Double(slowdown - 1)) * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func megabytes(_ bytes: Int) -> String { "\((bytes + (1 << 20) - 1) >> 20) MB" }

    /// The parallel workers of a build with pgvector, not counting its leader. ivfflat has them from 0.5.0 on, hnsw from 0.6.0
    /// on (CHANGELOG).
    private func workers(for method: String, table: QualifiedName, _ notes: inout [Note]) -> Int {
        guard let pgvector = targetServer.vectorVersion else { return 0 }
        let wanted = request.workers ?? BuildBudget(of: targetServer).workers
        guard method == "hnsw" else { return pgvector >= PgvectorVersion(0, 5, 0) ? wanted : 0 }
        if pgvector < PgvectorVersion(0, 6, 0) { return 0 }
        if pgvector < PgvectorVersion(0, 8, 2) {
            let warning = Note(
                level: .warning, code: .hnswParallelFault, side: .target, table: table,
                message:
                    "pgvector \(pgvector) can write past its memory in a parallel hnsw build (CVE-2026-3172), so hnsw "
                    + "indexes are built without parallel workers.",
                hint: "Install pgvector 0.8.2 or later on the target.")
            if !notes.contains(warning) { notes.append(warning) }
            return 0
        }
        return wanted
    }

    // MARK: What can't be built

    private func impossibilities(_ plan: IndexPlan, _ index: Index, table: QualifiedName) -> [Note] {
        guard let pgvector = targetServer.vectorVersion else { return [] }
        func blocker(_ code: Note.Code, _ message: String, _ hint: String) -> Note {
            Note(level: .blocker, code: code, side: .target, table: table, message: message, hint: hint)
        }
        var notes: [Note] = []
        if let element = VectorIndexShape.Element(rawValue: index.parts.keyType),
            let limit = VectorIndexShape.dimensionLimit(of: element), let dimensions = index.parts.keyDimensions,
            dimensions > limit
        {
            notes.append(
                blocker(
                    .indexDimensions,
                    "\(index.name.name) would have \(Count.of(dimensions)) dimensions, but \(plan.method) accepts at most "
                        + "\(Count.of(limit)) of \(element).",
                    "Drop the index, or index a cast to halfvec."))
        }
        let needed = OperatorClasses.firstVersion(of: plan.operatorClass, for: plan.method)
        let exists = OperatorClasses.exist(plan.operatorClass, for: plan.method)
        if exists, pgvector < needed {
            notes.append(
                blocker(
                    .indexOperatorClass,
                    "\(index.name.name) needs the operator class \(plan.operatorClass) for \(plan.method), which pgvector has "
                        + "since \(needed); the target has \(pgvector).",
                    "Install pgvector \(needed) or later on the target, then run ALTER EXTENSION vector UPDATE there."))
        }
        return notes
    }

    private func changeNote(_ index: Index, to statement: String, table: QualifiedName) -> Note {
        Note(
            level: .info, code: .indexChanged, side: .target, table: table,
            message: "The definition of \(index.name.name) changes to: \(statement)",
            hint: "To undo the change, drop the index and run: \(index.definition)")
    }
}
