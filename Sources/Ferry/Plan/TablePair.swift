/// One source table matched to its target table, column by column, by name.
public struct TablePair: Sendable, Equatable {
    /// The role of a table in the default selection.
    public enum Role: String, Sendable {
        /// It has embeddings; it belongs to bots, or a foreign key links it to embeddings; neither.
        case embedding, bot, other
    }

    /// The form in which the rows of a table are copied.
    public enum Format: String, Sendable {
        /// COPY's binary format, or its text format where bytes mean something else in another cluster.
        case binary, text
    }

    /// The number, from 0, in the plan's order.
    public var number: PairNumber
    /// The name, which is the same on both sides.
    public var name: QualifiedName
    /// The role in the default selection.
    public var role: Role
    /// Whether the job creates the target's table.
    public var isCreated: Bool
    /// The columns that are copied, in the source's order.
    public var columns: [ColumnPair]
    /// The form in which the rows are copied.
    public var format: Format
    /// The source relations that hold the rows.
    public var parts: [SourcePart]
    /// The target relations that held the rows when the plan was made; for a table to be created, the table itself.
    public var targetParts: [QualifiedName]
    /// The planner's estimate of the source's rows, -1 where unknown.
    public var estimatedRows: Int
    /// The columns that identify a row on both sides: the primary key, else a unique index.
    public var key: TableKey?
    /// How to find the bot of a row.
    public var botScope: BotScope?
    /// The rows that are copied.
    public var filter: BotFilter
    /// The target's rows that hold what was copied: not all, where the target keeps bots of its own.
    public var readBackFilter: BotFilter
    /// How rows are loaded into the target.
    public var load: LoadMode
    /// The owner of the target's table, as which rows are loaded; nil where they are loaded as the session's own role.
    public var owner: String?
    /// The plans of the indexes of the target's table and its partitions.
    public var indexes: [IndexPlan]
    /// The constraints that are added after the load: dropped for it, or not there yet.
    public var constraints: [ConstraintPlan]
    /// The triggers and rules that must not fire.
    public var triggers: [TriggerPlan]
    /// The sequences that are set after the load.
    public var sequences: [SequencePlan]

    /// `ONLY ` for a statement about the target's rows, which without it would include the rows of inheritance children;
    /// empty for a partitioned table, which has no rows of its own.
    var targetOnly: String { name.only(where: isCreated ? parts.map(\.relation) : targetParts) }

    /// The role under which the target's rows change.
    var actingRole: ActingRole { ActingRole(owner: owner) }

    /// The bytes of heap and TOAST on the source.
    public var bytes: Int { parts.reduce(0) { $0 + $1.bytes } }
    /// The number of chunks of all parts together.
    public var chunkCount: Int { parts.reduce(0) { $0 + $1.chunkCount } }
    /// The columns of pgvector's types.
    public var embeddingColumns: [ColumnPair] { columns.filter { $0.vectorType != nil } }
    /// The columns whose values are converted.
    public var convertedColumns: [ColumnPair] { columns.filter { $0.conversion != nil } }

    /// The chunks of all parts, numbered consecutively.
    public var chunks: [Chunk] {
        var chunks: [Chunk] = []
        for (index, part) in parts.enumerated() {
            for range in part.ranges {
                chunks.append(Chunk(pair: number, number: ChunkNumber(chunks.count), part: index, pages: range))
            }
        }
        return chunks
    }
}

/// A column that is copied.
public struct ColumnPair: Sendable, Equatable {
    /// The name, which is the same on both sides.
    public var name: String
    /// The ``Column/type`` on the source, which is that of the target unless ``conversion`` says otherwise.
    public var type: String
    /// The pgvector type on the source; nil for all other types.
    public var vectorType: VectorType?
    /// The declared dimensions.
    public var dimensions: Int?
    /// The reason why the table is copied as text.
    public var textReason: String?
    /// What becomes of the values on the way; nil where their bytes pass unchanged.
    public var conversion: ColumnConversion?
    /// The target's column's own method of compression; nil where that of the session applies.
    public var toastMethod: ToastMethod?

    /// The type on the target.
    public var targetType: String { conversion.flatMap { $0.type(from: type) } ?? type }

    /// The column as one side has it.
    func on(_ side: Side) -> ColumnPair {
        var column = self
        if side == .target, let conversion {
            column.type = targetType
            column.vectorType = conversion.vectorType
        }
        column.conversion = nil
        return column
    }
}

extension [ColumnPair] {
    /// The conversions of rows that are read from one side, by the column's name: the target's are what they became.
    func conversions(reading side: Side) -> [String: ColumnConversion] {
        guard side == .source else { return [:] }
        return reduce(into: [:]) { conversions, column in
            if let conversion = column.conversion { conversions[column.name] = conversion }
        }
    }
}

/// How rows are loaded into the target.
public enum LoadMode: Sendable, Equatable {
    /// Load into an empty table.
    case append
    /// TRUNCATE first.
    case truncate
    /// Keep the target's bots, and leave them out of the copy.
    case keepBots
    /// Delete the target's rows of these bots first; nil among them stands for rows that belong to no bot.
    case replaceBots([String?])
    /// Merge by key, and leave out rows whose key the target has.
    case keepKeys
    /// Merge by key, and delete the target's rows with the same keys.
    case replaceKeys

