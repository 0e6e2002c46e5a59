internal import Postgres

/// Makes queries from the rows of one embedding column, spread over the bots.
struct SampleReader {
    /// The application's query.
    let query: SearchQuery

    /// The most bots to take queries from.
    static let mostBots = 40
    /// The fewest rows to read: each query is moved by others.
    private static let fewestRows = 64
    /// The number of rows, as the server estimates it, above which only some of the table's pages are looked at.
    private static let manyRows = 200_000

    /// Reads rows and makes queries from them, in an order in which the first few are already spread over the bots.
    ///
    /// - Parameter session: A session of the source.
    func samples(_ count: Int, on session: borrowing Session) throws(FerryError) -> [SearchSample] {
        let rows = try rows(max(count, Self.fewestRows), on: session)
        // The greatest value of half precision (pgvector's halfvec.h, HALF_MAX).
        var maker = QueryMaker(limit: query.isHalf ? 65_504 : nil)
        let queries = maker.queries(from: rows.map(\.vector))
        let samples = zip(rows, queries).compactMap { row, query in
            query.map { SearchSample(vector: $0, bot: row.bot, origin: row.origin) }
        }
        return Array(samples.prefix(count))
    }

    /// Reads rows, spread over the bots, in an order in which the first few are already spread over them.
    func rows(_ count: Int, on session: borrowing Session) throws(FerryError) -> [Row] {
        try rows(Self.shares(of: try bots(on: session), queries: count), on: session)
    }

    /// The number of a bot's rows.
    struct Bot: Equatable {
        /// The bot; nil for rows that belong to none, and for all rows where there is no bot column.
        var id: String?
        /// The rows that have a vector.
        var rows: Int
    }

    private var source: String { "\(query.table.name.quoted) AS r\(sampling)" }

    private var sampling: String {
        let rows = query.table.estimatedRows
        guard rows > Self.manyRows else { return "" }
        return " TABLESAMPLE SYSTEM (\(100 * Double(Self.manyRows) / Double(rows))) REPEATABLE (1)"
    }

    private var botText: String { query.botColumn.map { "r.\($0.quotedIdentifier)".outputText } ?? "NULL::text" }

    private var lead: String {
        query.table.key?.columns.first.map { "r.\($0.quotedIdentifier)".outputText } ?? "NULL::text"
    }

    private var condition: String {
        var conditions = ["r.\(query.column.name.quotedIdentifier) IS NOT NULL"]
        if let filter = query.table.botScope?.condition(query.table.filter, alias: "r") { conditions.append(filter) }
        return conditions.joined(separator: " AND ")
    }

    private func bots(on session: borrowing Session) throws(FerryError) -> [Bot] {
        let rows = try session.query(
            "SELECT \(botText) AS bot, count(*) AS rows FROM \(source) WHERE \(condition) GROUP BY 1")
        return try rows.map { row throws(FerryError) in Bot(id: try row.optional("bot"), rows: try row.int("rows")) }
    }

    /// Decides how many queries to make from each bot's rows: by their number, with at least one for the smallest.
    static func shares(of bots: [Bot], queries: Int) -> [Bot] {
        let sorted = bots.filter { $0.rows > 0 }.sorted { ($1.rows, $0.id ?? "") < ($0.rows, $1.id ?? "") }
        var chosen = sorted
        if sorted.count > mostBots {
            // The largest, and others down to the smallest.
            let large = mostBots / 2
            chosen = Array(sorted.prefix(large)) + spread(Array(sorted.dropFirst(large)), over: mostBots - large)
        }
        if chosen.count > queries { chosen = spread(chosen, over: queries) }
        guard !chosen.isEmpty else { return [] }
        let least = max(1, min(3, queries / (2 * chosen.count)))
        var shares = chosen.map { min(least, $0.rows) }
        var left = queries - shares.reduce(0, +)
        while left > 0 {
            // Each further query goes to the bot with the most rows a query.
            let open = chosen.indices.filter { shares[$0] < chosen[$0].rows }
            let next = open.max { left, right in
                chosen[left].rows * (shares[right] + 1) < chosen[right].rows * (shares[left] + 1)
            }
            guard let next else { break }
            shares[next] += 1
            left -= 1
        }
        return zip(chosen, shares).map { Bot(id: $0.id, rows: $1) }
    }

    private static func spread(_ bots: [Bot], over count: Int) -> [Bot] {
        guard count > 1 else { return Array(bots.prefix(count)) }
        return (0..<count).map { bots[$0 * (bots.count - 1) / (count - 1)] }
    }

    /// A stored row.
    struct Row {
        /// Its vector, as its type writes it.
        var vector: String
        /// Its bot; nil where there is no bot column.
        var bot: SearchSample.Scope?
        /// Its key, as text; nil where the table has none.
        var origin: String?
        /// The key's first column, as text.
        var lead: String?
    }

    /// Reads as many rows of each bot as its share, in turns.
    private func rows(_ shares: [Bot], on session: borrowing Session) throws(FerryError) -> [Row] {
        guard !shares.isEmpty else { return [] }
        let rows = try session.query(
            """
            WITH wanted AS (
                SELECT * FROM unnest($1::text[], $2::bigint[]) AS w (bot, number)
            ), numbered AS (
                SELECT r.tableoid AS part, r.ctid AS place, \(botText) AS bot,
                    row_number() OVER (PARTITION BY \(botText) ORDER BY md5(r.ctid::text), r.tableoid) AS turn
                FROM \(source) WHERE \(condition)
            ), chosen AS MATERIALIZED (
                SELECT n.* FROM numbered AS n JOIN wanted AS w ON w.bot IS NOT DISTINCT FROM n.bot AND n.turn <= w.number
            )
            SELECT \("r.\(query.column.name.quotedIdentifier)".outputText) AS vector, c.bot, \(query.keyText) AS origin,
                \(lead) AS lead
            FROM chosen AS c JOIN \(query.table.name.quoted) AS r ON r.tableoid = c.part AND r.ctid = c.place
            ORDER BY c.turn, c.bot
            """, [ArrayText.formatWithNulls(shares.map(\.id)), ArrayText.format(shares.map { "\($0.rows)" })])
        return try rows.map { row throws(FerryError) in
            let bot = try row.optional("bot")
            return Row(
                vector: try row.string("vector"),
                bot: query.botColumn == nil ? nil : bot.map { .named($0) } ?? SearchSample.Scope.none,
                origin: query.table.key == nil ? nil : try row.string("origin"), lead: try row.optional("lead"))
        }
    }
}
