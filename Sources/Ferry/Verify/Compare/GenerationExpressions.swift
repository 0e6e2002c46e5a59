internal import Postgres

/// The expressions of generated columns. They are read for the tables to compare alone: from PostgreSQL 17 on, the server locks a
/// table to write its expression (`pg_get_expr_worker` in ruleutils.c).
enum GenerationExpressions {
    /// Reads the expressions of these tables' columns, by table and column.
    static func read(
        of relations: [Relation], on session: borrowing Session
    ) throws(FerryError) -> [OID: [String: String]] {
        let oids = relations.filter { $0.columns.contains(where: \.isGenerated) }.map { "\($0.oid)" }
        guard !oids.isEmpty else { return [:] }
        let rows = try session.query(
            """
            SELECT a.attrelid AS relation, a.attname AS name, pg_get_expr(d.adbin, d.adrelid) AS expression
            FROM pg_attribute AS a JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attgenerated <> '' AND NOT a.attisdropped AND a.attrelid = ANY ($1::oid[])
            """, [ArrayText.format(oids)])
        var expressions: [OID: [String: String]] = [:]
        for row in rows {
            let relation = try row.int("relation", as: OID.self)
            expressions[relation, default: [:]][try row.string("name")] = try row.optional("expression")
        }
        return expressions
    }
}
