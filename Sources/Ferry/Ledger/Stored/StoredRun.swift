/// A process that works on a job, as stored in the ledger.
struct StoredRun: StoredDocument, Equatable {
    var format: Int?
    var vecferry: String?
    var host: String
    var process: Int
    var streams: Int
    /// Its command line, without secrets.
    var command: String?
    /// When it did what; nil while it works.
    var timeline: StoredTimeline?
    /// How it ended; nil while it works.
    var end: StoredRunEnd?

    /// A process of this program.
    init(host: String, process: Int, streams: Int, command: String? = nil) {
        format = Ledger.format
        vecferry = Engine.version
        self.host = host
        self.process = process
        self.streams = streams
        self.command = command
    }

    /// The engine's record.
    func run(beganAt: String, endedAt: String?, seconds: Double) -> JobRun {
        JobRun(
            host: host, process: process, version: vecferry ?? "", streams: streams, command: command,
            timeline: timeline?.timeline, beganAt: beganAt, endedAt: endedAt, seconds: seconds,
            outcome: end?.outcome.value, error: end?.error,
            failures: end?.failures.map { JobRun.Failure(table: $0.table.name, error: $0.error) } ?? [])
    }
}

/// How a process ended, as stored in the ledger.
struct StoredRunEnd: Codable, Sendable, Equatable {
    /// A table that could not be finished.
    struct Failure: Codable, Sendable, Equatable {
        var table: StoredName
        var error: String
    }

    var outcome: StoredWord<JobRun.Outcome>
    var error: String?
    var failures: [Failure]

    /// The end of a process that made a report.
    init(_ report: JobReport) {
        let outcome: JobRun.Outcome =
            switch report.outcome {
            case .proven, .alreadyFinished: .proven
            case .differs: .differs
            case .failed: .failed
            }
        self.outcome = StoredWord(outcome)
        failures = report.tables.compactMap { table in
            table.error.map { Failure(table: StoredName(table.name), error: $0) }
        }
    }

    /// The end of a process that an error or a signal stopped.
    init(_ error: FerryError) {
        outcome = StoredWord(error.code == .interrupted ? .stopped : .failed)
        self.error = error.code == .interrupted ? nil : "\(error)"
        failures = []
    }
}
