import Ferry

/// A result as text for people.
protocol ResultText {
    /// The blockers or failures; for standard error, above the result.
    var problems: [Line] { get }
    /// The result. The verdict is its last line, but for what a copy has to say of searches.
    var lines: [Line] { get }
    /// The outcome of the command, in one sentence.
    var verdict: Line { get }
}

extension ResultText {
    var problems: [Line] { [] }
    var lines: [Line] { [verdict] }
}

extension CommandResult {
    /// Returns the result as text for people.
    ///
    /// - Parameter showsAll: Whether every table and note is listed, however many there are.
    func text(showsAll: Bool = false) -> any ResultText {
        switch self {
        case .plan(let plan): PlanText(plan: plan, showsAll: showsAll)
        case .refused(let plan): RefusalText(plan: plan)
        case .copy(let report, let requiresSearch):
            CopyText(report: report, showsAll: showsAll, requiresSearch: requiresSearch)
        case .verify(let report): VerifyText(report: report, showsAll: showsAll)
        case .indexPlan(let plan): IndexStepText(plan: plan)
        case .index(let report): IndexReportText(report: report)
        case .tune(let report): TuneText(report: report)
        case .bots(let report): BotsText(report: report, showsAll: showsAll)
        case .undo(let report): UndoText(report: report, showsAll: showsAll)
        case .worker(let report): WorkerText(report: report)
        case .jobs(let asked): JobsText(asked: asked)
        case .status(let report): StatusText(report: report, showsAll: showsAll)
        case .report(let history, .written(let file)): ReportText(history: history, file: file)
        case .report(let history, .shown): ReportText(history: history, file: nil)
        case .noReport(let job): NoReportText(job: job)
        }
    }
}
