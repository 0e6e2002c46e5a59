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

    /// Whether a query becomes a value of half precision, on any side.
    var isHalf: Bool {
        if case .cast(.halfvec, _) = form.expression { return true }
        return column.vectorType == .halfvec || column.conversion == .halfvec
    }

    /// The query as it is sent to one side.
    func on(_ side: Side) -> SearchQuery {
        SearchQuery(table: table, column: column.on(side), form: form, k: k)
    }

    /// The column of the bots, by which the application's query selects rows; nil where it searches all of them.
    var botColumn: String? {
        if case .column(let name)? = table.botScope { name } else { nil }
    }

    /// The operator's queries that fit the column.
    func samples(of request: SearchRequest) throws(FerryError) -> [SearchSample] {
        let fitting = request.given.filter { given in
            guard let dimensions = column.dimensions else { return true }
            return VectorText(given.vector)?.dimensions == dimensions
        }
        guard !fitting.isEmpty else {
            throw FerryError(
                .notComparable, "None of the queries has the column's \(column.dimensions ?? 0) dimensions.")
        }
        if let given = fitting.first(where: { $0.bot != nil }), botColumn == nil {
            throw FerryError(
                .notComparable, "A query is for the bot \(given.bot ?? ""), but the table has no bot column.")
        }
        return fitting.prefix(request.queries).map { given in
            SearchSample(vector: given.vector, bot: given.bot.map { .named($0) }, origin: nil)
        }
    }

    /// The statement and its parameters.
    ///
    /// - Parameters:
    ///   - own: The expression of this side's index, as SQL, for a form that only such a side can evaluate.
    ///   - schema: The schema of pgvector's types and operators.
    ///   - isFiltered: Whether only the sample's bot is searched.
    func statement(
        _ sample: SearchSample, own: String?, schema: String, isFiltered: Bool = true
    ) -> (sql: String, parameters: [String?]) {
        let type =
            column.vectorType.map { "\(schema.quotedIdentifier).\($0.rawValue)" }
            ?? "pg_catalog.bit(\(column.dimensions ?? 1))"
        let value = column.name.quotedIdentifier
        let expression = form.expression.sql(value, schema: schema) ?? own ?? value
        // The query goes through the same expression as the rows.
        let query =
            form.expression.sql("$1::\(type)", schema: schema)
            ?? "(SELECT \(expression) FROM (SELECT $1::\(type) AS \(value)) AS q)"
        let distance = "(\(expression)) OPERATOR(\(schema.quotedIdentifier).\(form.distance)) \(query)"
        var conditions: [String] = []
        if form.expression == .column, column.dimensions == nil, column.vectorType != .sparsevec {
            // Vectors of several models share the column; distances are between those of one length.
            let length = "\(schema.quotedIdentifier).vector_dims"
            conditions.append("\(length)(r.\(value)) OPERATOR(pg_catalog.=) \(length)($1::\(type))")
        }
        var parameters: [String?] = [sample.vector]
        if isFiltered, let name = botColumn, let scope = sample.bot {
            let bot = "r.\(name.quotedIdentifier)"
            switch scope {
            case .named(let id):
                // As the application writes it, unless the operator could be someone's.
                let isBuiltIn = table.leaves.values.joined().allSatisfy { $0.hasBuiltIn([name]) }
                conditions.append(isBuiltIn ? "\(bot) = $2" : "\(bot.outputText) = $2")
                parameters.append(id)
            case .none: conditions.append("\(bot) IS NULL")
            }
        }
        let condition = conditions.isEmpty ? "" : " WHERE \(conditions.joined(separator: " AND "))"
        let limit = sample.origin == nil ? k : k + 1
        return (
            """
            SELECT \(keyText) AS row, \(distance) AS distance \
            FROM \(table.name.quoted) AS r\(condition) ORDER BY \(distance) LIMIT \(limit)
            """, parameters
        )
    }

    /// An SQL expression for the text of a row's key, which is the same on both sides.
    var keyText: String { "ROW(\((table.key?.columns ?? []).columnList(of: "r")))::pg_catalog.text" }
}

/// One query of the application.
struct SearchSample: Sendable, Equatable {
    /// The vector, as its type writes it.
    var vector: String
    /// The rows that are searched; nil for all.
    var bot: Scope?
    /// The key, as text, of the stored row that the query was made from, which is left out of its answers: the nearest rows of a question
    /// do not include its own text.
    var origin: String?

    /// The bot whose rows are searched.
    enum Scope: Hashable, Sendable {
        /// A bot, by its id.
        case named(String)
        /// The rows that belong to no bot.
        case none

        /// The bot's id; nil for rows that belong to none.
        var id: String? { if case .named(let id) = self { id } else { nil } }
    }
}
