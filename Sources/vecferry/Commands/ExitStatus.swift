import ArgumentParser
import Ferry

/// What the process ends with: one table for all commands.
enum ExitStatus: Int32, CaseIterable {
    /// Done and proven; the plan is ready; both sides hold the same.
    case done = 0
    /// A fault stopped it, or it could not check.
    case failed = 1
    /// The plan has blockers.
    case blocked = 3
    /// The target holds something else than the source.
    case differs = 4
    /// Another copy is running on the target.
    case busy = 6
    /// The command line or its environment is wrong (`EX_USAGE` of sysexits.h).
    case usage = 64
    /// Stopped by Ctrl-C (128 + SIGINT).
    case interrupted = 130
    /// Stopped by SIGTERM (128 + SIGTERM).
    case terminated = 143

    /// The one place where an error of the engine becomes a status.
    init(_ error: FerryError, signal: StopSignals.Signal? = nil) {
        switch error.code {
        case .blocked: self = .blocked
        case .busy: self = .busy
        case .invalidRequest: self = .usage
        case .interrupted: self = signal?.status ?? .interrupted
        default: self = .failed
        }
    }

    /// How a copy ended.
    init(_ outcome: JobReport.Outcome) {
        switch outcome {
        case .proven, .alreadyFinished: self = .done
        case .differs: self = .differs
        case .failed: self = .failed
        }
    }

    /// How a comparison ended.
    init(_ outcome: VerifyReport.Outcome) { self = outcome == .same ? .done : .differs }

    /// Whether a plan could be carried out.
    init(_ plan: Plan) { self = plan.isReady ? .done : .blocked }

    /// For `throw` at the end of a command's `run`.
    var code: ExitCode { ExitCode(rawValue) }

    /// Ends a command's `run`: throws unless all is well.
    func end() throws {
        if self != .done { throw code }
    }
}
