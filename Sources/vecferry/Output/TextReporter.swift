import Ferry

/// Writes the result as text to standard output. ``LogReporter`` writes what went wrong to standard error.
struct TextReporter: Reporter {
    /// Where the result is written.
    let console: Console
    /// Whether every table and note is listed, however many there are.
    let showsAll: Bool

    func show(_ result: CommandResult) { console.result(result.text(showsAll: showsAll).lines) }
}
