/// The options of the searches to run on both sides.
public struct SearchRequest: Sendable, Equatable {
    /// The number of rows that Bedrock Chat asks for.
    public static let defaultK = 20
    /// The number of queries by default: 2,000 rows to find, of which chance decides about one in a hundred.
    public static let defaultQueries = 100

    /// The number of queries for each embedding column.
    public var queries: Int
    /// The number of rows in each answer.
    public var k: Int
    /// The queries to run; empty to make them from stored rows.
    public var given: [GivenQuery] = []
    /// The role whose settings and rights the searches have; nil for the table's owner.
    public var role: String?
    /// The time that all searches together may take; nil for as long as it takes.
    public var limit: Duration?

    /// - Parameters:
    ///   - queries: At least 1; a table with fewer rows gives as many as it has.
    ///   - k: At least 1.
    public init(queries: Int, k: Int = defaultK) {
        self.queries = queries
        self.k = k
    }
}

/// A query of the operator's own.
public struct GivenQuery: Sendable, Equatable {
    /// The vector, as its type writes it: `[1,2,3]`.
    public var vector: String
    /// The bot whose rows are searched; nil searches all rows.
    public var bot: String?

    /// Takes a query.
    public init(vector: String, bot: String? = nil) {
        self.vector = vector
        self.bot = bot
    }

    /// Whether a text is a vector of any type.
    public static func isVector(_ text: String) -> Bool { VectorText(text) != nil }
}

/// The results of searches in one embedding column.
public struct SearchReport: Sendable, Equatable {
    /// The table.
    public var table: QualifiedName
    /// The embedding column.
    public var column: String
    /// The distance operator, such as `<->`.
    public var distance: String
    /// The number of queries that were answered on both sides.
    public var queries: Int
    /// The number of rows in each answer.
    public var k: Int
    /// Whether the queries were made from stored rows, so that the figures are estimates of what real questions get.
    public var isEstimate: Bool
    /// Whether the time was up before all queries were answered.
    public var isCut: Bool
    /// The number of queries whose exact answers differ between the sides, other than by ties in distance; 0 for a column
    /// whose values were rounded on the way.
    public var differing: Int
    /// The measurements of the source.
    public var source: SearchSide
    /// The measurements of the target.
    public var target: SearchSide
    /// The figures of each bot that was searched, most rows first; empty where rows belong to no bots.
    public var bots: [SearchBot]
    /// The setting by which the target was found to be as good as the source; nil where none was needed, or none helped.
    public var remedy: SearchRemedy?

    /// The values of pgvector's own setting that were tried on the target for a remedy, in order, the last of them the remedy's where there is
    /// one; empty where none was needed.
    public var trials: [SearchTrial] = []

    /// For a column whose values were rounded on the way: the share of the rows of the source's exact answers that the target's exact
    /// answers have, from 0 to 1. The target's figures count the rows of the source's exact answers too, so no index finds more. nil for all
    /// other columns, and in a table without a key.
    public var exactRecall: Double?

    /// Whether the target answers worse than the source, in all or for a bot.
    public var isWorse: Bool { target.figures.isWorse(than: source.figures) || !worseBots.isEmpty }

    /// What got worse, why, and what helps; nil where nothing did.
    public var loss: Note? { SearchAdvice(report: self).loss }

    /// The bots for which the target answers worse than the source, the greatest loss first.
    public var worseBots: [SearchBot] {
        bots.filter { $0.target.isWorse(than: $0.source) }
            .sorted { ($0.loss, $0.bot ?? "") > ($1.loss, $1.bot ?? "") }
    }
}

/// The measurements of one side.
public struct SearchSide: Sendable, Equatable {
    /// The vector index that serves the operator; nil where there is none.
    public var index: QualifiedName?
    /// `ivfflat` or `hnsw`.
    public var method: String?
    /// The index's storage parameters, such as `lists`.
    public var options: [String: String]
    /// The settings of pgvector under which the application searches, such as `ivfflat.probes`.
    public var settings: [String: String]
    /// What the application gets.
    public var figures: SearchFigures
    /// The plans that the server chose, most queries first.
    public var plans: [SearchPlan]
    /// The median time of a query whose answer is exact, in milliseconds.
    public var exactMilliseconds: Double
    /// The share of an ivfflat index that one search reads, from 0 to 1; nil for other methods, and where it was not measured.
    public var partRead: Double?

    /// Whether the server chooses the vector index for any of the queries.
    public var choosesIndex: Bool { plans.contains { $0.kind == .vectorIndex } }
}

/// A plan that the server chose.
public struct SearchPlan: Sendable, Equatable {
    /// What the plan reads.
    public enum Kind: String, Sendable {
        /// The vector index: its answers are approximate.
        case vectorIndex = "vector_index"
        /// Another index, and a sort by distance: its answers are exact.
        case otherIndex = "other_index"
        /// All rows, and a sort by distance: its answers are exact.
        case allRows = "all_rows"
    }

    /// What it reads.
    public var kind: Kind
    /// The name of the index, which may be a partition's; nil for all rows.
    public var index: String?
    /// The number of queries.
    public var queries: Int
}

/// The figures of one bot's searches.
public struct SearchBot: Sendable, Equatable {
    /// The bot; nil for rows that belong to none.
    public var bot: String?
    /// The source's figures.
    public var source: SearchFigures
    /// The target's figures.
    public var target: SearchFigures

    /// The share of the nearest rows that the target lost.
    var loss: Double { (source.recall ?? 1) - (target.recall ?? 1) }
}

/// A setting that was tried on the target, with the same queries, and makes it as good as the source.
public struct SearchRemedy: Sendable, Equatable {
    /// The setting, such as `ivfflat.probes`.
    public var setting: String
    /// Its value.
    public var value: Int
    /// The statements that make it permanent, to be run in one session on the target.
    public var statements: [String]
    /// The statements that take it back.
    public var undo: [String]
    /// What the application would get.
    public var figures: SearchFigures
}

/// A value of one of pgvector's settings, as tried on the target with the queries of the check.
public struct SearchTrial: Sendable, Equatable {
    /// The setting, such as `ivfflat.probes`.
    public var setting: String
    /// Its value.
    public var value: Int
    /// What the application would get.
    public var figures: SearchFigures

    /// Takes what was found.
    public init(setting: String, value: Int, figures: SearchFigures) {
        self.setting = setting
        self.value = value
        self.figures = figures
    }
}
