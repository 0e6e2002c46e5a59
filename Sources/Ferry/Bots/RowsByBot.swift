/// The rows of each bot in the tables of a copy, as they were counted after it.
public struct RowsByBot: Sendable, Equatable {
    /// The rows of one bot.
    public struct Bot: Sendable, Equatable {
        /// The bot; nil for rows that belong to none.
        public var id: String?
        /// Its rows on the source, those that are copied; and on the target.
        public var source: Int, target: Int

        /// Takes the counts.
        public init(id: String?, source: Int, target: Int) {
            self.id = id
            self.source = source
            self.target = target
        }
    }

    /// The most bots that are kept.
    static let most = 10_000

    /// The bots, those with the most rows first.
    public var bots: [Bot]
    /// The number of bots with fewer rows that are not listed.
    public var others: Int

    /// Takes the bots.
    public init(bots: [Bot], others: Int) {
        self.bots = bots
        self.others = others
    }
}
