import Ferry
import Logging
import Synchronization

/// Writes to standard error, or to a log file: events with their times, problems, and the reason why there is no result.
final class LogReporter: Reporter {
    private let logger: Logger
    private let sink: any LineSink
    private let showsAll: Bool
    private let showsVerdict: Bool
    /// The tables' names, by their number in the plan.
    private let names = Mutex<[String]>([])
    /// The retries that were logged.
    private let retries = Mutex(RetryNews())
    /// The servers that can't be reached.
    private let outages = Mutex(Outages())
    private let start = ContinuousClock.now
    /// Whether the copy yields to its target.
    private let yields = Mutex(YieldNews())
    /// What a stopped job has left.
    private let left = Mutex<JobLeft?>(nil)
    /// The notes that were logged.
    private let logged = Mutex<Set<String>>([])

    /// - Parameters:
    ///   - showsAll: Whether every row and bot that differs is listed before a repair, however many there are.
    ///   - showsVerdict: Whether the verdict is written too, where the result itself goes elsewhere.
    init(
        _ logger: Logger, sink: any LineSink = Console.shared, showsAll: Bool = false, showsVerdict: Bool = false
    ) {
        self.logger = logger
        self.sink = sink
        self.showsAll = showsAll
        self.showsVerdict = showsVerdict
    }

    /// A reporter that writes to a file.
    static func file(_ file: LogFile, _ options: OutputOptions) -> LogReporter {
        LogReporter(LogLines.logger(options, file), sink: file, showsAll: options.verbose, showsVerdict: true)
    }

    /// A log file holds several runs.
    func begin() {
        if showsVerdict { logger.notice("vecferry \(Build.description) begins.") }
    }

    /// Logs the event, if it is worth a record.
    func take(_ event: Event) {
        let now = (ContinuousClock.now - start) / .seconds(1)
        for outage in outages.withLock({ $0.take(event, at: now) }) where outage.isWorthTelling(at: now) {
            logger.notice("\(outage.name) is back after \(Units.duration(now - outage.since)).")
        }
        switch event {
        case .left(let job): left.withLock { $0 = job }
        case .warning(let note): log([note])
        case .found(let report):
            // The rows that the repair is about to change. The result, on standard output, shows the state afterwards.
            for line in VerifyText(report: report, showsAll: showsAll).lines { sink.message(line) }
        default:
            // Most events only move a progress line, and come many times a second.
            guard let (level, message) = record(event) else { return }
            logger.log(level: level, "\(message)")
        }
        if case .planned(let plan) = event {
            names.withLock { $0 = plan.pairs.map(\.name.description) }
            // Blockers are listed once, when the copy is refused.
            log(plan.notes.filter { $0.level != .blocker })
        }
    }

    /// Logs the notes that no event reported, then writes the problems.
    func show(_ result: CommandResult) {
        log(result.notes)
        let text = result.text(showsAll: showsAll)
        for line in text.problems { sink.message(line) }
        if showsVerdict { sink.message(text.verdict) }
    }

    /// Writes the reason why there is no result.
    func show(_ failure: CommandFailure) {
        let lines: [Line] =
            switch failure {
            case .error(let error): ["\("Error:", .bad) \(error)"]
            case .stopping: ["Stopping\u{2026} (press Ctrl-C again to stop at once)"]
            case .stopped(resumes: true):
                left.withLock(\.self)?.lines ?? [
                    "Stopped. To resume, run the same command again; an index build that was running starts over."
                ]
            case .stopped(resumes: false): ["Stopped."]
            case .undelivered(let result, let failure):
                [
                    result.text().verdict,
                    """
                    \("Error:", .bad) The result could not be written to standard output: \(failure.reason). The line \
                    above summarizes it. To get all of it, run the same command again with another output.
                    """,
                ]
            }
        for line in lines { sink.message(line) }
    }

    /// Logs the progress of the work.
    func log(_ progress: String) { logger.notice("\(progress)") }

    /// Logs the notes that were not logged before: a plan, an event and a report may hold the same.
    private func log(_ notes: [Note]) {
        let news = notes.filter { note in logged.withLock { $0.insert(note.description).inserted } }
        guard !showsAll else {
            for note in news { logger.log(level: Self.level(note), "\(NoteGroup(of: note).text)") }
            return
        }
        for (group, others) in NotesText.few(of: NoteGroup.groups(of: news)) {
            logger.log(level: Self.level(group.note), "\(group.text)")
            if others > 0 {
                logger.log(
                    level: Self.level(group.note),
                    "And \(Units.count(others, "more note", "more notes")) like this; vecferry plan --verbose lists them."
                )
            }
        }
    }

