import ArgumentParser
import Ferry
import Postgres

/// `vecferry plan`: what a copy would do.
struct PlanCommand: AsyncParsableCommand {
    /// The name, and what `--help` tells.
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what a copy would do; change nothing.",
        discussion: """
            Exits with 0 where the copy can start, with 3 where something blocks it.

            Example:
              vecferry plan --source postgresql://postgres@restored.example.com/postgres \\
                --target postgresql://postgres@new.example.com/postgres
            """)

    @OptionGroup(title: "Connections") var connections: ConnectionOptions
    @OptionGroup var request: RequestOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    /// Plans and prints the plan; throws the exit status where it is blocked.
    func run() async throws {
        let interrupt = Interrupt()
        let watch = JobWatch(output)
        let engine = try connections.engine(interrupt: interrupt) { watch.take($0) }
        let request = try request.request()
        let plan = try await CommandRun.run(interrupt, resumes: false) { () async throws(FerryError) in
            try await engine.plan(request)
        }
        if output.json {
            Console.shared.result(try JSONOutput.text(plan))
        } else {
            let text = PlanText(plan, showsAll: output.verbose, style: Console.shared.outputStyle).text
            Console.shared.result(text)
        }
        try ExitStatus(plan).end()
    }
}
