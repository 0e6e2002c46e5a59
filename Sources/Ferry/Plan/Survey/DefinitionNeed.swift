internal import Postgres
internal import SQLStatements

/// An object that the definition of a table to be created names, and that is not created with it.
struct DefinitionNeed: Sendable, Equatable {
    /// The table, or its partition, on the source.
    var relation: OID
    /// The kind: `function`, `collation`, …
    var kind: String
    /// The identity, as `pg_identify_object` has it.
    var name: String
    /// What needs it, as the source describes it: `default value for column t of table public.docs`.
    var user: String
    /// Whether it is a function that takes a row of the table itself, so that neither can be created before the other.
    var takesOwnRow: Bool
    /// Whether the target has it.
    var isThere: Bool

    /// Reads what the tables of these OIDs need, and the target lacks or can't have yet.
    static func read(
        _ tables: [OID], source: borrowing Session, target: borrowing Session
    ) throws(FerryError) -> [DefinitionNeed] {
        guard !tables.isEmpty else { return [] }
        var needs: [DefinitionNeed] = []
        for row in try source.query(Statements.needs, [ArrayText.format(tables.map { "\($0)" })]) {
            needs.append(
                DefinitionNeed(
                    relation: try row.int("relation", as: OID.self), kind: try row.string("kind"),
                    name: try row.string("name"), user: try row.string("user"),
                    takesOwnRow: try row.optional("takes_own_row") == "t", isThere: true))
        }
        let objects = Array(Set(needs.map { [$0.kind, $0.name] }))
        guard !objects.isEmpty else { return needs }
        let rows = try target.query(
            Statements.present, [ArrayText.format(objects.map { $0[0] }), ArrayText.format(objects.map { $0[1] })])
        var missing: Set<[String]> = []
        for row in rows where try !row.bool("is_there") { missing.insert(objects[try row.int("position") - 1]) }
        for (index, need) in needs.enumerated() { needs[index].isThere = !missing.contains([need.kind, need.name]) }
        return needs.filter { !$0.isThere || $0.takesOwnRow }
    }
}
