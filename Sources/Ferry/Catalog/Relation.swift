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
        for check in lateChecks { texts += [check.name, check.definition] + check.after }
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

/// The columns that identify each row of a table.
public struct TableKey: Sendable, Equatable {
    /// The columns in the index's order.
    public var columns: [String]
    /// The equality operator of each column, such as `OPERATOR(pg_catalog.=)`: with an empty search path, the bare `=` of an
    /// extension's type is not found.
    public var equalityOperators: [String]
}
