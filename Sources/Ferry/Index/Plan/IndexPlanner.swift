/// Decides what happens to each index of one table during the load, and how it is built on the rows. Pure: it takes the values
/// of two catalogs and returns values.
///
/// An index that prevents duplicate rows stays. An ivfflat index is always built after the data, since its centroids are those
/// of the rows at the time it was built. An index that costs more to maintain than to build again is dropped and rebuilt; only
/// an index that can be restored exactly is ever dropped.
struct IndexPlanner: Sendable {
    /// The options of the builds.
    let request: IndexRequest
    /// The server that the builds run on.
    let targetServer: ServerInfo

    /// The number of rows up to which dropping an ordinary index gains nothing: building a botid index on 10,000 rows takes
    /// 10 ms on the rig, and dropping it costs locks and catalog rows.
    static let fewRows = 10_000

    /// The share of a table's rows, as a divisor, up to which an hnsw index is kept. An insert costs about as much as five rows
    /// of a build in memory (60,000 rows: 271 s against 52 s), and a build starts over with all rows; a twentieth leaves room
    /// for a load that is slower still.
    static let fewShare = 20

    /// Plans the indexes of one table.
    ///
    /// - Parameters:
    ///   - source: The table on the source; `sourceTree` all partitions below it, including partitioned ones.
    ///   - target: The table on the target, nil where the job creates it; `targetTree` as for the source.
    ///   - sourceRows: The planner's estimate of the rows to load, -1 where unknown.
    ///   - targetIsEmpty: Whether the table is empty when the load begins, after any TRUNCATE.
    ///   - relationName: The table's name on the target.
    func plan(
        source: Relation, sourceTree: [Relation], target: Relation?, targetTree: [Relation], sourceRows: Int,
        targetIsEmpty: Bool, relationName: QualifiedName
    ) -> (indexes: [IndexPlan], notes: [Note]) {
        var notes = requestFaults(relationName)
        guard notes.isEmpty else { return ([], notes) }
        let load = IndexLoad(
            source: source, sourceTree: sourceTree, target: target, targetTree: targetTree, sourceRows: sourceRows,
            targetIsEmpty: targetIsEmpty)
        let relations = target.map { [$0] + targetTree } ?? [source] + sourceTree
        let forest = IndexForest(relations)
        var plans: [IndexPlan] = []
        for node in forest.roots {
            let decision =
                target == nil ? createDecision : restorable(node, attached(node, decide(node, load, &notes)), &notes)
            plans.append(planned(node, decision, load, table: relationName, &notes))
        }
        if let target {
            notes += missingRights(plans, relations: relations, table: relationName)
            notes += missingOnTarget(source: source, target: target, table: relationName)
        }
        return (plans, notes)
    }

    // MARK: Policy

    /// The treatment of an index, and the reason for it.
    struct Decision {
        /// The treatment.
        var action: IndexPlan.Action
        /// The reason, as the end of a sentence.
        var reason: String
    }

    private var createDecision: Decision {
        Decision(action: .create, reason: "the table is new, and an index is best built on its data")
    }

    /// Changes the decision for an index that is attached to one of a table above this one, which is not copied here: it can't
    /// be dropped by itself.
    private func attached(_ node: IndexNode, _ decision: Decision) -> Decision {
        guard node.index.parent != nil, decision.action == .rebuild else { return decision }
        if node.index.isVectorIndex { return Decision(action: .reindex, reason: decision.reason) }
        return Decision(action: .keep, reason: "it belongs to an index of the partitioned table")
    }

    /// Changes the decision for an index that could not be put back once it is dropped.
    private func restorable(_ node: IndexNode, _ decision: Decision, _ notes: inout [Note]) -> Decision {
        guard decision.action == .rebuild, let obstacle = node.nodes.lazy.compactMap(\.index.obstacle).first else {
            return decision
        }
        notes.append(
            Note(
                level: .warning, code: .indexStays, side: .target, table: node.relation.name,
                message:
                    "The index \(node.index.name.name) stays during the load, because it could not be built again: "
                    + "\(obstacle).",
                hint: "Remove the obstacle, or build the index again after the copy."))
        return Decision(
            action: node.index.isVectorIndex && node.index.method == "ivfflat" ? .reindex : .keep,
            reason: "it could not be built again once dropped")
    }

