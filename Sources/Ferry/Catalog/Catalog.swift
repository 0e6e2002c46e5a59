/// What one database holds, read once: the tables that could be copied and everything that hangs on them.
public struct Catalog: Sendable {
    /// What the server is, and what the role may do there.
    public var server: ServerInfo
    /// By OID. Views, foreign tables, temporary tables and extensions' own tables are not among them.
    public var relations: [OID: Relation]

    /// A relation by name.
    public func relation(_ name: QualifiedName) -> Relation? { byName[name].flatMap { relations[$0] } }

    /// The relations that hold the rows: the table itself, or the leaves below a partitioned table, in name order.
    public func leaves(of relation: Relation) -> [Relation] {
        guard relation.kind == .partitioned else { return [relation] }
        return tree(below: relation).filter { $0.kind == .table }
    }

    /// All partitions below a partitioned table, partitioned ones too, in name order.
    func tree(below relation: Relation) -> [Relation] {
        var found: [Relation] = []
        var open = [relation.oid]
        while let parent = open.popLast() {
            let children = partitions[parent] ?? []
            found += children.compactMap { relations[$0] }
            open += children
        }
        return found.sorted { $0.name.description < $1.name.description }
    }

    /// The partitioned tables above a partition, the nearest first.
    func ancestors(of relation: Relation) -> [Relation] {
        var found: [Relation] = []
        while let parent = (found.last ?? relation).parent.flatMap({ relations[$0] }) { found.append(parent) }
        return found
    }

    private let byName: [QualifiedName: OID]
    private let partitions: [OID: [OID]]

    /// - Parameter relations: All there are, partitions too: each finds its parent among them.
    init(server: ServerInfo, relations: [Relation]) {
        self.server = server
        self.relations = Dictionary(uniqueKeysWithValues: relations.map { ($0.oid, $0) })
        partitions = Dictionary(grouping: relations.filter { $0.parent != nil }, by: { $0.parent ?? 0 })
            .mapValues { $0.map(\.oid) }
        byName = Dictionary(uniqueKeysWithValues: relations.map { ($0.name, $0.oid) })
    }
}

/// An object identifier of one cluster.
public typealias OID = UInt32

/// A table or a partitioned table.
public struct Relation: Sendable {
    /// `pg_class.relkind`
    public enum Kind: String, Sendable {
        /// It holds rows.
        case table = "r"
        /// Its leaves hold the rows.
        case partitioned = "p"
    }

    /// Of this cluster.
    public var oid: OID
    /// Its schema and name.
    public var name: QualifiedName
    /// Whether it holds rows itself.
    public var kind: Kind
    /// Whether a crash of the server empties it.
    public var isUnlogged: Bool
    /// The partitioned table that this partition belongs to.
    public var parent: OID?
    /// Whether a partition below is a foreign table, whose rows lie on yet another server.
    public var hasForeignPartition: Bool
    /// Heap pages.
    public var pages: Int
    /// Heap and TOAST, in bytes.
    public var bytes: Int
    /// The planner's estimate, -1 where the table was never analyzed.
    public var estimatedRows: Int
    /// The role that owns it.
    public var owner: String
    /// What the session's role may do with it.
    public var rights: Rights
    /// In the table's order, without dropped ones.
    public var columns: [Column]
    /// All of them, invalid ones too.
    public var indexes: [Index]
    /// Those that it refers to others with.
    public var foreignKeys: [ForeignKey]
    /// The users' own that would fire.
    public var triggers: [Trigger]
    /// Those that its columns' defaults take from.
    public var sequences: [ColumnSequence]
    /// Checks that are not validated, which the rows need not pass.
    public var lateChecks: [LateCheck] = []
    /// What hangs on the relation and is not made where the relation is: `triggers`, `rules`, …
    public var leftOut: [String] = []

    /// The column of that name, as the catalog has it.
    public func column(_ name: String) -> Column? { columns.first { $0.name == name } }

    /// The primary key, else the unique index with the fewest columns that can name every row.
    public var key: TableKey? { key { _ in true } }

    /// The same, of the keys whose columns pass a test.
    func key(where passes: ([String]) -> Bool) -> TableKey? {
        let keys = indexes.filter { $0.isKey && $0.isValid && passes($0.columns) }
        let best =
            keys.first { $0.isPrimary }
            ?? keys.min { ($0.columns.count, $0.name.name) < ($1.columns.count, $1.name.name) }
        return best.map { TableKey(columns: $0.columns, equalityOperators: $0.equalityOperators) }
    }

    /// Whether these columns, in any order, name each row.
    public func hasKey(on columns: [String]) -> Bool {
        indexes.contains { $0.isKey && $0.isValid && Set($0.columns) == Set(columns) }
    }

    /// What the session's role may do with a relation.
    public struct Rights: Sendable {
        /// USAGE on its schema.
        public var useSchema: Bool
        /// CREATE on its schema.
        public var createInSchema: Bool
        /// SELECT on the relation.
        public var select: Bool
        /// INSERT on the relation.
        public var insert: Bool
        /// DELETE on the relation.
        public var delete: Bool
        /// UPDATE on the relation.
        public var update: Bool
        /// TRUNCATE on the relation.
        public var truncate: Bool
        /// Whether the role owns the relation or is a member of its owner, as DDL requires.
        public var own: Bool
        /// Whether a row-level security policy would hide rows from the role.
        public var rowSecurityActive: Bool
    }
}

