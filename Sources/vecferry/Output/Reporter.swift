import Ferry

/// What a command reports to: the one way from the engine to people and programs.
///
/// Each form of output is one implementation: ``TextReporter`` and ``JSONReporter`` for the result, ``ProgressReporter`` and
/// ``LogReporter`` for the way there. Another form is another type and a line in ``OutputOptions/reporter(_:)``; no command
/// changes. A reporter implements what it has something to say about; the rest does nothing.
protocol Reporter: Sendable {
    /// The engine's work begins.
    func begin()
    /// An event of the engine, from any thread, up to many times a second.
    func take(_ event: Event)
    /// The engine's work is over, well or not. No event comes after it that must be shown.
    func end()
    /// The command's result, after ``end()``.
    func show(_ result: CommandResult) throws
    /// Why there is no result.
    func show(_ failure: CommandFailure)
}

extension Reporter {
    func begin() {}
    func take(_ event: Event) {}
    func end() {}
    func show(_ result: CommandResult) throws {}
    func show(_ failure: CommandFailure) {}
}

/// Several reporters as one, each told in its turn.
struct Reporters: Reporter {
    /// In the order in which they are told.
    let all: [any Reporter]

    func begin() { for reporter in all { reporter.begin() } }
    func take(_ event: Event) { for reporter in all { reporter.take(event) } }
    func end() { for reporter in all { reporter.end() } }
    func show(_ result: CommandResult) throws { for reporter in all { try reporter.show(result) } }
    func show(_ failure: CommandFailure) { for reporter in all { reporter.show(failure) } }
}

extension OutputOptions {
    /// The reporters that the options ask for. The result comes last, below whatever else a terminal shows.
    func reporter(_ console: Console = .shared) -> any Reporter {
        let log = LogReporter(LogLines.logger(self, console), console: console, showsAll: verbose)
        var all: [any Reporter] = [log]
        if !quiet { all.append(console.isLive ? ProgressReporter.live(console) : ProgressReporter.lines(log)) }
        all.append(json ? JSONReporter(console: console) : TextReporter(console: console, showsAll: verbose))
        return Reporters(all: all)
    }
}
