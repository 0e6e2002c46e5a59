import ArgumentParser
import Ferry
import Postgres

/// The frame around a command's work with the engine: signals, and an error's way to the exit status.
enum CommandRun {
    /// Runs `body`. A stop by signal or an error of the engine is told on standard error and thrown as an `ExitCode`.
    ///
    /// - Parameters:
    ///   - resumes: Whether the same command again goes on where this one was.
    ///   - cleanUp: Runs when the work ends, before anything is said about how.
    static func run<Result: Sendable>(
        _ interrupt: Interrupt, resumes: Bool, cleanUp: @escaping @Sendable () -> Void = {},
        _ body: () async throws(FerryError) -> Result
    ) async throws -> Result {
        let signals = StopSignals()
        let console = Console.shared
        do {
            let result = try await signals.guarding(interrupt) { atOnce in
                if atOnce { cleanUp() }
                console.message(atOnce ? stopped(resumes) : "Stopping\u{2026} (once more ends it at once)")
            } _: {
                try await body()
            }
            cleanUp()
            return result
        } catch let error as FerryError {
            cleanUp()
            if error.code == .interrupted {
                console.message(stopped(resumes))
            } else {
                console.error(error)
            }
            throw ExitStatus(error, signal: signals.received).code
        }
    }

    private static func stopped(_ resumes: Bool) -> String {
        resumes ? "Stopped; run the same command again to go on where it was." : "Stopped."
    }
}
