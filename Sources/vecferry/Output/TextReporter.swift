import Ferry

/// Writes the result as text to standard output. ``LogReporter`` writes the problems to standard error.
struct TextReporter: Reporter {
    /// The console that the result is written to.
    let console: Console
    /// Whether every table and note is listed, however many there are.
    let showsAll: Bool

    func show(_ result: CommandResult) throws {
        // A report is no text of lines.
        if case .report(let history, .shown(let form)) = result {
            return try console.result(try form.text(of: history))
        }
        try console.result(result.text(showsAll: showsAll).lines)
    }
}
