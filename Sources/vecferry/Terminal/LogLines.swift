import Logging

/// Writes log records, one line each: `2026-11-22T17:35:55Z warning: …`.
struct LogLines: LogHandler {
    /// The lowest level that is written.
    var logLevel: Logger.Level
    /// Required by `LogHandler`; not written.
    var metadata: Logger.Metadata = [:]
    /// Required by `LogHandler`; not used.
    var metadataProvider: Logger.MetadataProvider?
    /// Whether lines begin with the time, which is useful in a file and distracting on a terminal.
    var hasTimestamps: Bool
    /// Where lines are written to.
    let sink: any LineSink

    /// Makes a logger for standard error, with the level and the form that the options select.
    static func logger(_ options: OutputOptions, _ console: Console) -> Logger {
        logger(options.level, hasTimestamps: !console.isLive || options.level < .notice, console)
    }

    /// Makes a logger for a file, which has each step and not only the problems.
    static func logger(_ options: OutputOptions, _ file: LogFile) -> Logger {
        logger(min(options.level, .info), hasTimestamps: false, file)
    }

    private static func logger(_ level: Logger.Level, hasTimestamps: Bool, _ sink: any LineSink) -> Logger {
        var logger = Logger(label: "vecferry") { _ in
            LogLines(logLevel: level, hasTimestamps: hasTimestamps, sink: sink)
        }
        logger.logLevel = level
        return logger
    }

    /// Required by `LogHandler`; not written, because an event's sentence says everything.
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one line, without control characters.
    func log(event: LogEvent) {
        // Messages of libpq have several lines.
        let parts = "\(event.message)".split(whereSeparator: \.isNewline).map { $0.trimmingPrefix { $0.isWhitespace } }
        sink.message(line(event.level, parts.joined(separator: " ")))
    }

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
