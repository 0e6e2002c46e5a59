/// One build of an ``Indexer``: a step of an index's plan, and its entry in the ledger.
struct IndexTask: Sendable {
    /// The table pair's number; of a build that no job remembers, the table's in its plan.
    var pair: PairNumber
    /// The index.
    var plan: IndexPlan
    /// The step.
    var build: IndexBuild
    /// The ledger entry that records whether it is done; nil for a build that belongs to no job.
    var entry: LedgerEntry?

    /// The server memory that the build takes, in bytes.
    var memory: Int { build.maintenanceWorkMem ?? 0 }

    /// The builds of a job that are still to be done: every step of every index that is not kept has an entry in the ledger.
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

/// The outcome of one index's builds.
struct IndexOutcome: Sendable {
    var pair: PairNumber
    var plan: IndexPlan
    /// Seconds from the start of its first build to the end of its last.
    var seconds: Double
    var error: FerryError?
}
