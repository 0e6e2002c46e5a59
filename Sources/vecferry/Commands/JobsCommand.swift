import ArgumentParser
import Ferry

/// `vecferry jobs`: changes how many streams a running copy has.
struct JobsCommand: AsyncParsableCommand {
    /// The name, and the text of `--help`.
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "Change how many connections a running copy works with.",
        discussion: """
            Writes the number into the target's ledger, where the copy finds it within two seconds. Streams that are too many end \
            their chunk first. It holds for that process, and neither for index builds nor for vecferry worker. Needs the target \
            alone, and works from any machine.

            Exits with 0 if a copy was asked, and with 8 if none is running.

            Example:
              vecferry jobs 1 --target postgresql://postgres@new.example.com/postgres
            """)

    @Argument(
        help: ArgumentHelp("Connections to each server, 1 to 64, as --jobs of vecferry copy.", valueName: "number"))
    var number: Int

    @OptionGroup(title: "Connection") var target: TargetOptions
    @OptionGroup var patience: PatienceOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    /// Refuses a number out of range, before any connection is made.
    func validate() throws { try Limits.check(number, in: 1...64, "The number") }

    /// Asks, and shows which copy was asked.
    func run() async throws {
        let run = try CommandRun(output, of: Self.self)
        let engine = try target.engine(patience, run)
        try await run.perform { () async throws(FerryError) in .jobs(try await engine.ask(for: number)) }
    }
}
