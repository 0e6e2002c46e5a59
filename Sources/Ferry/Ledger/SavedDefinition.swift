/// Something that was taken off a target table, and how to put it back.
struct SavedDefinition: Sendable, Equatable {
    enum Kind: String, Sendable {
        case index
        case constraint
        case trigger
    }

    /// From 0, within the job.
    var number: Int
    var pair: Int
    var kind: Kind
    /// Lower stages first; what shares a stage may be restored side by side.
    var stage: Int
    var relation: QualifiedName
    var name: String
    /// In order, in one transaction.
    var statements: [String]
}
