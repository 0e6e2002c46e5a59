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

    /// Refuses options that contradict each other.
    func validate() throws {
        if quiet && verbose { throw ValidationError("Give either --quiet or --verbose.") }
    }

    /// The lowest level that is written.
    var level: Logger.Level { logLevel ?? (verbose ? .debug : quiet ? .warning : .notice) }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
