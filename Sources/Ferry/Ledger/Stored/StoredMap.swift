/// The map of an embedding column, as stored in the ledger.
struct StoredMap: Codable, Sendable, Equatable {
    var table: StoredName
    var column: String
    var bots: [String?]
    /// Each point: its bot, its place on the source, and that on the target where it has one.
    var points: [[Int]]
    var share: Double
    var differing: Int?

    init(_ map: EmbeddingMap) {
        table = StoredName(map.table)
        column = map.column
        bots = map.bots
        points = map.points.map { point in
            [point.bot, point.source.x, point.source.y] + (point.target.map { [$0.x, $0.y] } ?? [])
        }
        share = map.share
        differing = map.differing
    }

    /// The engine's map.
    var map: EmbeddingMap {
        EmbeddingMap(
            table: table.name, column: column, bots: bots,
            points: points.compactMap { numbers in
                guard numbers.count >= 3, bots.indices.contains(numbers[0]) else { return nil }
                return EmbeddingMap.Point(
                    bot: numbers[0], source: EmbeddingMap.Place(x: numbers[1], y: numbers[2]),
                    target: numbers.count == 5 ? EmbeddingMap.Place(x: numbers[3], y: numbers[4]) : nil)
            }, share: share, differing: differing)
    }
}

/// The rows of each bot, as stored in the ledger.
struct StoredRowsByBot: Codable, Sendable, Equatable {
    /// One bot.
    struct Bot: Codable, Sendable, Equatable {
        var id: String?
        var source: Int
        var target: Int
    }

    var bots: [Bot]
    var others: Int

    init(_ rows: RowsByBot) {
        bots = rows.bots.map { Bot(id: $0.id, source: $0.source, target: $0.target) }
        others = rows.others
    }

    /// The engine's counts.
    var rows: RowsByBot {
        RowsByBot(bots: bots.map { RowsByBot.Bot(id: $0.id, source: $0.source, target: $0.target) }, others: others)
    }
}
