/// When a process did what, in seconds since it began, in as much detail as a picture can show.
public struct Timeline: Sendable, Equatable {
    /// Work on the rows of one table.
    public struct Span: Sendable, Equatable {
        /// The table's number in the plan.
        public var pair: PairNumber
        /// When it began and ended.
        public var began: Double, ended: Double

        /// Takes the times.
        public init(pair: PairNumber, began: Double, ended: Double) {
            self.pair = pair
            self.began = began
            self.ended = ended
        }
    }

    /// The build of an index, with those of all its partitions.
    public struct Build: Sendable, Equatable {
        /// The index.
        public var index: QualifiedName
        /// When it began and ended.
        public var began: Double, ended: Double

        /// Takes the times.
        public init(index: QualifiedName, began: Double, ended: Double) {
            self.index = index
            self.began = began
            self.ended = ended
        }
    }

    /// A fault that work was retried after.
    public struct Retry: Sendable, Equatable {
        /// When it happened.
        public var at: Double
        /// The side that it happened on, if it was one.
        public var side: Side?
        /// What happened, in whole sentences.
        public var message: String

        /// Takes what happened.
        public init(at: Double, side: Side?, message: String) {
            self.at = at
            self.side = side
            self.message = message
        }
    }

    /// The most chunks that are recorded one by one; the time of those after them is added to the last of their table.
    static let mostChunks = 2_000
    /// The most faults whose words are recorded.
    static let mostRetries = 50

    /// Chunks that were committed, from when a stream took them.
    public var chunks: [Span] = []
    /// Index builds.
    public var builds: [Build] = []
    /// From the first range of a table that was read back to the last.
    public var readBacks: [Span] = []
    /// Bytes of COPY data that were sent to the target, chunks that were sent again included.
    public var sent = Pace()
    /// Bytes of COPY data that were read back.
    public var read = Pace()
    /// The first faults.
    public var retries: [Retry] = []
    /// The number of faults.
    public var retryCount = 0

    /// A process that has done nothing yet.
    public init() {}

    /// When the last of it ended.
    public var seconds: Double {
        let ends = chunks.map(\.ended) + builds.map(\.ended) + readBacks.map(\.ended) + retries.map(\.at)
        return ends.max() ?? 0
    }
}

/// Amounts over time, in bins of equal width that grows with the time.
public struct Pace: Sendable, Equatable {
    /// The most bins.
    static let most = 120

    /// The seconds of a bin.
    public private(set) var binSeconds = 0.125
    /// The bytes of each bin, from 0 seconds on.
    public private(set) var bytes: [Int] = []

    /// No amounts.
    public init() {}

    /// Amounts as they were.
    public init(binSeconds: Double, bytes: [Int]) {
        self.binSeconds = binSeconds
        self.bytes = bytes
    }

    /// The bytes of all bins.
    public var total: Int { bytes.reduce(0, +) }

    /// Adds bytes.
    ///
    /// - Parameter time: Seconds since the beginning.
    public mutating func add(_ amount: Int, at time: Double) {
        while time >= Double(Self.most) * binSeconds {
            bytes = stride(from: 0, to: bytes.count, by: 2).map { bytes[$0..<min($0 + 2, bytes.count)].reduce(0, +) }
            binSeconds *= 2
        }
        let bin = Int(max(0, time) / binSeconds)
        if bin >= bytes.count { bytes += Array(repeating: 0, count: bin + 1 - bytes.count) }
        bytes[bin] += amount
    }
}