    /// Whether rows of the target are deleted for it.
    public var deletesRows: Bool {
        switch self {
        case .append, .keepBots, .keepKeys, .replaceBots([]): false
        case .truncate, .replaceBots, .replaceKeys: true
        }
    }

    /// Whether rows go through a temporary table that is merged by key.
    public var isKeyed: Bool { self == .keepKeys || self == .replaceKeys }
}

/// A constraint that is added after the rows: a foreign key, or a NOT VALID check of a table that the job creates.
public struct ConstraintPlan: Sendable, Equatable {
    /// The target's table, or its partition.
    public var relation: QualifiedName
    /// The constraint's name.
    public var name: String
    /// The constraint as `pg_get_constraintdef` writes it.
    public var definition: String
    /// Statements that restore properties which the definition leaves out.
    public var after: [String]
    /// Whether the target has it before the load.
    public var exists: Bool
    /// The owner of the relation, as which it is added; nil where no code but PostgreSQL's own can run, or where the session's
    /// role may not act as the owner.
    public var owner: String?

    /// The role that adds it.
    var actingRole: ActingRole { ActingRole(owner: owner) }
}

/// A trigger or a rule that is disabled for the load.
public struct TriggerPlan: Sendable, Equatable {
    /// The target's table, or its partition.
    public var relation: QualifiedName
    /// The name.
    public var name: String
    /// When it fires, as `pg_trigger.tgenabled` and `pg_rewrite.ev_enabled`.
    public var enabled: String
    /// Whether it is a rule.
    public var isRule = false
}

/// A sequence that is set after the load, so that the next row gets a value of its own.
public struct SequencePlan: Sendable, Equatable {
    /// The origin of a sequence's value.
    public enum Origin: Sendable, Equatable {
        /// A sequence of the source.
        case sequence(QualifiedName)
        /// The column's last value in the target's table: the source has no sequence for it.
        case column(of: QualifiedName)
    }

    /// The column that owns it, or takes its default from it.
    public var column: String
    /// The origin of its value.
    public var source: Origin
    /// The sequence that is set.
    public var target: QualifiedName
    /// Whether the target's value stays if it is further along in the sequence's direction.
    public var keepsHigher: Bool
}

/// The plan of one index of the target.
public struct IndexPlan: Sendable, Equatable {
    /// The treatment of the index.
    public enum Action: String, Sendable {
        /// It stays while rows are loaded.
        case keep
        /// It is dropped, and built again on the data.
        case rebuild
        /// It does not exist yet, and is built on the data.
        case create
        /// It stays, and its content is built again on the data: by REINDEX, or as a new index that takes its place.
        case reindex
    }

    /// The schema and name on the target.
    public var name: QualifiedName
    /// The table, or the partition, that it is on.
    public var relation: QualifiedName
    /// The access method after the build.
    public var method: String
    /// The operator class of the first key, without the schema.
    public var operatorClass: String
    /// The storage parameters after the build, such as `lists`.
    public var options: [String: String]
    /// Whether it is UNIQUE.
    public var isUnique: Bool
    /// The treatment of the index.
    public var action: Action
    /// The reason for the action, as the end of a sentence.
    public var reason: String
    /// The builds, in order: those of a partitioned index's leaves come first.
    public var builds: [IndexBuild]
    /// The definition before the plan, where the plan changes it.
    public var previousDefinition: String?
    /// The quoted names of invalid indexes that killed builds left in the place of an index that is kept; each is dropped.
    public var leftovers: [String] = []

    /// Whether it uses an access method of pgvector.
    public var isVectorIndex: Bool { method == "ivfflat" || method == "hnsw" }
}

/// One step of an index build.
public struct IndexBuild: Sendable, Equatable {
    /// The index that the first statement builds.
    public var index: QualifiedName
    /// The table, or the partition, that it is on.
    public var relation: QualifiedName
    /// The stage: steps of one stage may run at the same time. A partitioned index comes a stage after its highest part, since
    /// it attaches them.
    public var stage: Int
    /// The definition, and the statements that restore properties which it leaves out.
    public var statements: [String]
    /// The memory that the build needs, in bytes; nil where vecferry has no estimate (methods other than pgvector's).
    public var memory: Int?
    /// `maintenance_work_mem` for the build, in bytes; nil leaves the server's.
    public var maintenanceWorkMem: Int?
    /// `max_parallel_maintenance_workers` for the build; nil leaves the server's.
    public var workers: Int?
    /// Whether the statements run beside writers, each in a transaction of its own (CREATE INDEX CONCURRENTLY).
    public var isConcurrent = false
    /// The OID of the index whose place a concurrent build takes; nil where the index keeps it.
    public var replaces: UInt32?
    /// The expected course of a build with pgvector's methods.
    public var course: BuildCourse?
}

/// The expected course of a build with pgvector, from which its progress is computed as a share of the whole.
public struct BuildCourse: Sendable, Equatable {
    /// The number of rows to index.
    public var rows: Int
    /// The number of rows that an hnsw graph holds in memory.
    public var rowsInMemory: Int
    /// The share of an ivfflat build's time after which k-means has ended.
    public var afterKmeans: Double
    /// The share of an ivfflat build's time after which all rows are assigned to lists; loading the lists takes the rest.
    public var afterAssigning: Double
}