/// Columns that name each row of a table.
public struct TableKey: Sendable, Equatable {
    /// In the index's order.
    public var columns: [String]
    /// `OPERATOR(pg_catalog.=)`, for each column: with an empty search path a bare `=` of an extension's type is not found.
    public var equalityOperators: [String]
}

/// One column of a relation.
public struct Column: Sendable {
    /// As the catalog has it.
    public var name: String
    /// `format_type`, qualified, an extension's type without its schema.
    public var type: String
    /// `vector`, `halfvec` or `sparsevec`; nil for all other types.
    public var vectorType: VectorType?
    /// What the domains, composites and ranges in the type are made of.
    public var structure: String?
    /// The labels of the enums in the type, each with its enum's name.
    public var enumLabels: [String]
    /// Of a vector type or a bit string, where the column declares them.
    public var dimensions: Int?
    /// Whether it takes no NULL.
    public var isNotNull: Bool
    /// Whether a row that does not give it a value gets one.
    public var hasDefault: Bool
    /// Whether the server computes it from other columns.
    public var isGenerated: Bool
    /// Why the column must travel as text, or nil where its binary form means the same in another cluster.
    public var textReason: String?
    /// The enums, domains, composites and ranges in the type that are not the system's.
    public var userTypes: [OID]
}

/// pgvector's types.
public enum VectorType: String, Sendable {
    /// Single precision, half precision, and only the elements that are not zero.
    case vector, halfvec, sparsevec
}

/// One index of a relation.
public struct Index: Sendable {
    /// Of this cluster.
    public var oid: OID
    /// The schema is the relation's.
    public var name: QualifiedName
    /// Whether it is a partitioned index, whose leaves hold the entries.
    public var isPartitioned: Bool
    /// The access method: `btree`, `hnsw`, `ivfflat`, …
    public var method: String
    /// `pg_get_indexdef`
    public var definition: String
    /// UNIQUE, with or without a constraint.
    public var isUnique: Bool
    /// Whether it is the primary key's.
    public var isPrimary: Bool
    /// Whether it is whole and kept up to date; a build that was killed leaves one that is not.
    public var isValid: Bool
    /// Whether logical replication names rows by it.
    public var isReplicaIdentity: Bool
    /// Whether it leaves out rows, by WHERE.
    public var isPartial: Bool
    /// Whether its columns name each row: unique, not deferrable, not partial, no NULLs.
    public var isKey: Bool
    /// The key expressions, in order, as SQL.
    public var expressions: [String]
    /// The key columns that are plain columns, in order.
    public var columns: [String]
    /// Of each key, without the schema: `vector_l2_ops`.
    public var operatorClasses: [String]
    /// What makes two keys equal, for each column of a btree index.
    public var equalityOperators: [String]
    /// `OPERATOR(schema.<->)`: what the index can order by, for vector indexes.
    public var orderOperator: String?
    /// `lists=100`, `m=16`, …
    public var options: [String: String]
    /// Whether it belongs to a constraint.
    public var isOfConstraint: Bool
    /// The partitioned index that it is attached to.
    public var parent: OID?
    /// Of the index's own pages.
    public var bytes: Int
    /// Statements that put back what the definition leaves out.
    public var after: [String]
    /// What a statement about the index is made of.
    public var parts = IndexParts()

    /// Whether pgvector's access methods built it.
    public var isVectorIndex: Bool { method == "ivfflat" || method == "hnsw" }
}

/// The parts of statements about an index, each quoted by the server that holds it.
public struct IndexParts: Sendable {
    /// The type of the first key, unqualified, also of an expression: `vector`, `halfvec`, `sparsevec`, `bit`, `text`, …
    public var keyType = ""
    /// The dimensions that the first key declares.
    public var keyDimensions: Int?
    /// `name`, as CREATE INDEX takes it.
    public var name = ""
    /// `schema.name`
    public var qualifiedName = ""
    /// `schema.table`
    public var relation = ""
    /// `schema.vector_l2_ops`, of the first key.
    public var operatorClass = ""
    /// nil for the database's own.
    public var tablespace: String?
    /// What stands after WHERE.
    public var predicate: String?
    /// The whole ALTER TABLE … ADD CONSTRAINT, for an index that belongs to a constraint.
    public var addConstraint: String?
    /// The whole ALTER INDEX … ATTACH PARTITION, for an index that belongs to a partitioned one.
    public var attach: String?
}

/// A foreign key, on the referencing relation.
public struct ForeignKey: Sendable {
    /// As the catalog has it.
    public var name: String
    /// The table it refers to.
    public var referenced: OID
    /// On this side, in the key's order.
    public var columns: [String]
    /// On the other side, in the same order.
    public var referencedColumns: [String]
    /// `pg_get_constraintdef`
    public var definition: String
    /// Statements that put back what the definition leaves out.
    public var after: [String]
}

/// A check constraint that is not validated.
public struct LateCheck: Sendable {
    /// As the catalog has it.
    public var name: String
    /// `pg_get_constraintdef`
    public var definition: String
}

/// A user's trigger that is enabled.
public struct Trigger: Sendable {
    /// As the catalog has it; the relation is the one that holds it.
    public var name: String
    /// `pg_trigger.tgenabled`: `O` origin, `A` always, `R` replica
    public var enabled: String
    public var isForEachRow: Bool
}

/// A sequence that a column's default takes from.
public struct ColumnSequence: Sendable {
    /// The column whose default takes from it.
    public var column: String
    /// The sequence's.
    public var name: QualifiedName
    /// Whether the role may read where it stands.
    public var maySelect: Bool
    /// Whether the role may set it.
    public var mayUpdate: Bool
}
