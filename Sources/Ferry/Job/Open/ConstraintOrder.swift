internal import Postgres

extension [TablePair] {
    /// The constraints of these tables in an order in which they can be dropped: a check that a table inherits goes with the
    /// parent's, and can't go before it (PostgreSQL documentation, "ALTER TABLE").
    func constraintsToDrop(
        on target: borrowing Session
    ) throws(FerryError) -> [(pair: TablePair, constraint: ConstraintPlan)] {
        let all = flatMap { pair in pair.constraints.map { (pair: pair, constraint: $0) } }
        let checks = all.filter { $0.constraint.definition.hasPrefix("CHECK ") }
        guard checks.count > 1 else { return all }
        let rows = try target.query(
            """
            SELECT position FROM unnest($1::text[]) WITH ORDINALITY AS t (name, position)
            ORDER BY (
                WITH RECURSIVE line (oid, depth) AS (
                    SELECT to_regclass(t.name)::oid, 0
                    UNION ALL
                    SELECT i.inhparent, line.depth + 1 FROM line JOIN pg_inherits AS i ON i.inhrelid = line.oid
                ) SELECT max(depth) FROM line
            ), position
            """, [ArrayText.format(checks.map { $0.constraint.relation.quoted })])
        let sorted = try rows.map { row throws(FerryError) in checks[try row.int("position", as: Int.self) - 1] }
        return all.filter { !$0.constraint.definition.hasPrefix("CHECK ") } + sorted
    }
}
