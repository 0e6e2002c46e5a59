internal import Platform

/// The work of one process on a job, as the ledger records it.
public struct JobRun: Sendable, Equatable {
    /// How it ended.
    public enum Outcome: String, Sendable {
        /// Every row is proven; rows differ; one or more tables, or the whole job, failed; a signal stopped it.
        case proven, differs, failed, stopped
    }

    /// A table that could not be finished.
    public struct Failure: Sendable, Equatable {
        /// The table.
        public var table: QualifiedName
        /// Why, in whole sentences.
        public var error: String

        /// Takes the table and the reason.
        public init(table: QualifiedName, error: String) {
            self.table = table
            self.error = error
        }
    }

    /// The name of its host.
    public var host: String
    /// Its process id there.
    public var process: Int
    /// The version of its vecferry.
    public var version: String
    /// The number of its streams.
    public var streams: Int
    /// Its command line, without secrets; nil where that is not recorded.
    public var command: String?
    /// When it did what; nil while it works, and where that is not recorded.
    public var timeline: Timeline?
    /// When it began, in UTC.
    public var beganAt: String
    /// When it ended, in UTC; nil while it works, and for one that was killed or had lost the target.
    public var endedAt: String?
    /// Seconds that it worked, until now where it has not ended.
    public var seconds: Double
    /// How it ended; nil where ``endedAt`` is.
    public var outcome: Outcome?
    /// The error that stopped the whole job, in whole sentences.
    public var error: String?
    /// The tables that it could not finish.
    public var failures: [Failure]

    /// Takes the record.
    public init(
        host: String, process: Int, version: String, streams: Int, command: String? = nil,
        timeline: Timeline? = nil, beganAt: String, endedAt: String? = nil,
        seconds: Double = 0, outcome: Outcome? = nil, error: String? = nil, failures: [Failure] = []
    ) {
        self.host = host
        self.process = process
        self.version = version
        self.streams = streams
        self.command = command
        self.timeline = timeline
        self.beganAt = beganAt
        self.endedAt = endedAt
        self.seconds = seconds
        self.outcome = outcome
        self.error = error
        self.failures = failures
    }
}

extension JobRun {
    /// The id of this process.
    static var thisProcess: Int { Int(getpid()) }

    /// The name of this machine.
    public static var thisHost: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
