/// The bots that a target's table holds, as a message lists them.
struct BotOverlap {
    /// The number of rows of each bot on the source; nil stands for rows of no bot.
    let source: [String?: Int]
    /// The number of rows of each bot on the target.
    let target: [String?: Int]

    /// The most bots to list.
    private static let most = 10

    /// The bots with both sides' counts, those with most rows first.
    var text: String {
        let bots = target.sorted { ($1.value, $0.key ?? "") < ($0.value, $1.key ?? "") }
        let shown = bots.prefix(Self.most).map { bot, rows in
            let there = source[bot].map { "\(Count.of($0))" } ?? "none"
            return "\(bot ?? "no bot") (\(Count.of(rows)), \(there) on the source)"
        }
        let left = bots.count - shown.count
        let more = left > 0 ? ", and \(Count.of(left, "more bot"))" : ""
        let rows = Count.of(target.values.reduce(0, +), "row")
        return "\(rows) of \(Count.of(bots.count, "bot")): \(shown.joined(separator: ", "))\(more)"
    }
}
