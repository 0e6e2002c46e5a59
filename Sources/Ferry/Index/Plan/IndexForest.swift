/// An index with the partitions' indexes that are attached to it.
struct IndexNode {
    /// The index, as the catalog has it.
    var index: Index
    /// The table, or the partition, that it is on.
    var relation: Relation
    /// The partitions' indexes that are attached to it.
    var children: [IndexNode]

    /// Whether the index and all indexes below it are valid.
    var isValid: Bool { index.isValid && children.allSatisfy(\.isValid) }

    /// The stage of its build: 0 for an index with entries of its own; a partitioned one comes after its parts.
    var stage: Int { index.isPartitioned ? 1 + (children.map(\.stage).max() ?? 0) : 0 }

    /// The indexes that killed concurrent builds of it left on its table (`leftovers.sql` lists their names).
    var leftovers: [Index] { relation.indexes.filter { $0.isLeftover(of: index) } }

    /// The node itself and all nodes below it, lower stages first.
    var nodes: [IndexNode] { (children.flatMap(\.nodes) + [self]).sorted { $0.stage < $1.stage } }
}

/// The indexes of a table and its partitions, each under the one that it is attached to.
struct IndexForest {
    /// The indexes that are attached to none, or to an index of a table that is not among these.
    let roots: [IndexNode]

    /// - Parameter relations: The table and all partitions below it.
    init(_ relations: [Relation]) {
        let all = relations.flatMap { relation in relation.indexes.map { (index: $0, relation: relation) } }
        let known = Set(all.map(\.index.oid))
        let byParent: [OID?: [(index: Index, relation: Relation)]] = Dictionary(grouping: all, by: \.index.parent)
        func node(_ index: Index, _ relation: Relation) -> IndexNode {
            let children = byParent[index.oid] ?? []
            return IndexNode(index: index, relation: relation, children: children.map { node($0.index, $0.relation) })
        }
        // A leftover needs no plan of its own: the build of its index drops it.
        let leftovers = Set(
            relations.flatMap { relation in
                relation.indexes.filter { index in relation.indexes.contains { index.isLeftover(of: $0) } }.map(\.oid)
            })
        roots = all.filter { $0.index.parent.map { !known.contains($0) } ?? true }
            .filter { !leftovers.contains($0.index.oid) }
            .map { node($0.index, $0.relation) }
    }
}

extension Index {
    /// Whether a killed build beside writers left this in the place of another index of the same table.
    func isLeftover(of other: Index) -> Bool {
        guard !isOfConstraint, !isPartitioned, oid != other.oid else { return false }
        if name.name == IndexReplacement.newName(for: other.oid) { return true }
        // Its own name does not show which index has its place.
        if name.name == IndexReplacement.oldName(for: oid) { return other.isVectorIndex }
        guard !isValid else { return false }
        var stem = Substring(name.name)
        while let last = stem.last, last.isASCII, last.isNumber { stem.removeLast() }
        guard stem.hasSuffix("_ccnew") || stem.hasSuffix("_ccold") else { return false }
        return stem.dropLast("_ccnew".count) == other.name.name
    }
}
