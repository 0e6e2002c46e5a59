import Ferry

/// Writes the result as text to standard output. ``LogReporter`` writes the problems to standard error.
struct TextReporter: Reporter {
    /// The console that the result is written to.
    let console: Console
    /// Whether every table and note is listed, however many there are.
    let showsAll: Bool

    func show(_ result: CommandResult) throws { try console.result(result.text(showsAll: showsAll).lines) }
}