    /// Returns the level and the sentence for an event; nil for those that only move a progress line.
    func record(_ event: Event) -> (level: Logger.Level, message: String)? {
        switch event {
        case .began(let stage):
            return (.notice, Self.sentence(stage))
        case .planned(let plan):
            let chunks = Units.count(plan.pairs.reduce(0) { $0 + $1.chunkCount }, "chunk")
            return (.info, "The plan has \(Units.count(plan.pairs.count, "table")) in \(chunks).")
        case .resumed(let job, let done, let all, let indexes):
            var text = "Resuming job \(job): \(Units.count(done)) of \(Units.count(all, "chunk")) already copied"
            if indexes > 0 { text += ", \(Units.count(indexes, "saved index", "saved indexes")) put back" }
            return (.notice, text + ".")
        case .indexesToBuild(let count):
            return (.info, "\(Units.count(count, "index", "indexes")) to build.")
        case .chunkDone(let chunk, let digest):
            let rows = Units.count(digest.rows, "row")
            return (.debug, "\(name(chunk.pair)): chunk \(chunk.number) committed, \(rows), digest \(digest.hex).")
        case .pairLoaded(let pair):
            return (.info, "\(name(pair)): all rows copied.")
        case .indexBuilt(let index, let name, let seconds):
            return (.info, "Index \(name) (\(index.method)) built in \(Units.duration(seconds)).")
        case .retry(let error, let attempt, let attempts, let delay):
            let wait = Units.duration(delay / .seconds(1))
            let level: Logger.Level = retries.withLock { $0.isNews(error, attempt: attempt) } ? .warning : .debug
            return (level, "\(error.descriptionOfRetry) Trying again in \(wait), try \(attempt) of \(attempts).")
        case .warning(let note):
            return (Self.level(note), note.description)
        case .worker(let worker):
            return Self.sentence(worker)
        case .streams(let change):
            return (yields.withLock { $0.isNews(change) } ? .notice : .debug, Self.sentence(change))
        case .ended, .chunkBegan, .moved, .readBack, .scanning, .compared, .found, .indexProgress, .buildEnded, .left,
            .elsewhere, .status:
            return nil
        }
    }

    private static func sentence(_ worker: WorkerStatus) -> (Logger.Level, String) {
        let place = worker.place.prefix(1).uppercased() + worker.place.dropFirst()
        switch worker.state {
        case .working: return (.notice, "\(place), copies too.")
        case .left: return (.notice, "\(place), has left after \(Units.count(worker.chunks, "chunk")).")
        case .silent:
            return (
                .warning,
                "\(place), has given no sign of life for \(Units.duration(worker.silence)). Others copy its chunks."
            )
        }
    }

    private static func level(_ note: Note) -> Logger.Level {
        switch note.level {
        // What the operator would ask next is shown without --verbose.
        case .info: note.code == .sourceChanged ? .notice : .info
        case .warning: .warning
        case .blocker: .error
        }
    }

    private func name(_ pair: PairNumber) -> String {
        names.withLock { $0.indices.contains(pair.value) ? $0[pair.value] : "table \(pair.value + 1)" }
    }

    private static func sentence(_ stage: Stage) -> String {
        switch stage {
        case .plan: "Reading the catalogs."
        case .create: "Creating the tables that the target lacks."
        case .prepare: "Preparing the target."
        case .copy: "Copying rows."
        case .index: "Building indexes."
        case .verify: "Reading the target back."
        case .finish: "Finishing."
        case .compare: "Comparing both sides."
        case .locate: "Locating the rows that differ."
        case .repair: "Repairing the target."
        case .search: "Searching on both sides."
        case .tune: "Trying settings and indexes."
        case .apply: "Applying the choice."
        }
    }
}

extension JobLeft {
    /// What is safe, what the target lacks until the job goes on, and how it does.
    fileprivate var lines: [Line] {
        var lines: [Line] = [
            "Stopped. \(Units.count(doneChunks)) of \(Units.count(allChunks, "chunk")) are on the target and stay there."
        ]
        if !stillOff.isEmpty {
            let kinds = [
                ("index", "indexes"), ("constraint", "constraints"), ("trigger", "triggers"), ("rule", "rules"),
            ]
            let counts = kinds.compactMap { kind, plural -> String? in
                let count = stillOff.count { $0.kind == kind }
                return count > 0 ? Units.count(count, kind, plural) : nil
            }
            lines.append(
                "Until it is finished, the target lacks \(counts.joined(separator: ", ")); vecferry status lists them.")
        }
        lines.append(
            "To resume, run the same command again; an index build that was running starts over. To give the job up, run vecferry undo."
        )
        return lines
    }
}
