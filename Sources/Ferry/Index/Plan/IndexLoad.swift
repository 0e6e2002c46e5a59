/// The numbers of rows that a table and its partitions get, and hold after the load.
struct IndexLoad {
    /// The rows that are loaded; a guess where the server has no estimate.
    let incoming: Int
    /// Whether the target is empty before the load.
    let targetIsEmpty: Bool
    private let existing: Int
    private let incomingBelow: [QualifiedName: Int]
    private let existingBelow: [QualifiedName: Int]
    private let pagesBelow: [QualifiedName: Int]
    private let bytes: Int

    /// - Parameter sourceRows: The source's own estimate; 0 or less where it has none.
    init(
        source: Relation, sourceTree: [Relation], target: Relation?, targetTree: [Relation], sourceRows: Int,
        targetIsEmpty: Bool
    ) {
        let sources = [source] + sourceTree
        let targets = target.map { [$0] + targetTree } ?? []
        bytes = sources.reduce(0) { $0 + $1.bytes }
        if sources.allSatisfy({ $0.pages == 0 }) {
            incoming = 0
        } else {
            // Before PostgreSQL 14 a table that was never analyzed reports 0 (release notes of 14, "reltuples").
            incoming = sourceRows > 0 ? sourceRows : sources.reduce(0) { $0 + Self.rows(of: $1) }
        }
        existing = targetIsEmpty ? 0 : targets.reduce(0) { $0 + Self.rows(of: $1) }
        self.targetIsEmpty = targetIsEmpty
        incomingBelow = Dictionary(sources.map { ($0.name, Self.rows(of: $0)) }, uniquingKeysWith: max)
        existingBelow = Dictionary(
            targets.map { ($0.name, targetIsEmpty ? 0 : Self.rows(of: $0)) }, uniquingKeysWith: max)
        pagesBelow = Dictionary(sources.map { ($0.name, $0.pages) }, uniquingKeysWith: max)
    }

    /// Whether few rows are added to many.
    var isSmallAddition: Bool { !targetIsEmpty && incoming <= existing / IndexPlanner.fewShare }

    /// The rows that a relation holds after the load: a partition that the source does not have may get all of them.
    func rowsAfter(in relation: Relation, isRoot: Bool) -> Int {
        let come = isRoot ? incoming : incomingBelow[relation.name] ?? incoming
        return come + (existingBelow[relation.name] ?? 0)
    }

    /// The heap pages after the load; nil where the source's pages do not show them.
    func pages(of relation: Relation) -> Int? { targetIsEmpty ? pagesBelow[relation.name] : nil }

    /// The average size of a source row in bytes.
    var rowBytes: Int { incoming > 0 ? bytes / incoming : 0 }

    /// The planner's estimate, or a guess from the size: the bytes of the declared vectors and a hundred for the rest.
    private static func rows(of relation: Relation) -> Int {
        if relation.estimatedRows > 0 { return relation.estimatedRows }
        if relation.kind == .partitioned || relation.pages == 0 { return 0 }
        let width = relation.columns.reduce(100) { sum, column in
            guard let dimensions = column.dimensions else { return sum }
            return sum
                + (column.vectorType == .vector
                    ? 4 * dimensions : column.vectorType == .halfvec ? 2 * dimensions : 0)
        }
        return max(1, relation.bytes / width)
    }
}
