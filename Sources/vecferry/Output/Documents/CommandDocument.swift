import Ferry

/// The JSON of any command: what it is, how it ended, and its result. The fields of the result stand beside the others.
struct CommandDocument: Encodable {
    private enum CodingKeys: CodingKey { case format, command, outcome, resumes, error }

    /// Why there is no result.
    struct Failure: Encodable {
        /// The kind of failure.
        let code: String
        let side: String?
        let table: NameDocument?
        let sqlstate: String?
        let message: String
        let hint: String?

        init(_ error: FerryError) {
            code = error.code.description
            side = error.side?.rawValue
            table = error.table.map(NameDocument.init)
            sqlstate = error.cause?.sqlState
            message = error.message
            hint = error.hint
        }
    }

    private let command: String
    private let outcome: String
    /// Whether the same command goes on with the work; only of one that a signal stopped.
    private var resumes: Bool?
    private var error: Failure?
    private var result: (any Encodable)?

    /// A result.
    init(_ command: String, _ result: CommandResult) {
        self.command = command
        outcome = result.outcome
        self.result = result.document
    }

    /// An error.
    init(_ command: String, _ error: FerryError) {
        self.command = command
        outcome = "error"
        self.error = Failure(error)
    }

    /// A command that a signal stopped.
    init(_ command: String, stoppedAndResumes resumes: Bool) {
        self.command = command
        outcome = "stopped"
        self.resumes = resumes
    }

    /// How a command ended, in one word.
    static func outcome(of result: CommandResult) -> String { result.outcome }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(JSONReporter.format, forKey: .format)
        try container.encode(command, forKey: .command)
        try container.encode(outcome, forKey: .outcome)
        try container.encodeIfPresent(resumes, forKey: .resumes)
        try container.encodeIfPresent(error, forKey: .error)
        try result?.encode(to: encoder)
    }
}

extension CommandResult {
    /// How the command ended, in one word.
    fileprivate var outcome: String {
        switch self {
        case .plan(let plan): plan.isReady ? "ready" : "blocked"
        case .refused: "blocked"
        case .copy(let report, _): report.outcome.rawValue
        case .verify(let report): report.outcome.rawValue
        case .indexPlan(let plan): plan.isReady ? "ready" : "blocked"
        case .index(let report): report.isDone ? "built" : report.plan.isReady ? "failed" : "blocked"
        case .tune(let report): report.isReached ? "reached" : "not_reached"
        case .bots: "listed"
        case .undo(let report): report.stillOff.isEmpty ? "undone" : "failed"
        case .worker(let report): report.outcome.rawValue
        case .jobs(let asked): asked.job == nil ? "nothing" : "asked"
        case .status(let report): report.state.rawValue
        case .report(let history, _):
            history.job.summary.state == .abandoned
                ? "given_up" : history.job.report?.outcome.rawValue ?? history.state.rawValue
        case .noReport: "nothing"
        }
    }

    /// The fields of the result.
    fileprivate var document: (any Encodable)? {
        switch self {
        case .plan(let plan), .refused(let plan): PlanDocument(plan)
        case .copy(let report, _): CopyDocument(report)
        case .verify(let report): VerifyDocument(report)
        case .indexPlan(let plan): IndexStepDocument(plan)
        case .index(let report): IndexDocument(report)
        case .tune(let report): TuneDocument(report)
        case .bots(let report): BotsDocument(report)
        case .undo(let report): UndoDocument(report)
        case .worker(let report): WorkerDocument(report)
        case .jobs(let asked): JobsDocument(asked)
        case .status(let report): StatusDocument(report)
        case .report(let history, _): ReportDocument(history)
        case .noReport: nil
        }
    }
}
