internal import Postgres

/// Joins the application's bots with their rows on both sides.
///
/// Rows are compared by key alone: when the application embeds a bot again, it deletes the bot's rows and inserts new ones with new ids.
/// `verify` compares the contents.
struct BotsJoin {
    /// The endpoints and the workers.
    let engine: Engine
    /// The options.
    let request: BotsRequest

    /// Reads both sides and the application's bots. Changes nothing.
    func run() throws(FerryError) -> BotsReport {
        let start = ContinuousClock.now
        let app = try request.app.read(engine.workers.interrupt)
        var report = try engine.withSnapshots { source, target throws(FerryError) in
            try joined(
                app,
                try engine.workers.during(.plan) { () throws(FerryError) in
                    try VerifySurvey(engine: engine, selection: request.selection).open(source, target)
                })
        }
        report.seconds = (ContinuousClock.now - start) / .seconds(1)
        return report
    }

    private func joined(_ app: AppBots, _ sides: BothSides) throws(FerryError) -> BotsReport {
        let (tables, notes) = try tables(sides)
        let counts = try engine.workers.during(.compare) { () throws(FerryError) in
            try BotCounts(sides: sides, tables: tables, chunkBytes: Chunk.defaultBytes).read()
        }
        var report = BotsReport(
            source: sides.source.catalog.server, target: sides.target.catalog.server, tables: tables.map(\.name),
            bots: [], aliases: app.aliases, withoutBot: counts[nil]?.rows ?? BotReport.Sides(), notes: notes, seconds: 0
        )
        let known = Dictionary(app.bots.map { ($0.id, $0) }) { first, _ in first }
        let ids = Set(known.keys).union(counts.keys.compactMap(\.self)).sorted()
        report.bots = ids.map { id in
            let count = counts[id] ?? BotCount()
            return BotReport(
                id: id, app: known[id], rows: count.rows, onTargetOnly: count.extra,
                verdict: .of(known[id], count.rows, missing: count.missing, extra: count.extra))
        }
        return report
    }

    /// The tables that belong to bots, with what identifies a row of each.
    private func tables(_ sides: BothSides) throws(FerryError) -> ([ComparedTable], [Note]) {
        let (source, target) = (sides.source.catalog, sides.target.catalog)
        let (chosen, notes) = TableSelector(selection: request.selection, catalog: source, other: target).choose()
        if let blocker = notes.first(where: { $0.level == .blocker }) { throw FerryError(blocker) }
        var tables: [ComparedTable] = []
        var warnings: [Note] = []
        for table in chosen {
            guard let scope = table.botScope else { continue }
            let counterpart = target.relation(table.relation.name)
            let isThere = counterpart != nil && scope.exists(from: table.relation.name, in: target)
            if !isThere {
                warnings.append(
                    Note(
                        level: .warning, code: counterpart == nil ? .tableMissing : .botPathMissing, side: .target,
                        table: table.relation.name,
                        message: counterpart == nil
                            ? "The table does not exist on the target, so it counts as empty there."
                            : "The bot of a row can't be found on the target, so the table counts as empty there.",
                        hint: nil))
            }
            let names = Self.identifying(table.relation, isThere ? counterpart : nil)
            tables.append(
                ComparedTable(
                    number: TableNumber(tables.count), name: table.relation.name, role: table.role,
                    // As text, values of types that differ between the sides are the same where they say the same.
                    columns: names.map { ColumnPair(name: $0, type: "text", textReason: "keys are compared as text") },
                    key: nil, botScope: scope, filter: .all,
                    leaves: [
                        .source: source.leaves(of: table.relation),
                        .target: isThere ? counterpart.map(target.leaves(of:)) ?? [] : [],
                    ]))
        }
        guard !tables.isEmpty else {
            throw FerryError(
                .invalidRequest, "No selected table belongs to bots.",
                hint: "Name the column of the bots with --bot-column.",
                side: .source)
        }
        return (tables, warnings)
    }

    /// The columns of the key that both sides have; all columns that they share where there is none.
    private static func identifying(_ source: Relation, _ target: Relation?) -> [String] {
        guard let target else { return source.key?.columns ?? source.columns.map(\.name) }
        if let key = target.key(where: { source.hasKey(on: $0) }) { return key.columns }
        let shared = source.columns.filter { column in
            target.column(column.name)?.type == column.type && !column.isGenerated
        }
        return shared.map(\.name)
    }
}

