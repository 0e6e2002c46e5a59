internal import Postgres

/// An object of a target table that a job dropped or disabled, or has yet to add, and that is not back.
public struct StillOff: Sendable, Equatable {
    /// The table, or the partition, that it belongs to.
    public var table: QualifiedName
    /// `index`, `constraint`, `trigger` or `rule`.
    public var kind: String
    /// Its own name.
    public var name: String
    /// The statements that put it back, in order.
    public var statements: [String]
    /// Why the target does not accept them; nil where that was not tried.
    public var error: String?

    /// Takes the object as the ledger has it.
    public init(table: QualifiedName, kind: String, name: String, statements: [String], error: String? = nil) {
        self.table = table
        self.kind = kind
        self.name = name
        self.statements = statements
        self.error = error
    }
}

extension StillOff {
    init(_ definition: SavedDefinition, error: FerryError? = nil) {
        self.init(
            table: definition.relation, kind: definition.kind.rawValue, name: definition.name,
            statements: definition.statements, error: error.map { "\($0)" })
    }

    /// Reads what a job has not put back yet on the tables that are there.
    static func read(_ job: JobNumber, of plan: Plan, on target: borrowing Session) throws(FerryError) -> [StillOff] {
        let pending = try Ledger().pendingDefinitions(job: job, target).filter { $0.kind != .index || plan.isOff($0) }
        guard !pending.isEmpty else { return [] }
        let names = Array(Set(pending.map(\.relation)))
        let there = try target.query(
            "SELECT position FROM unnest($1::text[]) WITH ORDINALITY AS t (name, position) WHERE to_regclass(name) IS NOT NULL",
            [ArrayText.format(names.map(\.quoted))])
        let present = Set(try there.map { row throws(FerryError) in names[try row.int("position", as: Int.self) - 1] })
        return pending.filter { present.contains($0.relation) }.map { StillOff($0) }
    }
}

extension Plan {
    /// Whether the job drops an index before it builds it; REINDEX and CONCURRENTLY leave the old one in its place.
    func isOff(_ index: SavedDefinition) -> Bool {
        self[index.pair].indexes.contains { plan in
            (plan.action == .rebuild || plan.action == .create)
                && plan.builds.contains {
                    $0.relation == index.relation && $0.index.name == index.name && !$0.isConcurrent
                }
        }
    }
}

extension Note {
    /// Warnings of what a job that stopped has left off, one for each table.
    static func stillOff(_ objects: [StillOff]) -> [Note] {
        var tables: [QualifiedName] = []
        for object in objects where !tables.contains(object.table) { tables.append(object.table) }
        return tables.map { table in
            let names = objects.filter { $0.table == table }.map { "\($0.kind) \($0.name)" }
            let shown = names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", \u{2026}" : "")
            return Note(
                level: .warning, code: .stillOff, side: .target, table: table, message: "Still off: \(shown).",
                hint: "To put it back, run the same command again, or give the job up with vecferry undo.")
        }
    }
}
