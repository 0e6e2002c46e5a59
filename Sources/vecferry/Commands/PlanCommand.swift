import ArgumentParser
import Ferry

/// `vecferry plan`: shows what a copy would do.
struct PlanCommand: AsyncParsableCommand {
    /// The name, and the text of `--help`.
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what a copy would do, and change nothing.",
        discussion: """
            Exits with 0 if the copy can start, and with 3 if the plan has blockers.

            Example:
              vecferry plan \\
                --source postgresql://postgres@restored.example.com/postgres \\
                --target postgresql://postgres@new.example.com/postgres
            """)

    @OptionGroup(title: "Connections") var connections: ConnectionOptions
    @OptionGroup var request: RequestOptions
    @Flag(help: "Plan a copy with --restart, which first removes what the last copy put on the target.")
    var restart = false

    @OptionGroup(title: "Output") var output: OutputOptions

    /// Makes the plan and shows it.
    func run() async throws {
        let run = try CommandRun(output, of: Self.self)
        let engine = try connections.engine(interrupt: run.interrupt, events: run.reporter.take)
        let request = try request.request()
        try await run.perform { () async throws(FerryError) in .plan(try await engine.plan(request, restart: restart)) }
    }
}
