extension IndexPlanner {
    /// Plans the vector indexes of a table that already holds its rows: loaded by another program, say, or through an ivfflat
    /// index that was created on the empty table.
    ///
    /// - Parameter tree: All partitions below the table.
    func planInPlace(_ table: Relation, tree: [Relation]) -> (indexes: [IndexPlan], notes: [Note]) {
        var notes = requestFaults(table.name)
        guard notes.isEmpty else { return ([], notes) }
        let relations = [table] + tree
        let load = IndexLoad(
            source: table, sourceTree: tree, target: nil, targetTree: [], sourceRows: table.estimatedRows,
            targetIsEmpty: true)
        var plans: [IndexPlan] = []
        for node in IndexForest(relations).roots where node.index.isVectorIndex {
            var plan = planned(node, decideInPlace(node, load), load, table: table.name, &notes)
            if plan.action == .rebuild { plan.builds = [inOneTransaction(plan, node)] }
            // Other builds drop them themselves.
            if plan.action == .keep || plan.action == .reindex && !request.online {
                plan.leftovers = node.nodes.flatMap(\.leftovers).map(\.parts.qualifiedName)
            }
            plans.append(plan)
        }
        notes += missingRights(plans, relations: relations, table: table.name)
        return (plans, notes)
    }

    private func decideInPlace(_ node: IndexNode, _ load: IndexLoad) -> Decision {
        if load.incoming == 0 {
            return Decision(action: .keep, reason: "the table is empty, so there are no rows to build it on")
        }
        if !node.isValid { return Decision(action: .reindex, reason: "it is invalid") }
        if node.index.method == "hnsw" {
            return Decision(action: .keep, reason: "an hnsw index that grew row by row is as good as a new one")
        }
        return Decision(action: .reindex, reason: "its centroids are those of the rows at the time it was built")
    }

    /// Combines all builds of an index in one transaction with its DROP: no ledger holds its definition. A partitioned index is
    /// dropped and built with all its parts.
    private func inOneTransaction(_ plan: IndexPlan, _ node: IndexNode) -> IndexBuild {
        let builds = plan.builds
        // Statements run one after the other: the largest build decides what the session needs.
        let largest = builds.max { ($0.maintenanceWorkMem ?? 0) < ($1.maintenanceWorkMem ?? 0) }
        var build = IndexBuild(
            index: plan.name, relation: plan.relation, stage: 0,
            statements: ["DROP INDEX \(node.index.parts.qualifiedName)"] + builds.flatMap(\.statements))
        build.memory = largest?.memory
        build.maintenanceWorkMem = largest?.maintenanceWorkMem
        build.workers = largest?.workers
        build.course = builds.count == 1 ? largest?.course : nil
        return build
    }
}
