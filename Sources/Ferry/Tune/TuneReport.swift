/// The options of `tune`.
public struct TuneRequest: Sendable, Equatable {
    /// The tables of the target; bots are ignored.
    public var selection = TableSelection()
    /// The searches to measure with. Its limit is that of one option, and 30 seconds by default.
    public var search = SearchRequest(queries: SearchRequest.defaultQueries)
    /// The most rows of a table on which an index is built to try it.
    public var sampleRows = 20_000
    /// Whether to make the chosen option permanent.
    public var applies = false

    /// Tries what there is in every table with embeddings, and changes nothing.
    public init() {}
}

/// What was found out for the target's embedding columns.
public struct TuneReport: Sendable, Equatable {
    /// The target.
    public var target: ServerInfo
    /// The source; nil where the target was compared with exact answers.
    public var source: ServerInfo?
    /// The embedding columns that were searched.
    public var columns: [TunedColumn]
    /// Warnings, such as of columns that could not be searched.
    public var notes: [Note]
    /// Seconds from the first statement to the last.
    public var seconds: Double

    /// Whether every column answers as well as its reference, or would with the choice that is not applied.
    public var isReached: Bool {
        columns.allSatisfy { $0.isReached } && !notes.contains { $0.code == .searchNotTried }
    }
}

/// What was tried for one embedding column.
public struct TunedColumn: Sendable, Equatable {
    /// The table.
    public var table: QualifiedName
    /// The embedding column.
    public var column: String
    /// The distance operator, such as `<->`.
    public var distance: String
    /// The number of rows in each answer.
    public var k: Int
    /// The number of queries.
    public var queries: Int
    /// Whether the queries were made from stored rows.
    public var isEstimate: Bool
    /// What the target is to be as good as: the source's answers, or where there is no source, exact answers.
    public var reference: TuneOption
    /// What was tried on the target. The first is what it has now.
    public var options: [TuneOption]
    /// The position of the best of them; nil where there is none that could be applied.
    public var choice: Int?
    /// Why it is the best, or what can't be reached, as sentences.
    public var reason: String
    /// The statements that make the choice permanent; none where it is what the target has.
    public var statements: [String] = []
    /// The statements that take it back.
    public var undo: [String] = []
    /// What the application got after the choice was applied; nil where it was not.
    public var applied: TuneOption?

    /// Indexes that could not be tried, and why, as sentences.
    public var notTried: [String] = []

    /// Who may apply the choice, such as `the database's owner`; nil where nothing has to be done.
    public var right: String? { statements.lazy.compactMap(Self.right).first }

    /// The smallest right that a statement takes (documentation, ALTER DATABASE, ALTER ROLE, CREATE INDEX, DROP INDEX).
    static func right(for statement: String) -> String? {
        if statement.hasPrefix("ALTER DATABASE") { return "the database's owner" }
        if statement.hasPrefix("ALTER ROLE") { return "that role itself, or one that may administer it" }
        return ["CREATE ", "DROP ", "ALTER INDEX"].contains { statement.hasPrefix($0) } ? "the table's owner" : nil
    }

    /// Whether the target is as good as the reference, or would be with the choice.
    public var isReached: Bool {
        guard let option = applied ?? choice.map({ options[$0] }) else { return false }
        return option.isAsGood && option.isAsFast
    }
}

/// One way in which the target could answer, with what the application would get.
public struct TuneOption: Sendable, Equatable {
    /// The kind of change.
    public enum Kind: String, Sendable {
        /// No change: what the side has now.
        case current
        /// Settings of pgvector for the index that is there.
        case settings
        /// No vector index: the rows are found by other means, and sorted.
        case noIndex = "no_index"
        /// Another definition of the index.
        case definition
        /// An index over half-precision values, which only another query of the application would use.
        case information
    }

    /// The kind of change.
    public var kind: Kind
    /// The settings, in order.
    public var settings: [TuneSetting] = []
    /// `ivfflat` or `hnsw`; nil for no vector index.
    public var method: String?
    /// The index's storage parameters.
    public var parameters: [String: String] = [:]
    /// What the application would get.
    public var figures: SearchFigures
    /// The figures of each bot; empty where rows belong to no bots.
    public var bots: [BotFigures]
    /// The plans that the server chose.
    public var plans: [SearchPlan]
    /// What a build takes; nil where none is needed.
    public var build: TuneBuild?
    /// The share of the rows that it was measured on, from 0 to 1. Below 1 it is an estimate: the times of exact answers are scaled, and the
    /// server may choose another plan for all rows.
    public var share = 1.0
    /// Whether the time was up before all queries were answered.
    public var isCut = false
    /// Whether the answers are as good as the reference's, for every bot.
    public var isAsGood = false
    /// Whether 95 of 100 answers come as fast as the reference's.
    public var isAsFast = false

    /// One bot's figures.
    public struct BotFigures: Sendable, Equatable {
        /// The bot; nil for rows that belong to none.
        public var bot: String?
        /// The figures.
        public var figures: SearchFigures
    }

    /// The bot with the least recall.
    public var worst: BotFigures? {
        bots.filter { $0.figures.recall != nil }.min { ($0.figures.recall ?? 1) < ($1.figures.recall ?? 1) }
    }
}

/// A setting of pgvector.
public struct TuneSetting: Sendable, Equatable {
    /// The name, such as `ivfflat.probes`.
    public var name: String
    /// The value.
    public var value: String
}

/// What the build of an index takes, estimated for all rows from the build on a sample.
public struct TuneBuild: Sendable, Equatable {
    /// Seconds.
    public var seconds: Double
    /// The index's size in bytes.
    public var bytes: Int
    /// The `maintenance_work_mem` that the build needs, in bytes; nil where that is not known.
    public var memory: Int?
}
