import Logging

/// Writes log records to standard error, one line each: `2026-11-22T17:35:55Z warning: …`.
struct LogLines: LogHandler {
    /// The least that is written.
    var logLevel: Logger.Level
    /// Kept as `LogHandler` asks, and not written.
    var metadata: Logger.Metadata = [:]
    /// Kept as `LogHandler` asks, and not asked.
    var metadataProvider: Logger.MetadataProvider?
    /// On a terminal the time would be noise; in a file it is what people look for.
    var hasTimestamps: Bool
    /// How words are coloured.
    var style: Style

    /// A logger of this process, at the level and in the form that the options ask for.
    static func logger(_ options: OutputOptions) -> Logger {
        let console = Console.shared
        let hasTimestamps = !console.isLive || options.level < .notice
        var logger = Logger(label: "vecferry") { _ in
            LogLines(logLevel: options.level, hasTimestamps: hasTimestamps, style: console.errorStyle)
        }
        logger.logLevel = options.level
        return logger
    }

    /// Kept as `LogHandler` asks, and not written: events say all they have to say in their sentence.
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one line, without control characters.
    func log(event: LogEvent) { Console.shared.message(line(event.level, "\(event.message)")) }

    private func line(_ level: Logger.Level, _ message: String) -> String {
        let word =
            switch level {
            case .warning: style.yellow("warning:") + " "
            case .error, .critical: style.red("error:") + " "
            case .notice, .info: hasTimestamps ? "\(level): " : ""
            default: "\(level): "
            }
        return (hasTimestamps ? style.dim(Machine.timestamp()) + " " : "") + word + message.shown
    }
}
