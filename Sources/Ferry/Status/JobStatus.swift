/// How far one job is.
public struct JobStatus: Sendable, Equatable {
    /// The job.
    public var summary: JobSummary
    /// The source's address as `host:port/database`.
    public var source: String
    /// Every table, in the plan's order.
    public var tables: [TableStatus]
    /// Index builds that are done, and all of them, each part of a partitioned index for itself.
    public var builtIndexes: Int
    public var allIndexes: Int
    /// Bytes of the source's tables a second, in the last minute; nil where nothing was committed in it, or nothing works.
    public var bytesPerSecond: Double?
    /// The processes that worked on it, the first one first. None where an older vecferry did alone.
    public var runs: [JobRun]
    /// The process that works on it now, if that is known.
    public var now: JobRun?
    /// The processes that shared it last, where it was offered to several hosts.
    public var workers: [WorkerStatus]
    /// Its report; nil until it is finished.
    public var report: JobReport?

    /// Takes the facts.
    public init(
        summary: JobSummary, source: String, tables: [TableStatus], builtIndexes: Int = 0, allIndexes: Int = 0,
        bytesPerSecond: Double? = nil, runs: [JobRun] = [], workers: [WorkerStatus] = [], report: JobReport? = nil
    ) {
        self.summary = summary
        self.source = source
        self.tables = tables
        self.builtIndexes = builtIndexes
        self.allIndexes = allIndexes
        self.bytesPerSecond = bytesPerSecond
        self.runs = runs
        self.workers = workers
        self.report = report
    }

    /// Chunks that are committed.
    public var doneChunks: Int { tables.reduce(0) { $0 + $1.doneChunks } }
    /// Chunks of all tables.
    public var allChunks: Int { tables.reduce(0) { $0 + $1.allChunks } }
    /// Rows of the chunks that are committed.
    public var rows: Int { tables.reduce(0) { $0 + $1.rows } }
    /// The planner's estimate of all rows; nil where it is unknown for a table.
    public var estimatedRows: Int? {
        tables.allSatisfy { $0.estimatedRows != nil } ? tables.reduce(0) { $0 + ($1.estimatedRows ?? 0) } : nil
    }
    /// Bytes of heap and TOAST on the source, of the chunks that are committed.
    public var doneBytes: Double { tables.reduce(0) { $0 + $1.doneBytes } }
    /// Bytes of heap and TOAST on the source.
    public var allBytes: Int { tables.reduce(0) { $0 + $1.bytes } }
    /// Whether all rows are committed.
    public var isLoaded: Bool { doneChunks == allChunks }
    /// Seconds until all rows are committed, at the pace of the last minute; nil where that is not known. Indexes and the reading back come
    /// beside and after it.
    public var secondsLeft: Double? {
        guard !isLoaded, let bytesPerSecond, bytesPerSecond > 0 else { return nil }
        return max(0, Double(allBytes) - doneBytes) / bytesPerSecond
    }
}

/// How far one table is.
public struct TableStatus: Sendable, Equatable {
    /// Its name, which is the same on both sides.
    public var name: QualifiedName
    /// Chunks that are committed.
    public var doneChunks: Int
    /// All its chunks.
    public var allChunks: Int
    /// Rows of the chunks that are committed.
    public var rows: Int
    /// The planner's estimate of its rows; nil where unknown, or where only a part of the table is copied.
    public var estimatedRows: Int?
    /// Bytes of heap and TOAST on the source.
    public var bytes: Int
    /// Why the last process could not finish it; nil where none failed, or one works.
    public var error: String?

    /// Takes the facts.
    public init(
        name: QualifiedName, doneChunks: Int, allChunks: Int, rows: Int, estimatedRows: Int?, bytes: Int,
        error: String? = nil
    ) {
        self.name = name
        self.doneChunks = doneChunks
        self.allChunks = allChunks
        self.rows = rows
        self.estimatedRows = estimatedRows
        self.bytes = bytes
        self.error = error
    }

    /// Whether all its rows are committed.
    public var isLoaded: Bool { doneChunks == allChunks }

    var doneBytes: Double { allChunks > 0 ? Double(bytes) * Double(doneChunks) / Double(allChunks) : 0 }
}

/// An index build that is under way on the target.
public struct BuildStatus: Sendable, Equatable {
    /// The table, or the partition, that it is on.
    public var relation: QualifiedName
    /// The index that the job builds there; nil where it builds several, and where another command builds.
    public var index: String?
    /// The server's name of the phase, such as `building index: loading tuples`.
    public var phase: String
    /// The share of the build that is done, from 0 to 1, where the phase tells.
    public var fraction: Double?
    /// Seconds since its statement began.
    public var seconds: Double

    /// Takes the facts.
    public init(relation: QualifiedName, index: String?, phase: String, fraction: Double?, seconds: Double) {
        self.relation = relation
        self.index = index
        self.phase = phase
        self.fraction = fraction
        self.seconds = seconds
    }
}
