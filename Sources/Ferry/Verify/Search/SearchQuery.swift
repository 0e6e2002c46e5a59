internal import Postgres

/// The application's query in one embedding column: the nearest rows, of one bot where the table has a bot column.
struct SearchQuery: Sendable {
    /// The table to search.
    let table: ComparedTable
    /// The column to search, of a type that pgvector's operator accepts.
    let column: ColumnPair
    /// What is compared with the query, and how.
    let form: SearchForm
    /// The number of rows in an answer.
    let k: Int

    /// One stored row as a query.
    struct Sample: Sendable {
        /// The vector, as its type writes it.
        var vector: String
        /// The row's bot; nil where the table has no bot column.
        var bot: Bot?

        /// The bot whose rows are searched.
        enum Bot: Sendable {
            /// A bot, by its id.
            case named(String)
            /// The rows that belong to no bot.
            case none
        }
    }

    private var botColumn: String? {
        if case .column(let name)? = table.botScope { name } else { nil }
    }

    /// Reads stored rows, spread over the table, with their vectors as text, which is exact.
    func samples(_ count: Int, on session: borrowing Session) throws(FerryError) -> [Sample] {
        let name = table.name.quoted
        let value = column.name.quotedIdentifier
        let bot = botColumn.map { "r.\($0.quotedIdentifier)".outputText }
        var conditions = ["r.\(value) IS NOT NULL"]
        if let filter = table.botScope?.condition(table.filter, alias: "r") {
            conditions.append(filter)
        }
        let rows = try session.query(
            """
            WITH chosen AS MATERIALIZED (
                SELECT r.tableoid AS part, r.ctid AS place FROM \(name) AS r WHERE \(conditions.joined(separator: " AND "))
                ORDER BY md5(r.ctid::text), r.tableoid LIMIT \(count)
            )
            SELECT \("r.\(value)".outputText) AS vector, \(bot ?? "NULL") AS bot
            FROM chosen JOIN \(name) AS r ON r.tableoid = chosen.part AND r.ctid = chosen.place
            """)
        return try rows.map { row throws(FerryError) in
            let bot = try row.optional("bot")
            return Sample(
                vector: try row.string("vector"),
                bot: botColumn == nil ? nil : bot.map { .named($0) } ?? Sample.Bot.none)
        }
    }

    /// The statement and its parameters.
    ///
    /// - Parameters:
    ///   - own: The expression of this side's index, as SQL, for a form that only such a side can evaluate.
    ///   - schema: The schema of pgvector's types and operators.
    ///   - isFiltered: Whether only the sample's bot is searched.
    func statement(
        _ sample: Sample, own: String?, schema: String, isFiltered: Bool = true
    ) -> (sql: String, parameters: [String?]) {
        let type =
            column.vectorType.map { "\(schema.quotedIdentifier).\($0.rawValue)" }
            ?? "pg_catalog.bit(\(column.dimensions ?? 1))"
        let value = column.name.quotedIdentifier
        let expression = form.expression.sql(value, schema: schema) ?? own ?? value
        // The query goes through the same expression as the rows.
        let query = "(SELECT \(expression) FROM (SELECT $1::\(type) AS \(value)) AS q)"
        let distance = "(\(expression)) OPERATOR(\(schema.quotedIdentifier).\(form.distance)) \(query)"
        var conditions: [String] = []
        if form.expression == .column, column.dimensions == nil, column.vectorType != .sparsevec {
            // Vectors of several models share the column; distances are between those of one length.
            let length = "\(schema.quotedIdentifier).vector_dims"
            conditions.append("\(length)(r.\(value)) OPERATOR(pg_catalog.=) \(length)($1::\(type))")
        }
        var parameters: [String?] = [sample.vector]
        if isFiltered, let name = botColumn {
            let bot = "r.\(name.quotedIdentifier)"
            switch sample.bot {
            case .named(let id):
                // As the application writes it, unless the operator could be someone's.
                let isBuiltIn = table.leaves.values.joined().allSatisfy { $0.hasBuiltIn([name]) }
                conditions.append(isBuiltIn ? "\(bot) = $2" : "\(bot.outputText) = $2")
                parameters.append(id)
            default: conditions.append("\(bot) IS NULL")
            }
        }
        let condition = conditions.isEmpty ? "" : " WHERE \(conditions.joined(separator: " AND "))"
        let key = (table.key?.columns ?? []).columnList(of: "r")
        return (
            """
            SELECT ROW(\(key))::pg_catalog.text AS row, \(distance) AS distance \
            FROM \(table.name.quoted) AS r\(condition) ORDER BY \(distance) LIMIT \(k)
            """, parameters
        )
    }
}
