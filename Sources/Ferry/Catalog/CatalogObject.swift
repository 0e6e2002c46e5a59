/// Something that a database holds and that is neither a table nor a sequence.
public struct CatalogObject: Sendable, Equatable {
    /// The kind, in SQL's words: `view`, `function`, `event trigger`, …
    public var kind: String
    /// The qualified name, quoted by its server; nil for things without one, such as large objects, which are counted.
    public var name: String?
    /// Its OID in this cluster, where it has one.
    public var oid: OID?
    /// The table that it belongs to.
    public var relation: OID?
    /// The rows that it holds by the planner's estimate, -1 where unknown; the number of things without a name. nil where it
    /// holds none.
    public var rows: Int?
}
