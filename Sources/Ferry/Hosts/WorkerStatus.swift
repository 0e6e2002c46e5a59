/// What the ledger knows of one process that shares a job.
public struct WorkerStatus: Sendable, Equatable {
    /// What it does.
    public enum State: String, Sendable {
        /// It has given a sign of life; it has been silent for longer than its lease; it has left.
        case working, silent, left
    }

    /// An error for which it could not finish a table.
    public struct Failure: Sendable, Equatable {
        /// The table's number in the plan.
        public var pair: PairNumber
        /// Why, in whole sentences.
        public var message: String
        /// What the operator does next.
        public var hint: String?
    }

    /// The number in its ledger.
    public var number: Int
    /// The name of its host.
    public var host: String
    /// Its process id there.
    public var process: Int
    /// The version of its vecferry.
    public var version: String
    /// The number of its streams.
    public var streams: Int
    /// Whether it is the copy that coordinates the others.
    public var isCoordinator: Bool
    /// What it does.
    public var state: State
    /// When it joined, in UTC.
    public var joinedAt: String
    /// Seconds since its last sign of life.
    public var silence: Double
    /// The chunks that it has committed.
    public var chunks: Int
    /// The bytes of COPY data that it has committed.
    public var bytes: Int
    /// The chunks that it holds.
    public var heldChunks: Int
    /// The tables that it could not finish.
    public var failures: [Failure]

    /// Takes the facts.
    public init(
        number: Int, host: String, process: Int, version: String, streams: Int, isCoordinator: Bool = false,
        state: State, joinedAt: String, silence: Double = 0, chunks: Int = 0, bytes: Int = 0, heldChunks: Int = 0,
        failures: [Failure] = []
    ) {
        self.number = number
        self.host = host
        self.process = process
        self.version = version
        self.streams = streams
        self.isCoordinator = isCoordinator
        self.state = state
        self.joinedAt = joinedAt
        self.silence = silence
        self.chunks = chunks
        self.bytes = bytes
        self.heldChunks = heldChunks
        self.failures = failures
    }
}
