/// One index of a relation.
public struct Index: Sendable {
    /// Its OID in this cluster.
    public var oid: OID
    /// Its schema, which is the relation's, and its name.
    public var name: QualifiedName
    /// Whether it is a partitioned index, whose leaves hold the entries.
    public var isPartitioned: Bool
    /// The access method: `btree`, `hnsw`, `ivfflat`, …
    public var method: String
    /// The CREATE INDEX statement, as `pg_get_indexdef` writes it.
    public var definition: String
    /// Whether it is UNIQUE, with or without a constraint.
    public var isUnique: Bool
    /// Whether it is the index of the primary key.
    public var isPrimary: Bool
    /// Whether it is valid; a build that was killed leaves an invalid index.
    public var isValid: Bool
    /// Whether it is the replica identity, by which logical replication identifies rows.
    public var isReplicaIdentity: Bool
    /// Whether it has a WHERE clause that leaves out rows.
    public var isPartial: Bool
    /// Whether its columns identify each row: unique, not deferrable, not partial, no NULLs.
    public var isKey: Bool
    /// The key expressions, in order, as SQL.
    public var expressions: [String]
    /// The key columns that are plain columns, in order.
    public var columns: [String]
    /// The operator class of each key, without the schema: `vector_l2_ops`.
    public var operatorClasses: [String]
    /// The equality operator of each column of a btree index.
    public var equalityOperators: [String]
    /// The distance operator of a vector index: `OPERATOR(schema.<->)`.
    public var orderOperator: String?
    /// The storage parameters: `lists=100`, `m=16`, …
    public var options: [String: String]
    /// Whether it belongs to a constraint.
    public var isOfConstraint: Bool
    /// The partitioned index that it is attached to.
    public var parent: OID?
    /// Its size in bytes.
    public var bytes: Int
    /// Statements that restore properties which the definition leaves out.
    public var after: [String]
    /// Why the role could not build it again, if it were dropped; nil where nothing is known that would keep it from that.
    public var obstacle: String?
    /// The parts of a statement about the index.
    public var parts = IndexParts()

    /// Whether pgvector's access methods built it.
    public var isVectorIndex: Bool { method == "ivfflat" || method == "hnsw" }
}

/// The parts of statements about an index, each quoted by the server that holds it.
public struct IndexParts: Sendable {
    /// The unqualified type of the first key, a column or an expression: `vector`, `halfvec`, `sparsevec`, `bit`, `text`, …
    public var keyType = ""
    /// The declared dimensions of the first key.
    public var keyDimensions: Int?
    /// The index's name, as CREATE INDEX takes it.
    public var name = ""
    /// The index's name with its schema: `schema.name`.
    public var qualifiedName = ""
    /// The table with its schema: `schema.table`.
    public var relation = ""
    /// The operator class of the first key with its schema: `schema.vector_l2_ops`.
    public var operatorClass = ""
    /// The tablespace; nil for the database's own.
    public var tablespace: String?
    /// The condition of the WHERE clause.
    public var predicate: String?
    /// The whole ALTER TABLE … ADD CONSTRAINT, for an index that belongs to a constraint.
    public var addConstraint: String?
    /// The whole ALTER INDEX … ATTACH PARTITION, for an index that belongs to a partitioned one.
    public var attach: String?
}

extension Index {
    /// The same index in the database's own tablespace.
    var inDefaultTablespace: Index {
        var index = self
        index.parts.tablespace = nil
        index.after.removeAll { $0.hasPrefix("ALTER INDEX \(parts.qualifiedName) SET TABLESPACE ") }
        return index
    }
}