/// The rows of one bot, over all tables.
struct BotCount {
    var rows = BotReport.Sides()
    /// The rows that only the source has.
    var missing = 0
    /// The rows that only the target has.
    var extra = 0
}

/// Counts the rows of each bot on both sides.
struct BotCounts {
    /// The snapshots to read in.
    let sides: BothSides
    /// The tables. Their columns are those that identify a row.
    let tables: [ComparedTable]
    /// The bytes of heap and TOAST in one range.
    let chunkBytes: Int

    /// The most rows of bots that differ whose keys are kept, 16 bytes each and as much again for finding them.
    private static let mostKeys = 2_000_000

    /// Reads both sides.
    ///
    /// - Returns: The counts by bot; nil stands for rows of no bot.
    /// - Throws: ``FerryError/Code/notComparable`` where there are too many bots to count each.
    func read() throws(FerryError) -> [String?: BotCount] {
        var counts: [String?: BotCount] = [:]
        let (results, _) = try Comparer(sides: sides, tables: tables, chunkBytes: chunkBytes).run()
        for table in tables {
            guard let left = results[table.number]?.sums[.source]?.bots,
                let right = results[table.number]?.sums[.target]?.bots
            else { continue }
            guard !left.isOverfull, !right.isOverfull else {
                throw FerryError(
                    .notComparable, "The table belongs to more than \(Count.of(BotSums.most, "bot")).",
                    hint: "Name the column of the bots with --bot-column.", table: table.name)
            }
            try add(table, left.digests, right.digests, to: &counts)
            for side in Side.allCases { try addBytes(of: table, side, to: &counts) }
        }
        return counts
    }

    private func add(
        _ table: ComparedTable, _ source: [String?: Digest], _ target: [String?: Digest],
        to counts: inout [String?: BotCount]
    ) throws(FerryError) {
        var differing: [String?] = []
        for bot in Set(source.keys).union(target.keys) {
            let (left, right) = (source[bot] ?? .zero, target[bot] ?? .zero)
            var count = counts[bot] ?? BotCount()
            count.rows.source.rows += left.rows
            count.rows.target.rows += right.rows
            if left.rows == 0 || right.rows == 0 {
                count.missing += left.rows
                count.extra += right.rows
            } else if left != right {
                differing.append(bot)
            }
            counts[bot] = count
        }
        let rows = differing.reduce(0) { $0 + (source[$1]?.rows ?? 0) + (target[$1]?.rows ?? 0) }
        guard rows <= Self.mostKeys else {
            // Too many to tell which: an application that embeds a bot again leaves none of its old rows.
            for bot in differing {
                counts[bot]?.missing += source[bot]?.rows ?? 0
                counts[bot]?.extra += target[bot]?.rows ?? 0
            }
            return
        }
        let keys = try BotKeys.read(of: differing, in: table, sides, chunkBytes: chunkBytes)
        for bot in differing {
            let (left, right) = (keys[.source]?[bot] ?? [], keys[.target]?[bot] ?? [])
            counts[bot]?.missing += left.subtracting(right).count
            counts[bot]?.extra += right.subtracting(left).count
        }
    }

    /// Adds the sizes of the bots' rows, which the server knows without reading values that lie out of line.
    private func addBytes(
        of table: ComparedTable, _ side: Side, to counts: inout [String?: BotCount]
    ) throws(FerryError) {
        guard let scope = table.botScope, let relation = sides[side].catalog.relation(table.name),
            table.leaves[side]?.isEmpty == false
        else { return }
        let sizes = relation.columns.map { "coalesce(pg_column_size(r.\($0.name.quotedIdentifier)), 0)" }
        let rows = try sides.workers.retrying { () throws(FerryError) in
            let session = try sides[side].connect()
            return try session.query(
                """
                SELECT \(scope.expression(alias: "r")) AS bot, sum((\(sizes.isEmpty ? "0" : sizes.joined(separator: " + ")))::bigint)::bigint AS bytes
                FROM \(relation.quotedForRows) AS r GROUP BY 1
                """, about: table.name)
        }
        for row in rows {
            let bytes = try row.size("bytes")
            let bot = try row.optional("bot")
            if side == .source {
                counts[bot]?.rows.source.bytes += bytes
            } else {
                counts[bot]?.rows.target.bytes += bytes
            }
        }
    }
}
