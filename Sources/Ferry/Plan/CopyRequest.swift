/// The options of a copy that decide its plan. Two runs with equal requests and one source are one job.
public struct CopyRequest: Sendable, Equatable {
    /// The tables, and the bots whose rows are copied.
    public var selection = TableSelection()
    /// The treatment of rows that the target already holds.
    public var existing = ExistingRows.fail
    /// Whether to create the tables that the target lacks.
    public var create = false
    /// The bytes of heap and TOAST that one chunk should hold.
    public var chunkBytes = Chunk.defaultBytes
    /// The options of index builds.
    public var index = IndexRequest()
    /// The columns whose values are converted on the way; all others' bytes pass unchanged.
    public var conversions: [ConversionRequest] = []
    /// How the target compresses long values.
    public var toastCompression = ToastCompression.auto

    /// Copies the embedding tables and the bot tables into tables that exist and are empty.
    public init() {}
}

/// A selection of tables, and of the bots whose rows to take from bot tables.
public struct TableSelection: Sendable, Equatable {
    /// Patterns as psql takes them; empty selects the embedding tables and the bot tables.
    public var tables: [String] = []
    /// Patterns of tables to leave out, even if another option selects them.
    public var excluded: [String] = []
    /// Whether to select every table.
    public var all = false
    /// The bot column's name, where it is not `botid` or `bot_id`.
    public var botColumn: String?
    /// The bots to select; nil for all.
    public var bots: [String]?
    /// The bots to leave out, even if ``bots`` has them.
    public var excludedBots: [String] = []

    /// The bots that the application has now: others were deleted, and are left out. nil leaves none out for that.
    public var app: AppBotsSource?

    /// Whether bots are selected or left out.
    public var limitsBots: Bool { bots != nil || !excludedBots.isEmpty || app != nil }

    /// The selected rows of a table that belongs to bots.
    var botFilter: BotFilter {
        guard let bots else { return BotFilter(only: nil, except: excludedBots) }
        return BotFilter(only: bots.filter { !excludedBots.contains($0) }, except: [])
    }

    /// Selects all rows of the embedding tables and the bot tables.
    public init() {}
}

/// The treatment of rows that a target table already holds. The unit is the bot where the table belongs to bots, else the
/// primary key.
public enum ExistingRows: String, Sendable, CaseIterable {
    /// Refuse to copy.
    case fail
    /// Keep the target's bots or rows.
    case keep
    /// Replace the target's bots or rows with the source's.
    case replace
    /// Empty the target's table.
    case truncate
}

/// The options of vector index builds.
public struct IndexRequest: Sendable, Equatable {
    /// The number of an ivfflat index's lists.
    public enum Lists: Sendable, Equatable {
        /// The number in the index's definition.
        case keep
        /// The number that pgvector recommends for the rows.
        case auto
        /// A given number.
        case fixed(Int)
    }

    /// The access method of vector indexes.
    public enum Method: String, Sendable, CaseIterable {
        /// The definition's method, or one of pgvector's two.
        case keep, hnsw, ivfflat
    }

    /// The number of lists of ivfflat indexes.
    public var lists = Lists.keep
    /// The access method of vector indexes.
    public var method = Method.keep
    /// The `m` of hnsw indexes; nil for the definition's.
    public var hnswM: Int?
    /// The `ef_construction` of hnsw indexes; nil for the definition's.
    public var hnswEfConstruction: Int?
    /// `maintenance_work_mem` of one build in bytes; nil for an estimate.
    public var maintenanceWorkMem: Int?
    /// Parallel workers of one build, not counting its leader; nil for the plan's choice.
    public var workers: Int?
    /// Whether to build with CONCURRENTLY, beside writers.
    public var online = false

    /// Keeps the definitions, with memory and workers as the server allows.
    public init() {}
}
