import ArgumentParser
import Ferry

/// `vecferry status`: what runs and what ran.
struct StatusCommand: AsyncParsableCommand {
    /// The name, and the text of `--help`.
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how far a copy is, where it runs, what failed, and what the target lacks until it is done.",
        discussion: """
            Reads the ledger in the target, from any machine, also while a copy runs. Needs the target alone and \
            changes nothing.

            Exits with 0 if the last copy is finished, 6 if a command is running against the target, 7 if a copy \
            stopped half-way, and 8 if there is no copy.

            Example:
              vecferry status --target postgresql://postgres@new.example.com/postgres
            """)

    @OptionGroup(title: "Connection") var target: TargetOptions
    @OptionGroup var patience: PatienceOptions

    @Flag(help: "Repeat until no command is running. With --json, write a line each time.")
    var watch = false

    @Option(help: ArgumentHelp("Seconds between two updates of --watch.", valueName: "seconds"))
    var interval = 2

    @OptionGroup(title: "Output") var output: OutputOptions

    /// Refuses numbers out of range, before any connection is made.
    func validate() throws { try Limits.check(interval, in: 1...86_400, "--interval") }

    /// Reads the ledger and shows what it says.
    func run() async throws {
        let run = try CommandRun(output, of: Self.self)
        let engine = try target.engine(patience, run)
        let pause: Duration? = watch ? .seconds(interval) : nil
        try await run.perform { () async throws(FerryError) in .status(try await engine.status(every: pause)) }
    }
}
