/// One source table matched to its target table, column by column, by name.
public struct TablePair: Sendable, Equatable {
    /// What a table is to the default selection.
    public enum Role: String, Sendable {
        /// It has embeddings; it belongs to bots, or hangs together with embeddings; neither.
        case embedding, bot, other
    }

    /// The form in which rows travel, for the whole table.
    public enum Format: String, Sendable {
        /// COPY's binary form, or its text form where bytes mean something else in another cluster.
        case binary, text
    }

    /// From 0, in the plan's order.
    public var number: PairNumber
    /// On both sides.
    public var name: QualifiedName
    /// What the table is to the default selection.
    public var role: Role
    /// Whether the target's table is made by this job.
    public var isCreated: Bool
    /// The columns that are copied, in the source's order.
    public var columns: [ColumnPair]
    /// The form in which its rows travel.
    public var format: Format
    /// The source relations that hold the rows.
    public var parts: [SourcePart]
    /// The target relations that hold the rows when the plan was made; a table yet to be made is its own.
    public var targetParts: [QualifiedName]
    /// The planner's estimate of the source's rows, -1 where unknown.
    public var estimatedRows: Int
    /// Columns that name a row on both sides: the primary key, else a unique index.
    public var key: TableKey?
    /// How a row's bot is found.
    public var botScope: BotScope?
    /// Which rows are copied.
    public var filter: BotFilter
    /// Which of the target's rows are what was copied: where the target keeps bots of its own, not all.
    public var readBackFilter: BotFilter
    /// How rows come into the target.
    public var load: LoadMode
    /// What happens to each index of the target's table and its partitions.
    public var indexes: [IndexPlan]
    /// Constraints that are taken off for the load, or not yet there, and are put on after it.
    public var constraints: [ConstraintPlan]
    /// Triggers that must not fire.
    public var triggers: [TriggerPlan]
    /// Sequences that are set when the rows are in.
    public var sequences: [SequencePlan]

    /// `ONLY ` for a statement about the target's rows, where without it the rows of inheritance children would be meant
    /// too; nothing for a partitioned table, which has no rows of its own.
    var targetOnly: String { name.only(where: isCreated ? parts.map(\.relation) : targetParts) }

    /// Bytes of heap and TOAST on the source.
    public var bytes: Int { parts.reduce(0) { $0 + $1.bytes } }
    /// Of all parts together.
    public var chunkCount: Int { parts.reduce(0) { $0 + $1.chunkCount } }
    /// The columns of pgvector's types.
    public var embeddingColumns: [ColumnPair] { columns.filter { $0.vectorType != nil } }

    /// The chunks of all parts, numbered through.
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
    /// On both sides.
    public var name: String
    /// As ``Column/type``, the same on both sides.
    public var type: String
    /// pgvector's type; nil for all others.
    public var vectorType: VectorType?
    /// Where the column declares them.
    public var dimensions: Int?
    /// Why its table travels as text.
    public var textReason: String?
}

/// How rows come into the target.
public enum LoadMode: Sendable, Equatable {
    /// Into an empty table.
    case append
    /// After TRUNCATE.
    case truncate
    /// Beside the target's bots, which stay as they are and are left out of the copy.
    case keepBots
    /// After deleting the target's rows of these bots (nil among them stands for rows that belong to no bot).
    case replaceBots([String?])
    /// By primary key; rows whose key the target has are left out.
    case keepKeys
    /// By primary key; the target's rows with the same key go.
    case replaceKeys

    /// Whether rows go through a temporary table that is compared by key.
    public var isKeyed: Bool { self == .keepKeys || self == .replaceKeys }
}

/// A constraint that comes after the rows: a foreign key, or a check of a table that is made which rows need not pass.
public struct ConstraintPlan: Sendable, Equatable {
    /// The target's table, or its partition.
    public var relation: QualifiedName
    /// The constraint's.
    public var name: String
    /// `pg_get_constraintdef`
    public var definition: String
    /// Statements that put back what the definition leaves out.
    public var after: [String]
    /// Whether the target has it now.
    public var exists: Bool
}

