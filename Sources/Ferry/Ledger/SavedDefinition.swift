/// An object that was dropped from a target table or disabled, and the statements that restore it.
struct SavedDefinition: Sendable, Equatable {
    /// The kind of object, by its name in the ledger.
    enum Kind: String, Sendable {
        /// An index, or one step of building a partitioned one.
        case index
        /// A foreign key, or a check constraint that is NOT VALID.
        case constraint
        /// A trigger that is disabled, not dropped.
        case trigger
        /// A rule that is disabled, not dropped.
        case rule
    }

    /// The number within the job, from 0.
    var number: DefinitionNumber
    /// The table pair's number in the plan.
    var pair: PairNumber
    /// The kind of object.
    var kind: Kind
    /// The stage: lower stages are restored first, and definitions of one stage may be restored at the same time.
    var stage: Int
    /// The table, or the partition, that it belongs to.
    var relation: QualifiedName
    /// Its own name.
    var name: String
    /// The statements that restore it, in order, in one transaction.
    var statements: [String]
}

extension SavedDefinition {
    /// Splits an entry that an earlier vecferry wrote: it joined the statistics targets of an index's columns.
    static func single(_ entry: String) -> [String] {
        let (alter, statistics) = ("ALTER INDEX ", " SET STATISTICS ")
        guard entry.hasPrefix(alter), entry.contains(statistics) else { return [entry] }
        let parts = entry.split(separator: "; \(alter)").map(String.init)
        return [parts[0]] + parts.dropFirst().map { alter + $0 }
    }
}
