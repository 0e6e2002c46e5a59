/// An event of a running command. The engine never prints; it delivers events to an ``EventSink``.
public enum Event: Sendable {
    /// A stage begins. Pairs move through the stages on their own, so several stages may be active at a time.
    case began(Stage)
    /// A stage has ended, successfully or not.
    case ended(Stage)
    /// The plan of the job, which is carried out unless it has blockers.
    case planned(Plan)
    /// An earlier process has done this much of the job.
    case resumed(job: JobNumber, doneChunks: Int, allChunks: Int, restoredIndexes: Int)
    /// Rows of a pair passed since the last event; `bytes` counts COPY data.
    case moved(pair: PairNumber, rows: Int, bytes: Int)
    /// A stream begins to move a chunk, for the first time or again.
    case chunkBegan(Chunk)
    /// A chunk is committed.
    case chunkDone(Chunk, Digest)
    /// All chunks of a pair are committed.
    case pairLoaded(pair: PairNumber)
    /// The number of indexes that this process has to build; comes before the first build.
    case indexesToBuild(Int)
    /// The progress of an index build.
    case indexProgress(IndexProgress)
    /// A build has ended, successfully or not. The build of each partition of a partitioned index ends on its own.
    case buildEnded(index: QualifiedName)
    /// An index is built, with the indexes of all its partitions.
    case indexBuilt(IndexPlan, name: QualifiedName, seconds: Double)
    /// Rows of a pair were read back since the last event.
    case readBack(pair: PairNumber, rows: Int, bytes: Int)
    /// `verify` begins to read this much of both sides together, in bytes of heap and TOAST.
    case scanning(bytes: Int)
    /// `verify` read rows of one side since the last event; `bytes` counts COPY data, and `scanned` is what that completes of
    /// ``scanning(bytes:)``.
    case compared(Side, relation: QualifiedName, rows: Int, bytes: Int, scanned: Int)
    /// Differences that are about to be repaired; ``VerifyReport/repair`` says how.
    case found(VerifyReport)
    /// Work is retried after a transient fault.
    case retry(FerryError, attempt: Int, of: Int, delay: Duration)
    /// A note that the operator should read.
    case warning(Note)
    /// What a job has left that a signal stopped, where the target could be asked.
    case left(JobLeft)
    /// Chunks that other processes have committed in all, for a worker.
    case elsewhere(doneChunks: Int)
    /// A worker on another host has joined, has been silent for longer than its lease, is back, or has left.
    case worker(WorkerStatus)
    /// The copy has another number of streams from now on.
    case streams(StreamChange)
    /// `status` has found a running command, and will read again.
    case status(StatusReport)
}

/// The stages, in order.
public enum Stage: String, Sendable {
    /// The stages of `copy`; `index` has the first and the fifth.
    case plan, create, prepare, copy, index, verify, finish
    /// The stages of `verify`: both sides are read, differing rows are located and repaired, searches are compared.
    case compare, locate, repair, search
    /// The stages of `tune`: options are tried, and the choice is applied.
    case tune, apply
}

/// The progress of an index build (`pg_stat_progress_create_index`).
public struct IndexProgress: Sendable, Equatable {
    /// The name that the index will have.
    public var index: QualifiedName
    /// The table, or the partition, that it is on.
    public var relation: QualifiedName
    /// The server's name of the phase, such as `building index: loading tuples`.
    public var phase: String
    /// The share of the build that is done, from 0 to 1, where the phase reports it.
    public var fraction: Double?
    /// Seconds since the build began.
    public var seconds: Double
    /// An estimate of what is left.
    public var secondsLeft: Double?

    /// Takes the values as the server's view has them.
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

/// What a stopped job has left on its target.
public struct JobLeft: Sendable, Equatable {
    /// Chunks that are committed.
    public var doneChunks: Int
    /// Chunks of all tables.
    public var allChunks: Int
    /// What it took off and has not put back.
    public var stillOff: [StillOff]

    /// Takes the facts.
    public init(doneChunks: Int, allChunks: Int, stillOff: [StillOff]) {
        self.doneChunks = doneChunks
        self.allChunks = allChunks
        self.stillOff = stillOff
    }
}

/// Takes events, from any thread.
public typealias EventSink = @Sendable (Event) -> Void
