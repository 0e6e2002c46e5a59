/// The account of what the source's database holds and the copy does not carry.
///
/// What the target has under the same kind and name is the target's own, and is not listed, unless it holds data.
public struct Inventory: Sendable, Equatable {
    /// The reason why something is not copied.
    public enum Reason: String, Sendable, CaseIterable {
        /// The selection does not include the table.
        case notChosen = "not_chosen"
        /// `--exclude-table` names the table.
        case excluded
        /// It holds data, of a kind that is not copied.
        case notCarried = "not_carried"
        /// A sequence that no column names keeps its value.
        case notSet = "not_set"
        /// A materialized view of the target keeps its rows until it is refreshed.
        case notRefreshed = "not_refreshed"
        /// The target lacks it, and only tables, their types and sequences are created.
        case notCreated = "not_created"
    }

    /// Something that is not copied.
    public struct Entry: Sendable, Equatable {
        /// The kind, in SQL's words: `table`, `view`, `large object`, …
        public var kind: String
        /// The qualified name; nil for things without one, which are counted.
        public var name: String?
        /// Why it is not copied.
        public var reason: Reason
        /// The planner's estimate of its rows, -1 where unknown, or the number of things without a name; nil where it holds none.
        public var rows: Int?
        /// The bytes of a table with its partitions; nil for other kinds.
        public var bytes: Int?
        /// Whether it is a table that holds vectors.
        public var holdsVectors: Bool
    }

    /// The number of tables of the source, partitioned ones as one.
    public var tables: Int
    /// What is not copied, by kind and name; tables first.
    public var entries: [Entry]

    /// Takes the entries as they are.
    public init(tables: Int, entries: [Entry]) {
        self.tables = tables
        self.entries = entries
    }
}

extension Inventory {
    /// Makes the account of a plan.
    ///
    /// - Parameter chosen: The source's tables that are copied.
    init(_ survey: Survey, request: CopyRequest, chosen: [Relation]) {
        let source = survey.source
        let copied = Set(chosen.flatMap { [$0] + source.tree(below: $0) }.map(\.oid))
        let created = chosen.filter { survey.target.relation($0.name) == nil }.flatMap { [$0] + source.tree(below: $0) }
        let excluded = request.selection.excluded.compactMap(TablePattern.init)
        var entries = Self.tables(source, copied: copied, excluded: excluded)
        entries += source.loneSequences.map { Entry(kind: "sequence", name: "\($0)", reason: .notSet) }
        let target = Set(survey.target.objects.map { ObjectName($0) })
        let made = Self.made(with: created, survey)
        for object in source.objects where object.relation.map(copied.contains) ?? true {
            let isThere = target.contains(ObjectName(object))
            let reason: Reason
            switch object.kind {
            case "large object": reason = .notCarried
            case "materialized view": reason = isThere ? .notRefreshed : .notCreated
            default:
                if isThere || object.oid.map(made.contains) == true { continue }
                if object.kind == "extension", object.name == "vector", request.create { continue }
                reason = .notCreated
            }
            entries.append(Entry(kind: object.kind, name: object.name, reason: reason, rows: object.rows))
        }
        for relation in created where relation.hasGrants {
            entries.append(Entry(kind: "grant", name: "on \(relation.name)", reason: .notCreated))
        }
        for relation in created where relation.owner != survey.target.server.user {
            entries.append(Entry(kind: "owner", name: "\(relation.owner) of \(relation.name)", reason: .notCreated))
        }
        self.init(tables: source.relations.values.count { $0.parent == nil }, entries: entries)
    }

    /// Tables that are not copied, each partitioned one with all its partitions unless some of them are copied.
    private static func tables(_ source: Catalog, copied: Set<OID>, excluded: [TablePattern]) -> [Entry] {
        let left = source.relations.values.filter { !copied.contains($0.oid) }
        let whole = left.filter { root in
            root.parent == nil && source.tree(below: root).allSatisfy { !copied.contains($0.oid) }
        }
        let within = Set(whole.map(\.oid))
        let parts = left.filter { relation in
            relation.kind == .table && relation.parent != nil
                && !source.ancestors(of: relation).contains { within.contains($0.oid) }
        }
        return (whole + parts).sorted { $0.name.description < $1.name.description }.map { relation in
            let tree = [relation] + source.tree(below: relation)
            let leaves = source.leaves(of: relation)
            let isUnknown = leaves.contains { $0.estimatedRows < 0 }
            return Entry(
                kind: "table", name: "\(relation.name)",
                reason: excluded.contains { $0.matches(relation.name) } ? .excluded : .notChosen,
                rows: isUnknown ? -1 : leaves.reduce(0) { $0 + $1.estimatedRows },
                bytes: leaves.reduce(0) { $0 + $1.bytes },
                holdsVectors: tree.contains { $0.columns.contains(where: \.holdsVectors) })
        }
    }

    /// The OIDs of the types that are created with tables.
    private static func made(with created: [Relation], _ survey: Survey) -> Set<OID> {
        Set(created.flatMap(\.columns).flatMap(\.userTypes) + created.compactMap(\.ofType))
    }

    /// The identity of an object in both databases.
    private struct ObjectName: Hashable {
        var kind: String
        var name: String?

        init(_ object: CatalogObject) {
            kind = object.kind
            name = object.name
        }
    }
}

extension Inventory.Entry {
    init(kind: String, name: String?, reason: Inventory.Reason, rows: Int? = nil) {
        self.init(kind: kind, name: name, reason: reason, rows: rows, bytes: nil, holdsVectors: false)
    }
}
