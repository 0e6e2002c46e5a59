import Logging

/// Writes log records to standard error, one line each: `2026-11-22T17:35:55Z warning: …`.
struct LogLines: LogHandler {
    /// The lowest level that is written.
    var logLevel: Logger.Level
    /// Required by `LogHandler`; not written.
    var metadata: Logger.Metadata = [:]
    /// Required by `LogHandler`; not used.
    var metadataProvider: Logger.MetadataProvider?
    /// Whether lines begin with the time, which is useful in a file and distracting on a terminal.
    var hasTimestamps: Bool
    /// The console that lines are written to.
    let console: Console

    /// Makes a logger with the level and the form that the options select.
    static func logger(_ options: OutputOptions, _ console: Console) -> Logger {
        let hasTimestamps = !console.isLive || options.level < .notice
        var logger = Logger(label: "vecferry") { _ in
            LogLines(logLevel: options.level, hasTimestamps: hasTimestamps, console: console)
        }
        logger.logLevel = options.level
        return logger
    }

    /// Required by `LogHandler`; not written, because an event's sentence says everything.
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one line, without control characters.
    func log(event: LogEvent) { console.message(line(event.level, "\(event.message)")) }

    private func line(_ level: Logger.Level, _ message: String) -> Line {
        let word: Line =
            switch level {
            case .warning: "\("warning:", .attention) "
            case .error, .critical: "\("error:", .bad) "
            case .notice, .info: hasTimestamps ? "\(level): " : ""
            default: "\(level): "
            }
        return (hasTimestamps ? "\(Machine.timestamp(), .label) " : "") + word + Line(message)
    }
}
