import ArgumentParser
import Ferry
import Postgres

/// The frame around a command's work with the engine: signals, progress, the result, and the exit status.
struct CommandRun {
    /// The interrupt that a signal raises; the engine then stops within a moment.
    let interrupt = Interrupt()
    /// The reporter that shows the events and the result.
    let reporter: any Reporter

    /// Creates a run that reports in the form that the options select.
    ///
    /// - Throws: `ValidationError` where an output that they name can't be written.
    init(_ output: OutputOptions, of command: any ParsableCommand.Type) throws {
        reporter = try output.reporter(of: command._commandName)
    }

    /// Runs `body`, shows its result, and throws the exit status unless that is 0.
    ///
    /// - Parameter resumes: Whether the same command, run again after a stop, continues the work.
    func perform(
        resumes: Bool = false, _ body: () async throws(FerryError) -> CommandResult
    ) async throws {
        let signals = StopSignals()
        let result: CommandResult
        reporter.begin()
        do {
            result = try await signals.guarding(interrupt) { [reporter] atOnce in
                if atOnce { reporter.end() }
                reporter.show(atOnce ? .stopped(resumes: resumes) : .stopping)
            } _: {
                try await body()
            }
            reporter.end()
        } catch let error as FerryError {
            reporter.end()
            reporter.show(error.code == .interrupted ? .stopped(resumes: resumes) : .error(error))
            throw ExitStatus(error, signal: signals.received).code
        }
        var status = ExitStatus(result)
        do {
            try reporter.show(result)
        } catch let failure as UndeliveredResult {
            reporter.show(.undelivered(result, failure))
            if status == .done { status = .failed }
        }
        if status != .done { throw status.code }
    }
}
