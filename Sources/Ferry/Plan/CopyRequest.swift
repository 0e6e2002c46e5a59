/// What the operator asked for, as it decides a plan. Two runs with equal requests on one source are one job.
public struct CopyRequest: Sendable, Equatable {
    /// Which tables, and which bots' rows.
    public var selection = TableSelection()
    /// What becomes of rows that the target has.
    public var existing = ExistingRows.fail
    /// Make the tables that the target lacks.
    public var create = false
    /// The bytes of heap and TOAST that one chunk should hold.
    public var chunkBytes = Chunk.defaultBytes
    /// How vector indexes are built.
    public var index = IndexRequest()

    /// Copies the embedding tables and the bot tables into tables that are there and empty.
    public init() {}
}

/// Which tables, and of bot tables which bots.
public struct TableSelection: Sendable, Equatable {
    /// Patterns as psql takes them; empty selects the embedding tables and the bot tables.
    public var tables: [String] = []
    /// Patterns of tables that are left out, whatever else selects them.
    public var excluded: [String] = []
    /// Every table.
    public var all = false
    /// The bot column's name, where it is not `botid` or `bot_id`.
    public var botColumn: String?
    /// Only these bots; nil for all.
    public var bots: [String]?

    /// The embedding tables and the bot tables, all rows.
    public init() {}
}

/// What becomes of rows that a target table already holds. The unit is the bot where the table belongs to bots, else the
/// primary key.
public enum ExistingRows: String, Sendable, CaseIterable {
    /// Refuse.
    case fail
    /// The target's stay as they are.
    case keep
    /// The source's win.
    case replace
    /// All of the table's go.
    case truncate
}

/// How vector indexes are to be built.
public struct IndexRequest: Sendable, Equatable {
    /// `ivfflat`'s lists.
    public enum Lists: Sendable, Equatable {
        /// As the index's definition has them.
        case keep
        /// pgvector's advice for the number of rows.
        case auto
        /// That many.
        case fixed(Int)
    }

    /// The access method.
    public enum Method: String, Sendable, CaseIterable {
        /// As the definition has it, or one of pgvector's two.
        case keep, hnsw, ivfflat
    }

    /// How many lists an ivfflat index gets.
    public var lists = Lists.keep
    /// Which method vector indexes get.
    public var method = Method.keep
    /// hnsw's `m` and `ef_construction`, where they are to differ from the definition.
    public var hnswM: Int?
    /// See ``hnswM``.
    public var hnswEfConstruction: Int?
    /// Bytes for one build; nil estimates.
    public var maintenanceWorkMem: Int?
    /// Parallel workers for one build, beside its leader; nil lets the plan choose.
    public var workers: Int?
    /// Build beside writers, with CONCURRENTLY.
    public var online = false

    /// As the definitions have it, with memory and workers as the server allows.
    public init() {}
}
