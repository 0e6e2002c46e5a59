/// The options of `bots`.
public struct BotsRequest: Sendable, Equatable {
    /// The tables whose rows count.
    public var selection = TableSelection()
    /// The application's bots.
    public var app: AppBotsSource

    /// Counts rows in the embedding tables and the bot tables.
    public init(app: AppBotsSource) { self.app = app }
}

/// What is to be done about a bot.
public enum BotVerdict: String, Sendable, CaseIterable {
    /// The source has rows of it that the target lacks.
    case copy
    /// The target has all rows that the source has, and no others.
    case copied
    /// The target has rows that the source lacks: the application has embedded the bot again since.
    case resynced = "re_synced"
    /// The application has knowledge for it, and neither side has rows.
    case needsEmbedding = "needs_embedding"
    /// The application has no knowledge for it, and neither side has rows.
    case noKnowledge = "no_knowledge"
    /// A Bedrock knowledge base answers for it.
    case knowledgeBase = "knowledge_base"
    /// The application does not have it any more: its rows must not come back.
    case deleted
}

/// The bots of the application, joined with their rows on both sides.
public struct BotsReport: Sendable, Equatable {
    /// The source.
    public var source: ServerInfo
    /// The target.
    public var target: ServerInfo
    /// The tables whose rows were counted.
    public var tables: [QualifiedName]
    /// Every bot that the application has, or that has rows on a side, sorted by id.
    public var bots: [BotReport]
    /// The number of aliases, which are no bots.
    public var aliases: Int
    /// The rows of each side that belong to no bot.
    public var withoutBot: BotReport.Sides
    /// Warnings.
    public var notes: [Note]
    /// Seconds from the first statement to the last.
    public var seconds: Double

    /// The bots of a verdict.
    public func bots(_ verdict: BotVerdict) -> [BotReport] { bots.filter { $0.verdict == verdict } }

    /// The ids to copy: of the bots that the source has rows of and the application still has, but not those that were embedded again.
    public var toCopy: [String] { bots.filter { $0.verdict == .copy || $0.verdict == .copied }.map(\.id) }
}

/// One bot.
public struct BotReport: Sendable, Equatable {
    /// The id.
    public var id: String
    /// The bot as the application has it; nil where it was deleted.
    public var app: AppBot?
    /// Its rows.
    public var rows: Sides
    /// The rows that only the target has, by key.
    public var onTargetOnly: Int
    /// What is to be done about it.
    public var verdict: BotVerdict

    /// Rows on both sides.
    public struct Sides: Sendable, Equatable {
        public var source = Amount()
        public var target = Amount()
    }

    /// A number of rows, and their size.
    public struct Amount: Sendable, Equatable {
        /// The rows.
        public var rows = 0
        /// The bytes of their values as they are stored, compressed or not.
        public var bytes = 0
    }
}

extension BotVerdict {
    /// Judges a bot.
    ///
    /// - Parameters:
    ///   - app: The bot as the application has it; nil where it has it no more.
    ///   - missing: The rows of the source that the target lacks.
    ///   - extra: The rows of the target that the source lacks.
    static func of(_ app: AppBot?, _ rows: BotReport.Sides, missing: Int, extra: Int) -> BotVerdict {
        guard let app else { return .deleted }
        if app.usesKnowledgeBase { return .knowledgeBase }
        if extra > 0 { return .resynced }
        if rows.source.rows > 0 { return missing > 0 ? .copy : .copied }
        return app.knowledge.all > 0 ? .needsEmbedding : .noKnowledge
    }
}
