/// What a running job tells whoever watches. The engine never prints; it hands these to an ``EventSink``.
public enum Event: Sendable {
    /// A stage begins. Pairs move through the stages on their own, so that several may be under way at a time.
    case began(Stage)
    /// A stage is over, well or not.
    case ended(Stage)
    /// The plan that is carried out.
    case planned(Plan)
    /// An earlier process had done this much of the job.
    case resumed(job: JobNumber, doneChunks: Int, allChunks: Int, restoredIndexes: Int)
    /// Rows of a pair went over since the last event; bytes are those of the stream.
    case moved(pair: PairNumber, rows: Int, bytes: Int)
    /// A chunk is committed.
    case chunkDone(Chunk, Digest)
    /// A pair has all its chunks.
    case pairLoaded(pair: PairNumber)
    /// How many indexes this process has to build, before the first of them is.
    case indexesToBuild(Int)
    /// An index build goes on.
    case indexProgress(IndexProgress)
    /// A build that was under way has ended, well or not: of a partitioned index, each partition's has an end of its own.
    case buildEnded(index: QualifiedName)
    /// An index is there, with all that it is made of.
    case indexBuilt(IndexPlan, name: QualifiedName, seconds: Double)
    /// Rows of a pair were read back since the last event.
    case readBack(pair: PairNumber, rows: Int, bytes: Int)
    /// Rows were read by `verify`, on either side, since the last event.
    case compared(Side, rows: Int, bytes: Int)
    /// Differences that are about to be repaired; the report's repair tells how.
    case found(VerifyReport)
    /// Work is tried again after a fault that may heal.
    case retry(FerryError, attempt: Int, of: Int, delay: Duration)
    /// Something that the operator should know.
    case warning(Note)
}

/// The stages, in order.
public enum Stage: String, Sendable {
    /// Of `copy`; `index` has the first and the fifth.
    case plan, create, prepare, copy, index, verify, finish
    /// Of `verify`: both sides are read, the differing rows are looked for, they are repaired, searches are compared.
    case compare, locate, repair, search
}

/// How far an index build is (`pg_stat_progress_create_index`).
public struct IndexProgress: Sendable, Equatable {
    /// The index as it will be called.
    public var index: QualifiedName
    /// The table, or the partition, that it is on.
    public var relation: QualifiedName
    /// The server's name of the phase, such as `building index: loading tuples`.
    public var phase: String
    /// From 0 to 1, where the phase reports it.
    public var fraction: Double?
    /// Seconds since the build began.
    public var seconds: Double
    /// An estimate of what is left.
    public var secondsLeft: Double?

    /// All as the server's view says it.
    public init(
        index: QualifiedName, relation: QualifiedName, phase: String, fraction: Double?, seconds: Double,
        secondsLeft: Double?
    ) {
        self.index = index
        self.relation = relation
        self.phase = phase
        self.fraction = fraction
        self.seconds = seconds
        self.secondsLeft = secondsLeft
    }
}

/// Takes events, from any thread.
public typealias EventSink = @Sendable (Event) -> Void
