/// All that a target's ledger knows of one copy: the plan, what became of it, the processes that worked on it, and when they did what.
public struct JobHistory: Sendable, Equatable {
    /// The commit of one chunk.
    public struct Commit: Sendable, Equatable {
        /// The table's number in the plan.
        public var pair: PairNumber
        /// Seconds since the job began.
        public var at: Double
        /// Its rows.
        public var rows: Int

        /// Takes the facts.
        public init(pair: PairNumber, at: Double, rows: Int) {
            self.pair = pair
            self.at = at
            self.rows = rows
        }
    }

    /// The target's address as `host:port/database`.
    public var target: String
    /// Whether the job is running, finished, or unfinished and not running.
    public var state: StatusReport.State
    /// How far it is, its report once it is finished, and the processes that worked on it.
    public var job: JobStatus
    /// What it was to do, and the servers when it began.
    public var plan: Plan
    /// The chunks that were committed, in the order in which they were.
    public var commits: [Commit]
    /// What it took off on the target and is still off.
    public var stillOff: [StillOff]
    /// The server's time of reading, in UTC.
    public var readAt: String

    /// Takes the facts.
    public init(
        target: String, state: StatusReport.State, job: JobStatus, plan: Plan, commits: [Commit] = [],
        stillOff: [StillOff] = [], readAt: String
    ) {
        self.target = target
        self.state = state
        self.job = job
        self.plan = plan
        self.commits = commits
        self.stillOff = stillOff
        self.readAt = readAt
    }
}

extension Note {
    /// A warning: a copy's report could not be written.
    public static func reportNotWritten(to path: String, _ reason: String) -> Note {
        Note(
            level: .warning, code: .reportNotWritten, side: nil, table: nil,
            message: "The report could not be written to \(path): \(reason)\(reason.hasSuffix(".") ? "" : ".")",
            hint: "To write it later, run vecferry report --output FILE.")
    }
}
