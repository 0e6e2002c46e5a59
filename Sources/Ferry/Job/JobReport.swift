/// How a job ended.
public struct JobReport: Sendable, Equatable {
    /// How the whole job ended.
    public enum Outcome: String, Sendable {
        /// Every row is there, and read back equal.
        case proven
        /// An earlier run had finished the job; nothing was changed.
        case alreadyFinished = "already_finished"
        /// The target holds something else than the source.
        case differs
        /// One or more tables could not be done; the others were.
        case failed
    }

    /// Proven only where every table is.
    public var outcome: Outcome
    /// The job's number in the ledger.
    public var job: JobNumber
    /// Every table pair, in the plan's order.
    public var tables: [TableReport]
    /// The plan's warnings, and what came up on the way.
    public var notes: [Note]
    /// Seconds that rows moved, in this process.
    public var copySeconds: Double
    /// Seconds from the first statement to the last one, in this process.
    public var seconds: Double
    /// Bytes of COPY data that this process moved.
    public var streamedBytes: Int
    /// When an earlier run finished it; nil where this one did.
    public var finishedAt: String?

    /// Rows of the source, of all tables; those of earlier processes are counted in.
    public var rows: Int { tables.reduce(0) { $0 + $1.source.rows } }
}

/// How one table pair ended.
public struct TableReport: Sendable, Equatable {
    /// Whether the target holds what the source holds.
    public enum State: String, Sendable {
        /// Read back equal; read back, and something else; not done, or not to be read.
        case proven, differs, failed
    }

    /// On both sides.
    public var name: QualifiedName
    /// Whether it was proven.
    public var state: State
    /// Of the rows as they were read from the source.
    public var source: Digest
    /// Of the rows as they were read back from the target.
    public var target: Digest
    /// Rows left out because the target had their key.
    public var keptRows: Int
    /// Bots left out because the target had them.
    public var keptBots: [String?]
    /// What became of each index.
    public var indexes: [IndexReport]
    /// Why the table failed.
    public var error: String?
}

/// What became of one index.
public struct IndexReport: Sendable, Equatable {
    /// The target's index.
    public var name: QualifiedName
    /// What the plan did with it.
    public var action: IndexPlan.Action
    /// Seconds of the build, nil where none was needed.
    public var seconds: Double?
}
