/// The contents of one database, read once: the tables that could be copied and everything that depends on them.
public struct Catalog: Sendable {
    /// The server, and the role's rights there.
    public var server: ServerInfo
    /// The relations by OID, without views, foreign tables, temporary tables and extensions' own tables.
    public var relations: [OID: Relation]
    /// All sequences.
    public var sequences: Set<QualifiedName> = []
    /// The sequences that belong to no column of these relations.
    public var loneSequences: [QualifiedName] = []
    /// All that the database holds besides tables and sequences.
    public var objects: [CatalogObject] = []

    /// The relations in name order.
    var inOrder: [Relation] { order.compactMap { relations[$0] } }

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
    private let order: [OID]
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
        // The names alone are sorted: a relation is large.
        order = relations.map { (name: $0.name.description, oid: $0.oid) }.sorted { $0 < $1 }.map(\.oid)
        // Names in another encoding than UTF-8 may look alike here.
        byName = Dictionary(relations.map { ($0.name, $0.oid) }, uniquingKeysWith: min)
    }
}

/// An object identifier of one cluster.
public typealias OID = UInt32

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
