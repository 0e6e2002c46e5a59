/// What the index stage alone is asked to do.
public struct IndexStepRequest: Sendable, Equatable {
    /// Which tables of the target; its bots mean nothing here.
    public var selection = TableSelection()
    /// How the indexes are built.
    public var index = IndexRequest()

    /// All tables with embeddings, each index as its definition has it.
    public init() {}
}

/// What the index stage alone will do: printing it is the dry run.
public struct IndexStepPlan: Sendable, Equatable {
    /// A table with vector indexes.
    public struct Table: Sendable, Equatable {
        /// The table.
        public var name: QualifiedName
        /// The planner's estimate.
        public var estimatedRows: Int
        /// What becomes of each of its vector indexes, and of its partitions'.
        public var indexes: [IndexPlan]
    }

    /// The server when the plan was made.
    public var target: ServerInfo
    /// Those with vector indexes.
    public var tables: [Table]
    /// What stands in the way, and what the operator should know.
    public var notes: [Note]

    /// Whether nothing stands in the way.
    public var isReady: Bool { !notes.contains { $0.level == .blocker } }
    /// How many indexes there are to build.
    public var builds: Int { tables.flatMap(\.indexes).count { $0.action != .keep } }
}

/// How the index stage alone ended.
public struct IndexStepReport: Sendable, Equatable {
    /// One index that had something to build.
    public struct Built: Sendable, Equatable {
        /// The table, or the partition's root, that was chosen.
        public var table: QualifiedName
        /// The index.
        public var name: QualifiedName
        /// From the start of its first build to the end of its last.
        public var seconds: Double
        /// Why it was not built.
        public var error: String?
    }

    /// Where it is not ready, nothing was done.
    public var plan: IndexStepPlan
    /// How each of them ended.
    public var indexes: [Built]
    /// From the first statement to the last one.
    public var seconds: Double

    /// Whether everything that was planned is done.
    public var isDone: Bool { plan.isReady && indexes.allSatisfy { $0.error == nil } }
}
