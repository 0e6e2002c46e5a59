/// The contents of one database, read once: the tables that could be copied and everything that depends on them.
public struct Catalog: Sendable {
    /// The server, and the role's rights there.
    public var server: ServerInfo
    /// The relations by OID, without views, foreign tables, temporary tables and extensions' own tables.
    public var relations: [OID: Relation]
    /// The sequences that belong to no column of these relations.
    public var loneSequences: [QualifiedName] = []
    /// All that the database holds besides tables and sequences.
    public var objects: [CatalogObject] = []

    /// The relation of a name.
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

    /// The tables that inherit from a table, directly or not, without partitions, in name order.
    func children(of relation: Relation) -> [Relation] {
        var found: [OID: Relation] = [:]
        var open = [relation.oid]
        while let parent = open.popLast() {
            for child in (inheritors[parent] ?? []).compactMap({ relations[$0] }) where found[child.oid] == nil {
                found[child.oid] = child
                open.append(child.oid)
            }
        }
        return found.values.sorted { $0.name.description < $1.name.description }
    }

    private let byName: [QualifiedName: OID]
    private let partitions: [OID: [OID]]
    private let inheritors: [OID: [OID]]

    /// - Parameter relations: All relations, including partitions: each finds its parent among them.
    init(server: ServerInfo, relations: [Relation]) {
        self.server = server
        self.relations = Dictionary(uniqueKeysWithValues: relations.map { ($0.oid, $0) })
        partitions = Dictionary(grouping: relations.filter { $0.parent != nil }, by: { $0.parent ?? 0 })
            .mapValues { $0.map(\.oid) }
        var inheritors: [OID: [OID]] = [:]
        for relation in relations {
            for parent in relation.inherits { inheritors[parent, default: []].append(relation.oid) }
        }
        self.inheritors = inheritors
        // Names in another encoding than UTF-8 may look alike here.
        byName = Dictionary(relations.map { ($0.name, $0.oid) }, uniquingKeysWith: min)
    }
}

/// An object identifier of one cluster.
public typealias OID = UInt32

/// A table or a partitioned table.
public struct Relation: Sendable {
    /// The kind of a relation, as `pg_class.relkind`.
    public enum Kind: String, Sendable {
        /// A table that holds rows.
        case table = "r"
        /// A partitioned table, whose leaves hold the rows.
        case partitioned = "p"
    }

    /// Its OID in this cluster.
    public var oid: OID
    /// Its schema and name.
    public var name: QualifiedName
    /// Whether it holds rows itself.
    public var kind: Kind
    /// Whether another session has locked it whole, or waits for that: its indexes, NOT VALID checks and true size are not known then.
    public var isLocked = false
    /// Whether a crash of the server empties it.
    public var isUnlogged: Bool
    /// The partitioned table that this partition belongs to.
    public var parent: OID?
    /// The tables from which it inherits as a child, and not as a partition.
    public var inherits: [OID] = []
    /// The composite type of `CREATE TABLE … OF`.
    public var ofType: OID?
    /// Whether a partition below is a foreign table, whose rows are on another server.
    public var hasForeignPartition: Bool
    /// The number of heap pages.
    public var pages: Int
    /// The size of heap and TOAST in bytes.
    public var bytes: Int
    /// The planner's estimate, -1 where the table was never analyzed.
    public var estimatedRows: Int
    /// The role that owns it.
    public var owner: String
    /// The rights of the session's role.
    public var rights: Rights
    /// The columns in the table's order, without dropped ones.
    public var columns: [Column]
    /// All indexes, including invalid ones.
    public var indexes: [Index]
    /// The foreign keys by which it refers to other tables, without those that it inherits as a partition.
    public var foreignKeys: [ForeignKey]
    /// The foreign keys that it inherits as a partition, and that only the partitioned table can drop.
    public var inheritedForeignKeys: [ForeignKey] = []
    /// The users' triggers and rules that would fire.
    public var triggers: [Trigger]
    /// The sequences that its columns own, or take their defaults from.
    public var sequences: [ColumnSequence]
    /// The changes, of `UPDATE` and `DELETE`, that a publication sends and that fail, since the table has no replica identity.
    public var unidentifiedChanges: [String] = []
    /// Whether other roles than the owner were granted rights, or the owner's were taken away.
    public var hasGrants = false
    /// The NOT VALID check constraints, which existing rows may violate.
    public var lateChecks: [LateCheck] = []
    /// Whether all its names and definitions are UTF-8: a SQL_ASCII database may hold others, which no statement can contain.
    public var isNamedInUTF8 = true
    /// The functions of other roles that run when its rows change.
    public var foreignFunctions: [ForeignFunction] = []
    /// The kinds of dependent objects that `--create` does not create: `triggers`, `rules`, …
    public var leftOut: [String] = []

    /// All its names and definitions, as far as statements contain them.
    var texts: [String] {
        var texts = [name.schema, name.name, owner]
        for column in columns { texts += [column.name, column.type] + column.enumLabels }
        for index in indexes { texts += [index.definition, index.parts.addConstraint ?? ""] + index.after }
        for key in foreignKeys { texts += [key.name, key.definition] + key.columns + key.after }
        for trigger in triggers { texts.append(trigger.name) }
        for sequence in sequences { texts += [sequence.name.schema, sequence.name.name] }
        for check in lateChecks { texts += [check.name, check.definition] }
        return texts
    }

    /// The column of a name, as the catalog has it.
    public func column(_ name: String) -> Column? { columns.first { $0.name == name } }

