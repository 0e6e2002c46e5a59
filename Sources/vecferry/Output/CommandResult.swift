import Ferry

/// The result of a command. A new command adds a case here, and the compiler points to each place that must handle it.
enum CommandResult: Sendable {
    /// `plan`: what a copy would do.
    case plan(Plan)
    /// `copy`: the plan has blockers, so nothing was copied.
    case refused(Plan)
    /// `copy`: how the job ended.
    case copy(JobReport)
    /// `verify`: what the comparison found.
    case verify(VerifyReport)
    /// `index --dry-run`: what would be built.
    case indexPlan(IndexStepPlan)
    /// `index`: what was built.
    case index(IndexStepReport)

    /// The notes that the log repeats. A dry run's notes are in its text.
    var notes: [Note] {
        switch self {
        case .copy(let report): report.notes
        case .verify(let report): report.notes
        case .plan, .refused, .indexPlan, .index: []
        }
    }
}

/// Why a command ends without a result, or is about to.
enum CommandFailure: Sendable {
    /// The engine failed.
    case error(FerryError)
    /// A signal asked the command to stop; the engine is stopping.
    case stopping
    /// A signal stopped the command. `resumes`: whether the same command, run again, continues the work.
    case stopped(resumes: Bool)
}
