/// How a job ended.
public struct JobReport: Codable, Sendable, Equatable {
    public enum Outcome: String, Codable, Sendable {
        /// Every row is there, and read back equal.
        case proven
        /// An earlier run had finished the job; nothing was changed.
        case alreadyFinished = "already_finished"
        /// The target holds something else than the source.
        case differs
        /// One or more tables could not be done; the others were.
        case failed
    }

    public var outcome: Outcome
    /// The job's number in the ledger.
    public var job: Int
    public var tables: [TableReport]
    public var notes: [Note]
    /// Seconds that rows moved, in this process.
    public var copySeconds: Double
    /// Seconds from the first statement to the last one, in this process.
    public var seconds: Double
    /// Bytes of COPY data that this process moved.
    public var streamedBytes: Int
    /// When an earlier run finished it; nil where this one did.
    public var finishedAt: String?

    public var rows: Int { tables.reduce(0) { $0 + $1.source.rows } }
}

/// How one table pair ended.
public struct TableReport: Codable, Sendable, Equatable {
    public enum State: String, Codable, Sendable {
        case proven, differs, failed
    }

    public var name: QualifiedName
    public var state: State
    /// Of the rows as they were read from the source.
    public var source: Digest
    /// Of the rows as they were read back from the target.
    public var target: Digest
    /// Rows left out because the target had their key.
    public var keptRows: Int
    /// Bots left out because the target had them.
    public var keptBots: [String?]
    public var indexes: [IndexReport]
    /// Why the table failed.
    public var error: String?
}

/// What became of one index.
public struct IndexReport: Codable, Sendable, Equatable {
    public var name: QualifiedName
    public var action: IndexPlan.Action
    /// Seconds of the build, nil where none was needed.
    public var seconds: Double?
}