    /// Whether it has all of these columns, each of one of PostgreSQL's own types.
    func hasBuiltIn(_ columns: [String]) -> Bool { columns.allSatisfy { column($0)?.isBuiltIn == true } }

    /// The primary key, else the unique index with the fewest columns that identifies every row.
    public var key: TableKey? { key { _ in true } }

    /// The best key whose columns pass a test: the primary key, else the unique index with the fewest columns.
    func key(where passes: ([String]) -> Bool) -> TableKey? {
        let keys = indexes.filter { $0.isKey && $0.isValid && passes($0.columns) }
        let best =
            keys.first { $0.isPrimary }
            ?? keys.min { ($0.columns.count, $0.name.name) < ($1.columns.count, $1.name.name) }
        return best.map { TableKey(columns: $0.columns, equalityOperators: $0.equalityOperators) }
    }

    /// Whether these columns, in any order, identify each row.
    public func hasKey(on columns: [String]) -> Bool {
        indexes.contains { $0.isKey && $0.isValid && Set($0.columns) == Set(columns) }
    }

    /// The rights of the session's role on a relation.
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
        /// REFERENCES on the relation.
        public var reference = true
        /// Whether the role owns the relation or is a member of its owner, as DDL requires.
        public var own: Bool
        /// Whether another role owns the relation, under which this one may change the rows.
        public var actAsOwner = false
        /// Whether a row-level security policy would hide rows from the role.
        public var rowSecurityActive: Bool
    }
}

extension Catalog {
    /// Whether no relation is among its own ancestors, and no index is there twice or among its own.
    var isATree: Bool {
        let all = relations.values.flatMap(\.indexes)
        let indexes = Dictionary(all.map { ($0.oid, $0.parent) }, uniquingKeysWith: { first, _ in first })
        return indexes.count == all.count && [relations.mapValues { $0.parent }, indexes].allSatisfy(Self.isATree)
    }

    /// - Parameter parents: The parent of each node that has one.
    private static func isATree(_ parents: [OID: OID?]) -> Bool {
        var safe: Set<OID> = []
        for node in parents.keys {
            var path: Set<OID> = []
            var next: OID? = node
            while let current = next, !safe.contains(current) {
                guard path.insert(current).inserted else { return false }
                next = parents[current] ?? nil
            }
            safe.formUnion(path)
        }
        return true
    }
}

/// The columns that identify each row of a table.
public struct TableKey: Sendable, Equatable {
    /// The columns in the index's order.
    public var columns: [String]
    /// The equality operator of each column, such as `OPERATOR(pg_catalog.=)`: with an empty search path, the bare `=` of an
    /// extension's type is not found.
    public var equalityOperators: [String]
}

/// One column of a relation.
public struct Column: Sendable {
    /// The name, as the catalog has it.
    public var name: String
    /// The type as `format_type` writes it, qualified, but an extension's type without its schema.
    public var type: String
    /// The pgvector type; nil for all other types.
    public var vectorType: VectorType?
    /// Whether values are vectors of pgvector, or hold some: in an array, a composite, a domain.
    public var holdsVectors = false
    /// Whether values are OIDs, which may be those of large objects.
    public var isOID = false
    /// The parts of the domains, composites and ranges in the type.
    public var structure: String?
    /// The labels of the enums in the type, each with its enum's name.
    public var enumLabels: [String]
    /// The declared dimensions of a vector type, or the length of a bit string.
    public var dimensions: Int?
    /// Whether it is NOT NULL.
    public var isNotNull: Bool
    /// Whether it has a default.
    public var hasDefault: Bool
    /// Whether the server computes it from other columns.
    public var isGenerated: Bool
    /// Whether the type is PostgreSQL's own, so that nobody has defined casts, and operators that are found by them.
    public var isBuiltIn: Bool
    /// The reason why the column must be copied as text, or nil if its binary form means the same in another cluster.
    public var textReason: String?
    /// The user-defined enums, domains, composites and ranges in the type.
    public var userTypes: [OID]
}

/// The types of pgvector.
public enum VectorType: String, Sendable {
    /// Vectors of single precision, of half precision, and sparse vectors, which store only non-zero elements.
    case vector, halfvec, sparsevec
}

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
}

/// A function that neither the session's role nor a superuser owns.
public struct ForeignFunction: Sendable, Hashable {
    /// The qualified name, quoted by its server.
    public var name: String
    /// The role that owns it.
    public var owner: String
}

/// A user's trigger or rule that is enabled.
public struct Trigger: Sendable {
    /// The name, as the catalog has it.
    public var name: String
    /// When it fires, as `pg_trigger.tgenabled`: `O` origin, `A` always, `R` replica.
    public var enabled: String
    /// Whether it fires for each row, not for each statement.
    public var isForEachRow: Bool
    /// Whether it is a rule, which fires on INSERT, UPDATE and DELETE, and not on COPY.
    public var isRule = false
}

/// A sequence that a column owns, or takes its default from.
public struct ColumnSequence: Sendable {
    /// The column.
    public var column: String
    /// Whether the column takes its default from it; otherwise the column only owns it.
    public var feedsDefault = true
    /// Whether the column owns it, so that it goes with the column.
    public var isOwned = true
    /// The sequence's name.
    public var name: QualifiedName
    /// Whether the role may read its value.
    public var maySelect: Bool
    /// Whether the role may set it.
    public var mayUpdate: Bool
}

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
