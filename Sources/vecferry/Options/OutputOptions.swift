public import ArgumentParser
public import Logging

/// What is said, and how much of it: for every command.
struct OutputOptions: ParsableArguments {
    @Flag(help: "The result as JSON on standard output.")
    var json = false

    @Flag(help: "No progress, only warnings and errors.")
    var quiet = false

    @Flag(help: "Say more: every table, and what happens chunk by chunk.")
    var verbose = false

    @Option(
        help: ArgumentHelp(
            "The least that goes to the log on standard error. (default: notice)", valueName: "level"))
    var logLevel: Logger.Level?

    /// Refuses options that contradict each other.
    func validate() throws {
        if quiet && verbose { throw ValidationError("Give either --quiet or --verbose.") }
    }

    /// The lowest level that is shown.
    var level: Logger.Level { logLevel ?? (verbose ? .debug : quiet ? .warning : .notice) }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
