import Ferry

/// The result as text on standard output; what went wrong goes to standard error with ``LogReporter``.
struct TextReporter: Reporter {
    /// Where the result goes.
    let console: Console
    /// Whether every table and note is listed, however many there are.
    let showsAll: Bool

    func show(_ result: CommandResult) { console.result(result.text(showsAll: showsAll).lines) }
}
