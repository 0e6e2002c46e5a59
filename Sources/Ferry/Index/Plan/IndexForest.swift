/// An index with the partitions' indexes that are attached to it.
struct IndexNode {
    /// As the catalog has it.
    var index: Index
    /// The table, or the partition, that it is on.
    var relation: Relation
    /// The partitions' indexes that are attached to it.
    var children: [IndexNode]

    /// Whether it and all below it are.
    var isValid: Bool { index.isValid && children.allSatisfy(\.isValid) }

    /// 0 for an index with entries of its own; a partitioned one comes after all that it is made of.
    var stage: Int { index.isPartitioned ? 1 + (children.map(\.stage).max() ?? 0) : 0 }

    /// What killed concurrent builds of it left on its table (`leftovers.sql` says under which names).
    var leftovers: [Index] { relation.indexes.filter { $0.isLeftover(of: index) } }

    /// Itself and all below it, lower stages first.
    var nodes: [IndexNode] { (children.flatMap(\.nodes) + [self]).sorted { $0.stage < $1.stage } }
}

/// The indexes of a table and its partitions, each under the one that it is attached to.
struct IndexForest {
    /// Those that are attached to none, or to one of a table that is not among these.
    let roots: [IndexNode]

    /// - Parameter relations: The table and all partitions below it.
    init(_ relations: [Relation]) {
        let all = relations.flatMap { relation in relation.indexes.map { (index: $0, relation: relation) } }
        let known = Set(all.map(\.index.oid))
        let byParent = Dictionary(grouping: all) { $0.index.parent ?? 0 }
        func node(_ index: Index, _ relation: Relation) -> IndexNode {
            let children = byParent[index.oid] ?? []
            return IndexNode(index: index, relation: relation, children: children.map { node($0.index, $0.relation) })
        }
        // A leftover is not an index of anyone's: it goes when the one that it is of is built.
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
        // Its own name does not tell which one has its place.
        if name.name == IndexReplacement.oldName(for: oid) { return other.isVectorIndex }
        guard !isValid else { return false }
        var stem = Substring(name.name)
        while let last = stem.last, last.isASCII, last.isNumber { stem.removeLast() }
        guard stem.hasSuffix("_ccnew") || stem.hasSuffix("_ccold") else { return false }
        return stem.dropLast("_ccnew".count) == other.name.name
    }
}
