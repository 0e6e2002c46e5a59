import ArgumentParser
import Ferry

/// The exit statuses of all commands.
enum ExitStatus: Int32, CaseIterable {
    /// The copy is proven; the plan is ready; both sides hold the same rows.
    case done = 0
    /// An error stopped the command, or it could not compare.
    case failed = 1
    /// The plan has blockers.
    case blocked = 3
    /// The target does not hold what the source holds.
    case differs = 4
    /// The application's searches are worse than on the source, or could not be compared.
    case searchesWorse = 5
    /// Another copy is running on the target; for `status`, anything that changes it.
    case busy = 6
    /// `status` and `worker`: a copy is not finished, and nothing works on it.
    case stopped = 7
    /// `status`, `report` and `worker`: the target has no copy; `jobs`: none is running.
    case nothing = 8
    /// The command line or its environment is wrong (`EX_USAGE` of sysexits.h).
    case usage = 64
    /// SIGHUP stopped the command: its terminal was closed (128 + SIGHUP).
    case hungUp = 129
    /// Ctrl-C stopped the command (128 + SIGINT).
    case interrupted = 130
    /// SIGTERM stopped the command (128 + SIGTERM).
    case terminated = 143

    /// Maps an error of the engine to a status. No other place does.
    init(_ error: FerryError, signal: StopSignals.Signal? = nil) {
        switch error.code {
        case .blocked: self = .blocked
        case .busy: self = .busy
        case .invalidRequest: self = .usage
        case .interrupted: self = signal?.status ?? .interrupted
        default: self = .failed
        }
    }

    /// Maps a result to a status. No other place does.
    init(_ result: CommandResult) {
        self =
            switch result {
            case .plan(let plan): plan.isReady ? .done : .blocked
            case .refused: .blocked
            case .copy(let report, let requiresSearch):
                requiresSearch && report.isProven && !report.searchesAreAsGood ? .searchesWorse : Self(report.outcome)
            case .verify(let report): Self(report.outcome)
            case .indexPlan(let plan): plan.isReady ? .done : .blocked
            case .tune(let report): report.isReached ? .done : .searchesWorse
            case .bots, .report: .done
            case .noReport: .nothing
            case .undo(let report): report.stillOff.isEmpty ? .done : .failed
            case .index(let report): report.isDone ? .done : report.plan.isReady ? .failed : .blocked
            case .status(let report): Self(report.state)
            case .worker(let report): Self(report.outcome)
            case .jobs(let asked): asked.job == nil ? .nothing : .done
            }
    }

    private init(_ state: StatusReport.State) {
        switch state {
        case .finished: self = .done
        case .running: self = .busy
        case .stopped: self = .stopped
        case .nothing: self = .nothing
        }
    }

    private init(_ outcome: WorkerReport.Outcome) {
        switch outcome {
        case .done: self = .done
        case .abandoned: self = .stopped
        case .nothing: self = .nothing
        }
    }

    private init(_ outcome: VerifyReport.Outcome) {
        switch outcome {
        case .same: self = .done
        case .differs: self = .differs
        case .incomplete: self = .failed
        }
    }

    private init(_ outcome: JobReport.Outcome) {
        switch outcome {
        case .proven, .alreadyFinished: self = .done
        case .differs: self = .differs
        case .failed: self = .failed
        }
    }

    /// The code to throw at the end of a command's `run`.
    var code: ExitCode { ExitCode(rawValue) }
}
