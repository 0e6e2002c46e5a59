/// Something that was taken off a target table, and how to put it back.
struct SavedDefinition: Sendable, Equatable {
    /// What was taken off, by the name that the ledger has for it.
    enum Kind: String, Sendable {
        /// An index, or one step of building a partitioned one.
        case index
        /// A foreign key, or a check that rows need not pass.
        case constraint
        /// A trigger that is disabled, not dropped.
        case trigger
    }

    /// From 0, within the job.
    var number: DefinitionNumber
    /// The table pair's number in the plan.
    var pair: PairNumber
    /// What it is.
    var kind: Kind
    /// Lower stages first; what shares a stage may be restored side by side.
    var stage: Int
    /// The table, or the partition, that it belongs to.
    var relation: QualifiedName
    /// Its own name.
    var name: String
    /// In order, in one transaction.
    var statements: [String]
}
