/// The options of the index stage alone.
public struct IndexStepRequest: Sendable, Equatable {
    /// The tables of the target; the selected bots are ignored.
    public var selection = TableSelection()
    /// The options of the builds.
    public var index = IndexRequest()

    /// Selects all tables with embeddings, and keeps the definitions of their indexes.
    public init() {}
}

/// All that the index stage alone will do: printing it is the dry run.
public struct IndexStepPlan: Sendable, Equatable {
    /// A table with vector indexes.
    public struct Table: Sendable, Equatable {
        /// The table.
        public var name: QualifiedName
        /// The planner's estimate of its rows.
        public var estimatedRows: Int
        /// The plans of its vector indexes, including those of its partitions.
        public var indexes: [IndexPlan]
    }

    /// The server when the plan was made.
    public var target: ServerInfo
    /// The tables with vector indexes.
    public var tables: [Table]
    /// The blockers, warnings and remarks.
    public var notes: [Note]

    /// Whether the plan has no blockers.
    public var isReady: Bool { !notes.contains { $0.level == .blocker } }
    /// The number of indexes to build.
    public var builds: Int { tables.flatMap(\.indexes).count { $0.action != .keep } }
}

/// The result of the index stage alone.
public struct IndexStepReport: Sendable, Equatable {
    /// The result of one index that the plan builds.
    public struct Built: Sendable, Equatable {
        /// The selected table; for a partition's index, the root.
        public var table: QualifiedName
        /// The index.
        public var name: QualifiedName
        /// Seconds from the start of its first build to the end of its last.
        public var seconds: Double
        /// The error that kept it from being built.
        public var error: String?
    }

    /// The plan; if it is not ready, nothing was done.
    public var plan: IndexStepPlan
    /// The result of each index.
    public var indexes: [Built]
    /// Seconds from the first statement to the last.
    public var seconds: Double

    /// Whether the plan was carried out in full.
    public var isDone: Bool { plan.isReady && indexes.allSatisfy { $0.error == nil } }
}
