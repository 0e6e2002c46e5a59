import ArgumentParser
import Ferry

/// Shows a command's events and its result. All output of a command goes through it.
///
/// Each form of output is one implementation: ``TextReporter`` and ``JSONReporter`` show the result,
/// ``ProgressReporter`` and ``LogReporter`` show the events. To add a form, write another implementation and add a line
/// to ``OutputOptions/reporter(_:)``; no command changes. Every method has a default that does nothing.
protocol Reporter: Sendable {
    /// Called before the engine begins to work.
    func begin()
    /// Takes an event of the engine. May be called from any thread, many times a second.
    func take(_ event: Event)
    /// Called after the engine's work, whether it succeeded or not, and again if a signal ends the process early.
    func end()
    /// Shows the command's result, after ``end()``.
    func show(_ result: CommandResult) throws
    /// Shows the reason why there is no result.
    func show(_ failure: CommandFailure)
}

extension Reporter {
    func begin() {}
    func take(_ event: Event) {}
    func end() {}
    func show(_ result: CommandResult) throws {}
    func show(_ failure: CommandFailure) {}
}

/// Several reporters as one: each call goes to all of them, in order.
struct Reporters: Reporter {
    /// The reporters, in the order in which they are called.
    let all: [any Reporter]

    func begin() { for reporter in all { reporter.begin() } }
    func take(_ event: Event) { for reporter in all { reporter.take(event) } }
    func end() { for reporter in all { reporter.end() } }
    func show(_ result: CommandResult) throws { for reporter in all { try reporter.show(result) } }
    func show(_ failure: CommandFailure) { for reporter in all { reporter.show(failure) } }
}

extension OutputOptions {
    /// Returns the reporters of a command that the options select. The result comes last, below everything else on a terminal.
    ///
    /// - Throws: `ValidationError` where the log file can't be opened.
    func reporter(of command: String, _ console: Console = .shared) throws -> any Reporter {
        let log = LogReporter(LogLines.logger(self, console), sink: console, showsAll: verbose)
        var all: [any Reporter] = [log]
        if let logFile {
            do {
                let file = LogReporter.file(try LogFile(path: logFile), self)
                all += [file, ProgressReporter.lines(file)]
            } catch {
                throw ValidationError("--log-file: \(logFile.shown) can't be written: \(error.reason).")
            }
        }
        if let events {
            do {
                all.append(
                    EventReporter(
                        command, sink: try LineFile(path: events, "event file", mayBeOutput: true, empties: true)))
            } catch {
                throw ValidationError("--events: \(events.shown) can't be written: \(error.reason).")
            }
        }
        if let metricsFile { all.append(MetricsReporter(command, path: metricsFile, console: console)) }
        if !quiet { all.append(console.isLive ? ProgressReporter.live(console) : ProgressReporter.lines(log)) }
        // Standard output holds the events alone.
        guard events != "-" else { return Reporters(all: all) }
        all.append(
            json ? JSONReporter(console: console, command: command) : TextReporter(console: console, showsAll: verbose))
        return Reporters(all: all)
    }
}
