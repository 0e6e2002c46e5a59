import Ferry

/// The result of a command. A new command adds a case here, and the compiler points to each place that must handle it.
enum CommandResult: Sendable {
    /// `plan`: the plan of a copy.
    case plan(Plan)
    /// `copy`: the plan has blockers, so nothing was copied.
    case refused(Plan)
    /// `copy`: the report of the job. `requiresSearch`: whether searches must be as good as on the source.
    case copy(JobReport, requiresSearch: Bool = false)
    /// `verify`: the report of the comparison.
    case verify(VerifyReport)
    /// `index --dry-run`: the plan of the builds.
    case indexPlan(IndexStepPlan)
    /// `index`: the report of the builds.
    case index(IndexStepReport)
    /// `tune`: what was tried, and the choice.
    case tune(TuneReport)
    /// `bots`: the application's bots with their rows.
    case bots(BotsReport)
    /// `undo`: the job that was given up.
    case undo(UndoReport)
    /// `worker`: what was copied for another host's copy.
    case worker(WorkerReport)
    /// `jobs`: the copy that was asked for another number of streams.
    case jobs(StreamsAsked)
    /// `status`: what runs and what ran on the target.
    case status(StatusReport)
    /// `report`: all that is known of a copy, and where it went.
    case report(JobHistory, ReportDelivery)
    /// `report`: there is no such job; nil stands for the last one.
    case noReport(JobNumber?)

    /// The notes that the log repeats. A dry run's notes are in its text.
    var notes: [Note] {
        switch self {
        // What got worse is in the last lines of the text.
        case .copy(let report, _): report.notes.filter { $0.code != .recallLower }
        case .verify(let report): report.notes
        case .tune(let report): report.notes
        case .bots(let report): report.notes
        case .plan, .refused, .indexPlan, .index, .undo, .worker, .jobs, .status, .report, .noReport: []
        }
    }
}

/// The reason why a command ends without a result, or is about to.
enum CommandFailure: Sendable {
    /// The engine failed.
    case error(FerryError)
    /// A signal asked the command to stop; the engine is stopping.
    case stopping
    /// A signal stopped the command. `resumes`: whether the same command, run again, continues the work.
    case stopped(resumes: Bool)
    /// The command has this result, and it could not be written.
    case undelivered(CommandResult, UndeliveredResult)
}