/// A trigger that is disabled for the load.
public struct TriggerPlan: Sendable, Equatable {
    /// The target's table, or its partition.
    public var relation: QualifiedName
    /// The trigger's.
    public var name: String
    /// `pg_trigger.tgenabled`
    public var enabled: String
}

/// A sequence that goes on where the source's stands.
public struct SequencePlan: Sendable, Equatable {
    /// The column whose default takes from it.
    public var column: String
    /// The sequence that is read.
    public var source: QualifiedName
    /// The sequence that is set.
    public var target: QualifiedName
    /// Whether the target's value stays where it is further along in the sequence's direction.
    public var keepsHigher: Bool
}

/// What happens to one index of the target.
public struct IndexPlan: Sendable, Equatable {
    /// What becomes of the index.
    public enum Action: String, Sendable {
        /// It stays while rows come in.
        case keep
        /// It is dropped, and built again on the data.
        case rebuild
        /// It is not there yet, and built on the data.
        case create
        /// It stays, and its content is built again on the data: by REINDEX, or as a new index that takes its place.
        case reindex
    }

    /// Its schema and name on the target.
    public var name: QualifiedName
    /// The table, or the partition, that it is on.
    public var relation: QualifiedName
    /// The access method that it is to have.
    public var method: String
    /// Of its first key, without the schema.
    public var operatorClass: String
    /// The storage parameters that it is to have, such as `lists`.
    public var options: [String: String]
    /// Whether rows must not share a key.
    public var isUnique: Bool
    /// What becomes of it.
    public var action: Action
    /// Why, as the end of a sentence.
    public var reason: String
    /// What builds it, in order: for a partitioned index, the leaves' statements come first.
    public var builds: [IndexBuild]
    /// What the definition was, where the plan changes it.
    public var previousDefinition: String?
    /// Names, quoted, of what killed builds left in the place of an index that is kept; each is dropped.
    public var leftovers: [String] = []

    /// Whether pgvector builds it.
    public var isVectorIndex: Bool { method == "ivfflat" || method == "hnsw" }
}

/// One step of building an index.
public struct IndexBuild: Sendable, Equatable {
    /// The index that the first statement makes.
    public var index: QualifiedName
    /// The table, or the partition, that it is on.
    public var relation: QualifiedName
    /// Steps of one stage may run side by side. A partitioned index comes a stage after the highest of those it is made of,
    /// which it attaches.
    public var stage: Int
    /// The definition, and the statements that put back what it leaves out.
    public var statements: [String]
    /// What the build needs, in bytes; nil where vecferry has no estimate (methods other than pgvector's).
    public var memory: Int?
    /// `maintenance_work_mem` for the build, in bytes; nil leaves the server's.
    public var maintenanceWorkMem: Int?
    /// `max_parallel_maintenance_workers` for the build; nil leaves the server's.
    public var workers: Int?
    /// Whether the statements run beside writers, each in a transaction of its own (CREATE INDEX CONCURRENTLY).
    public var isConcurrent = false
    /// The OID of the index whose place a concurrent build takes, where it does not keep it.
    public var replaces: UInt32?
    /// Of what a build's progress is told, for pgvector's methods.
    public var course: BuildCourse?
}

/// What is expected of a build with pgvector, so that its progress can be told as a share of the whole.
public struct BuildCourse: Sendable, Equatable {
    /// Rows to be indexed.
    public var rows: Int
    /// Of them, those that an hnsw graph takes in memory.
    public var rowsInMemory: Int
    /// The share of an ivfflat build's time that k-means takes, and up to which it then assigns the rows to lists.
    public var afterKmeans: Double
    /// See ``afterKmeans``: loading the lists takes the rest.
    public var afterAssigning: Double
}
