/// One build that an ``Indexer`` does: a step of an index's plan, and where the ledger says whether it is done.
struct IndexTask: Sendable {
    /// The table pair's number; of a build that no job remembers, the table's in its plan.
    var pair: PairNumber
    /// The index.
    var plan: IndexPlan
    /// The step.
    var build: IndexBuild
    /// Where the ledger says whether it is done; nil for a build that no job remembers.
    var entry: LedgerEntry?

    /// The bytes that the build takes of the server.
    var memory: Int { build.maintenanceWorkMem ?? 0 }

    /// What of a job's plan is still to be built: every step of every index that does not stay has an entry in the ledger.
    static func pending(_ plan: Plan, job: JobNumber, _ definitions: [SavedDefinition]) -> [IndexTask] {
        struct Key: Hashable {
            var pair: PairNumber
            var relation: QualifiedName
            var name: String
        }
        var numbers: [Key: DefinitionNumber] = [:]
        for definition in definitions where definition.kind == .index {
            let key = Key(pair: definition.pair, relation: definition.relation, name: definition.name)
            numbers[key] = definition.number
        }
        return plan.pairs.flatMap { pair in
            pair.indexes.flatMap { index in
                index.builds.compactMap { build in
                    guard let number = numbers[Key(pair: pair.number, relation: build.relation, name: build.index.name)]
                    else {
                        return nil
                    }
                    return IndexTask(
                        pair: pair.number, plan: index, build: build, entry: LedgerEntry(job: job, number: number))
                }
            }
        }
    }
}

/// How the builds of one index ended.
struct IndexOutcome: Sendable {
    var pair: PairNumber
    var plan: IndexPlan
    /// From the start of its first build to the end of its last.
    var seconds: Double
    var error: FerryError?
}
