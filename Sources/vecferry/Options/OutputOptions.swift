public import ArgumentParser
public import Logging

/// The form and the amount of a command's output; options of every command.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Write the result as JSON to standard output.")
    var json = false

    @Flag(help: "Write no progress, only warnings and errors.")
    var quiet = false

    @Flag(help: "Write more: every table, every note, and every chunk that is copied.")
    var verbose = false

    @Option(
        help: ArgumentHelp(
            "Lowest level of the log on standard error. (default: notice)", valueName: "level"))
    var logLevel: Logger.Level?

    @Option(
        help: ArgumentHelp(
            "Also add the log to this file, with the time of each line, each step of the work, and the verdict.",
            valueName: "file"))
    var logFile: String?

    @Option(
        help: ArgumentHelp(
            "Write each event as a line of JSON to this file, or to standard output for -, in place of the result.",
            valueName: "file|-"))
    var events: String?

    @Option(
        help: ArgumentHelp(
            "Write metrics to this file every few seconds, for node_exporter's textfile collector. Its name must end in .prom.",
            valueName: "file"))
    var metricsFile: String?

    /// Refuses options that contradict each other.
    func validate() throws {
        if events == "-" && json {
            throw ValidationError("Give either --json or --events -; both write to standard output.")
        }
        if let metricsFile, !metricsFile.hasSuffix(".prom") {
            throw ValidationError(
                "--metrics-file is \(metricsFile.shown); node_exporter reads files that end in .prom.")
        }
        if quiet && verbose { throw ValidationError("Give either --quiet or --verbose.") }
    }

    /// The lowest level that is written.
    var level: Logger.Level { logLevel ?? (verbose ? .debug : quiet ? .warning : .notice) }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
