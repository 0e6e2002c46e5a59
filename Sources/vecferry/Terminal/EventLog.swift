import Ferry
import Logging
import Synchronization

/// Turns the engine's events into log records: what an operator reads afterwards to know what happened and when.
final class EventLog: Sendable {
    private let logger: Logger
    /// The tables' names, by their number in the plan.
    private let names = Mutex<[String]>([])
    /// The notes that were logged.
    private let told = Mutex<Set<String>>([])

    /// Writes to this logger, from whichever thread an event comes.
    init(_ logger: Logger) { self.logger = logger }

    /// Logs the event, where it is worth a record.
    func take(_ event: Event) {
        if case .warning(let note) = event { return take([note]) }
        // Most events only move a progress line, and come many times a second.
        guard let (level, message) = record(event) else { return }
        logger.log(level: level, "\(message)")
        if case .planned(let plan) = event {
            names.withLock { $0 = plan.pairs.map(\.name.description) }
            // Blockers are told of once, when the copy is refused.
            take(plan.notes.filter { $0.level != .blocker })
        }
    }

    /// Logs the notes that were not logged before: a plan, an event and a report may say the same.
    func take(_ notes: [Note]) {
        for note in notes where told.withLock({ $0.insert(note.description).inserted }) {
            logger.log(level: Self.level(note), "\(note.description)")
        }
    }

    /// Logs how far the job is.
    func say(_ line: String) { logger.notice("\(line)") }

    /// The level and the sentence for an event; nil for those that only move a progress line.
    func record(_ event: Event) -> (level: Logger.Level, message: String)? {
        switch event {
        case .began(let stage):
            return (.notice, Self.sentence(stage))
        case .planned(let plan):
            let chunks = Units.count(plan.pairs.reduce(0) { $0 + $1.chunkCount }, "chunk")
            return (.info, "The plan has \(Units.count(plan.pairs.count, "table")) in \(chunks).")
        case .resumed(let job, let done, let all, let indexes):
            var text = "Job \(job) goes on: \(Units.count(done)) of \(Units.count(all, "chunk")) "
            text += done == 1 ? "was already done" : "were already done"
            if indexes > 0 { text += "; \(Units.count(indexes, "saved index", "saved indexes")) put back" }
            return (.notice, text + ".")
        case .ended, .moved, .readBack, .compared, .found, .indexesToBuild, .indexProgress, .buildEnded:
            return nil
        case .chunkDone(let chunk, let digest):
            let rows = Units.count(digest.rows, "row")
            return (.debug, "\(name(chunk.pair)): chunk \(chunk.number) is committed, \(rows), digest \(digest.hex).")
        case .pairLoaded(let pair):
            return (.info, "\(name(pair)): all rows are over.")
        case .indexBuilt(let index, let name, let seconds):
            return (.info, "Index \(name) (\(index.method)) is built, in \(Units.duration(seconds)).")
        case .retry(let error, let attempt, let attempts, let delay):
            let wait = Units.duration(delay / .seconds(1))
            return (.warning, "\(error) Trying again in \(wait), try \(attempt) of \(attempts).")
        case .warning(let note):
            return (Self.level(note), note.description)
        }
    }

    private static func level(_ note: Note) -> Logger.Level {
        switch note.level {
        case .info: .info
        case .warning: .warning
        case .blocker: .error
        }
    }

    private func name(_ pair: Int) -> String {
        names.withLock { $0.indices.contains(pair) ? $0[pair] : "table \(pair + 1)" }
    }

    private static func sentence(_ stage: Stage) -> String {
        switch stage {
        case .plan: "Reading both databases."
        case .create: "Making the tables that the target lacks."
        case .prepare: "Preparing the target."
        case .copy: "Copying rows."
        case .index: "Building indexes."
        case .verify: "Reading the target back and comparing."
        case .finish: "Finishing."
        case .compare: "Reading both sides and comparing."
        case .locate: "Looking for the rows that differ."
        case .repair: "Repairing the target."
        case .search: "Searching on both sides."
        }
    }
}
