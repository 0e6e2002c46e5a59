/// A foreign key, on the referencing relation.
public struct ForeignKey: Sendable {
    /// The constraint's name, as the catalog has it.
    public var name: String
    /// The table it refers to.
    public var referenced: OID
    /// The referencing columns, in the key's order.
    public var columns: [String]
    /// The referenced columns, in the same order.
    public var referencedColumns: [String]
    /// The constraint as `pg_get_constraintdef` writes it.
    public var definition: String
    /// Statements that restore properties which the definition leaves out.
    public var after: [String]
    /// Whether the role may reference the table's columns, as adding the key requires.
    public var mayAdd = true
    /// Whether the table's owner may.
    public var ownerMayAdd = true
}

/// A NOT VALID check constraint.
public struct LateCheck: Sendable {
    /// The constraint's name, as the catalog has it.
    public var name: String
    /// The constraint as `pg_get_constraintdef` writes it.
    public var definition: String
    /// Statements that restore properties which the definition leaves out.
    public var after: [String] = []
}
