/// What runs and what ran on a target, as its ledger and its server show it.
public struct StatusReport: Sendable, Equatable {
    /// The state of the target.
    public enum State: String, Sendable {
        /// A command that changes the target is running; the newest copy is finished; it is unfinished and not running, or a copy that was
        /// given up left something off; there is no copy.
        case running, finished, stopped, nothing
    }

    /// The state of the target.
    public var state: State
    /// The target's address as `host:port/database`.
    public var target: String
    /// Who works on it now.
    public var holder: LockHolding?
    /// The newest job: one that was not given up, else one that has left something off.
    public var job: JobStatus?
    /// The index builds that are under way; none where nothing works.
    public var builds: [BuildStatus]
    /// All jobs, the newest first.
    public var jobs: [JobSummary]
    /// What is off on the target now, and how to put it back.
    public var stillOff: [StillOff]
    /// The tables that `tune --apply` has changed.
    public var tuned: [QualifiedName]

    /// Takes the facts.
    public init(
        state: State, target: String, holder: LockHolding? = nil, job: JobStatus? = nil, builds: [BuildStatus] = [],
        jobs: [JobSummary] = [], stillOff: [StillOff] = [], tuned: [QualifiedName] = []
    ) {
        self.state = state
        self.target = target
        self.holder = holder
        self.job = job
        self.builds = builds
        self.jobs = jobs
        self.stillOff = stillOff
        self.tuned = tuned
    }
}

/// One job in a few words.
public struct JobSummary: Sendable, Equatable {
    /// The state of a job, by its name in the ledger.
    public enum State: String, Sendable {
        /// The job is not finished; it is finished and proven; `undo` or `--restart` gave it up.
        case loading, finished, abandoned
    }

    /// The number in the ledger.
    public var number: JobNumber
    /// Its state.
    public var state: State
    /// When it began, in UTC.
    public var beganAt: String
    /// When it was finished or given up, in UTC; nil until it is.
    public var endedAt: String?
    /// Seconds since it began.
    public var age: Double

    /// Takes the facts.
    public init(number: JobNumber, state: State, beganAt: String, endedAt: String?, age: Double) {
        self.number = number
        self.state = state
        self.beganAt = beganAt
        self.endedAt = endedAt
        self.age = age
    }
}
