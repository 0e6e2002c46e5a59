/// Rows of a table whose values in one column are beyond half precision, so that they can't be converted to `halfvec`.
struct OutOfRange: Sendable, Equatable {
    /// The column.
    var column: String
    /// The rows, by bot.
    var rows: [Rows]

    /// The rows of one bot.
    struct Rows: Sendable, Equatable {
        /// The bot; nil for rows of no bot, and where the table belongs to none.
        var bot: String?
        /// The number of rows.
        var count: Int
        /// The keys of the first of them, as text: `id = 17`.
        var keys: [String]
    }

    /// The number of rows that a message names.
    static let shown = 5

    /// Reads all rows of the table, once for each column.
    ///
    /// An element is at most as great as the vector's length, which the server computes in one call; only where the length is beyond the
    /// range, it looks at each element.
    ///
    /// - Parameters:
    ///   - columns: Columns of the type `vector`.
    ///   - scope: How to find the bot of a row; nil where the table belongs to none.
    ///   - schema: The schema of pgvector on the source.
    static func read(
        _ columns: [String], of table: Relation, _ scope: BotScope?, schema: String, _ session: borrowing Session
    ) throws(FerryError) -> [OutOfRange] {
        let schema = schema.quotedIdentifier
        let bot = scope?.expression(alias: "r") ?? "NULL::pg_catalog.text"
        let names = (table.key?.columns ?? []).map { "\("\($0) = ".quotedLiteral), r.\($0.quotedIdentifier)" }
        let key = "concat(\(names.isEmpty ? "'ctid = ', r.ctid" : names.joined(separator: ", ', ', ")))"
        var findings: [OutOfRange] = []
        for column in columns {
            let value = "r.\(column.quotedIdentifier)"
            let rows = try session.query(
                """
                SELECT bot, count(*) AS rows, array_agg(key ORDER BY place) FILTER (WHERE place <= \(shown)) AS keys
                FROM (
                    SELECT \(bot) AS bot, \(key) AS key, row_number() OVER (PARTITION BY \(bot) ORDER BY r.ctid) AS place
                    FROM \(table.quotedForRows) AS r
                    WHERE CASE WHEN \(schema).vector_norm(\(value)) >= \(HalfPrecision.limit) * 0.999 THEN EXISTS (
                        SELECT FROM unnest(\(schema).vector_to_float4(\(value), -1, false)) AS e (element)
                        WHERE abs(e.element) >= \(HalfPrecision.limit)::real
                    ) END
                ) AS f
                GROUP BY bot ORDER BY bot
                """, about: table.name)
            guard !rows.isEmpty else { continue }
            findings.append(
                OutOfRange(
                    column: column,
                    rows: try rows.map { row throws(FerryError) in
                        Rows(
                            bot: try row.optional("bot"), count: try row.int("rows", as: Int.self),
                            keys: try row.list("keys"))
                    }))
        }
        return findings
    }
}
