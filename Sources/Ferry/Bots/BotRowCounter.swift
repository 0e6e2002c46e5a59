/// Counts the rows of each bot on both sides, without reading their vectors.
struct BotRowCounter {
    /// The snapshots to count in.
    let sides: BothSides
    /// The time by which it must end.
    let deadline: SearchDeadline

    /// Counts in the tables that belong to bots.
    ///
    /// - Returns: nil where none does.
    func count(_ tables: [ComparedTable]) throws(FerryError) -> RowsByBot? {
        let tables = tables.filter { $0.botScope != nil }
        guard !tables.isEmpty else { return nil }
        var counts: [String?: (source: Int, target: Int)] = [:]
        for table in tables {
            for side in Side.allCases {
                for (bot, rows) in try count(table, side) {
                    let known = counts[bot] ?? (0, 0)
                    counts[bot] =
                        side == .source ? (known.source + rows, known.target) : (known.source, known.target + rows)
                }
            }
        }
        let bots = counts.map { RowsByBot.Bot(id: $0, source: $1.source, target: $1.target) }
            .sorted { ($1.source, $1.target, $0.id ?? "") < ($0.source, $0.target, $1.id ?? "") }
        return RowsByBot(bots: Array(bots.prefix(RowsByBot.most)), others: max(0, bots.count - RowsByBot.most))
    }

    private func count(_ table: ComparedTable, _ side: Side) throws(FerryError) -> [(String?, Int)] {
        guard let scope = table.botScope, let relation = sides[side].catalog.relation(table.name) else { return [] }
        let condition = scope.condition(table.filter, alias: "r").map { " WHERE \($0)" } ?? ""
        return try sides.workers.retrying { () throws(FerryError) in
            let session = try sides[side].connect()
            try deadline.impose(on: session)
            let rows = try session.query(
                """
                SELECT \(scope.expression(alias: "r")) AS bot, count(*) AS rows
                FROM \(relation.quotedForRows) AS r\(condition) GROUP BY 1
                """, about: table.name)
            return try rows.map { row throws(FerryError) in (try row.optional("bot"), try row.int("rows")) }
        }
    }
}