    private func decide(_ node: IndexNode, _ load: IndexLoad, _ notes: inout [Note]) -> Decision {
        let index = node.index
        if index.isOfConstraint || index.isUnique || index.isReplicaIdentity {
            if !index.isValid {
                notes.append(
                    Note(
                        level: .warning, code: .indexInvalid, side: .target, table: node.relation.name,
                        message:
                            "The unique index \(index.name.name) is invalid and may not prevent duplicate rows.",
                        hint: "Run REINDEX INDEX \(index.parts.qualifiedName) on the target."))
            }
            return Decision(action: .keep, reason: "it prevents duplicate rows")
        }
        if load.incoming == 0 { return Decision(action: .keep, reason: "no rows are loaded") }
        if !node.isValid {
            notes.append(
                Note(
                    level: .warning, code: .indexInvalid, side: .target, table: node.relation.name,
                    message: "The index \(index.name.name) is invalid, so queries do not use it. It will be rebuilt."))
            return Decision(action: request.online ? .reindex : .rebuild, reason: "it is invalid")
        }
        switch index.method {
        case "ivfflat":
            let reason =
                load.targetIsEmpty
                ? "it was built on an empty table, so its centroids are noise"
                : "its centroids are those of the rows before the load"
            return Decision(action: request.online ? .reindex : .rebuild, reason: reason)
        case "hnsw":
            if request.online {
                return Decision(action: .keep, reason: "the table is in use, and rows can be added to it")
            }
            if load.isSmallAddition {
                return Decision(
                    action: .keep, reason: "few rows are added to many, and rebuilding it would take longer")
            }
            return Decision(
                action: .rebuild, reason: "loading rows into it is many times slower than building it on them")
        default:
            if request.online { return Decision(action: .keep, reason: "the table is in use") }
            if load.incoming <= Self.fewRows { return Decision(action: .keep, reason: "few rows are loaded") }
            return Decision(action: .rebuild, reason: "building it once is faster than maintaining it row by row")
        }
    }

    // MARK: Notes

    /// Blockers for options that exceed pgvector's limits (hnsw.c and ivfflat.c, the relation options).
    func requestFaults(_ table: QualifiedName) -> [Note] {
        var faults: [String] = []
        if let m = request.hnswM, !(2...100).contains(m) {
            faults.append("hnsw's m must be from 2 to 100, not \(m).")
        }
        if let ef = request.hnswEfConstruction {
            if !(4...1_000).contains(ef) { faults.append("hnsw's ef_construction must be from 4 to 1000, not \(ef).") }
            if let m = request.hnswM, ef < 2 * m {
                faults.append("hnsw's ef_construction must be at least twice m: \(ef) is less than \(2 * m).")
            }
        }
        if case .fixed(let lists) = request.lists, !(1...32_768).contains(lists) {
            faults.append("ivfflat's lists must be from 1 to 32768, not \(lists).")
        }
        if let setting = request.maintenanceWorkMem, setting < 1 << 20 {
            faults.append("maintenance_work_mem must be at least 1 MB.")
        }
        return faults.map { Note(level: .blocker, code: .indexOption, side: nil, table: table, message: $0) }
    }

    /// Blockers for missing rights: only the owner may drop and build indexes, and must also be allowed to create in the schema
    /// (PostgreSQL documentation, "CREATE INDEX"; commands/indexcmds.c, DefineIndex).
    func missingRights(_ plans: [IndexPlan], relations: [Relation], table: QualifiedName) -> [Note] {
        let touched = plans.filter { $0.action != .keep }
        guard !touched.isEmpty else { return [] }
        let names = touched.map(\.name.name).joined(separator: ", ")
        if let foreign = relations.first(where: { !$0.rights.own }) {
            return [
                Note(
                    level: .blocker, code: .notOwner, side: .target, table: table,
                    message: "Only the owner of \(foreign.name), \(foreign.owner), can rebuild its indexes (\(names)).",
                    hint: "Connect as \(foreign.owner), or run GRANT \(foreign.owner.sqlIdentifier) TO "
                        + "\(targetServer.user.sqlIdentifier).")
            ]
        }
        if let closed = relations.first(where: { !$0.rights.createInSchema }) {
            return [
                Note(
                    level: .blocker, code: .noCreateInSchema, side: .target, table: table,
                    message: "The indexes (\(names)) can't be built without CREATE on schema \(closed.name.schema).",
                    hint: "GRANT CREATE ON SCHEMA \(closed.name.schema.sqlIdentifier) TO "
                        + "\(targetServer.user.sqlIdentifier).")
            ]
        }
        return []
    }

    /// Remarks on vector indexes that only the source has: the copy creates no index on a table that exists.
    private func missingOnTarget(source: Relation, target: Relation, table: QualifiedName) -> [Note] {
        guard !target.indexes.contains(where: \.isVectorIndex) else { return [] }
        return source.indexes.filter(\.isVectorIndex).map { index in
            Note(
                level: .info, code: .indexOnlyOnSource, side: .target, table: table,
                message: "The target has no vector index; the source has \(index.name.name).",
                hint: "Create it after the copy: \(index.definition)")
        }
    }
}
