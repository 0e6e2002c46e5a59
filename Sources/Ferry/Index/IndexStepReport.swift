/// What the index stage alone is asked to do.
public struct IndexStepRequest: Codable, Sendable, Equatable {
    /// Which tables of the target; its bots mean nothing here.
    public var selection = TableSelection()
    public var index = IndexRequest()

    public init() {}
}

/// What the index stage alone will do: printing it is the dry run.
public struct IndexStepPlan: Codable, Sendable, Equatable {
    /// A table with vector indexes.
    public struct Table: Codable, Sendable, Equatable {
        public var name: QualifiedName
        /// The planner's estimate.
        public var estimatedRows: Int
        public var indexes: [IndexPlan]
    }

    public var target: ServerInfo
    public var tables: [Table]
    public var notes: [Note]

    /// Whether nothing stands in the way.
    public var isReady: Bool { !notes.contains { $0.level == .blocker } }
    /// How many indexes there are to build.
    public var builds: Int { tables.flatMap(\.indexes).count { $0.action != .keep } }
}

/// How the index stage alone ended.
public struct IndexStepReport: Codable, Sendable, Equatable {
    /// One index that had something to build.
    public struct Built: Codable, Sendable, Equatable {
        public var table: QualifiedName
        public var name: QualifiedName
        public var seconds: Double
        /// Why it was not built.
        public var error: String?
    }

    /// Where it is not ready, nothing was done.
    public var plan: IndexStepPlan
    public var indexes: [Built]
    public var seconds: Double

    /// Whether everything that was planned is done.
    public var isDone: Bool { plan.isReady && indexes.allSatisfy { $0.error == nil } }
}
