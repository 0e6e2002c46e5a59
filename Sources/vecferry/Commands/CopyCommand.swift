import ArgumentParser
import Ferry
import Postgres

/// `vecferry copy`: the job itself.
struct CopyCommand: AsyncParsableCommand {
    /// The name, and what `--help` tells.
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy the tables, rebuild their indexes on the data, and prove that the target holds the same.",
        discussion: """
            Stopped by whatever, the same command again goes on where it was. On a finished job it changes nothing.

            Example:
              vecferry copy --source postgresql://postgres@restored.example.com/postgres \\
                --target postgresql://postgres@new.example.com/postgres
            """)

    @OptionGroup(title: "Connections") var connections: ConnectionOptions
    @OptionGroup var request: RequestOptions

    @Flag(help: "Start over, first removing what an earlier run of this job put on the target.")
    var restart = false

    @OptionGroup(title: "Output") var output: OutputOptions

    /// Copies, then prints the report; throws the exit status unless all is proven.
    func run() async throws {
        let interrupt = Interrupt()
        let watch = JobWatch(output)
        let engine = try connections.engine(interrupt: interrupt) { watch.take($0) }
        let request = try request.request()
        watch.begin()
        let report = try await CommandRun.run(interrupt, resumes: true, cleanUp: watch.end) {
            () async throws(FerryError) -> JobReport? in
            do throws(FerryError) {
                return try await engine.copy(request, restart: restart)
            } catch {
                // The plan says better than the error what stands in the way; what came up later, only the error says.
                guard error.code == .blocked, watch.plan?.isReady == false else { throw error }
                return nil
            }
        }
        if let report {
            watch.take(report.notes)
            try tell(report)
        } else if let plan = watch.plan {
            try refuse(plan)
        }
    }

    private func tell(_ report: JobReport) throws {
        let console = Console.shared
        let text = ReportText(report, style: console.outputStyle)
        for problem in text.problems { console.message(problem) }
        console.result(output.json ? try JSONOutput.text(report) : text.line)
        try ExitStatus(report.outcome).end()
    }

    private func refuse(_ plan: Plan) throws {
        let console = Console.shared
        let text = PlanText(plan, style: output.json ? console.errorStyle : console.outputStyle)
        for line in PlanText(plan, style: console.errorStyle).blockers { console.message(line) }
        let takenBack = plan.notes.first { $0.code == .takenBack }
        let verdict = text.verdict + (takenBack.map { " " + $0.message } ?? "")
        if output.json {
            console.message(verdict)
            console.result(try JSONOutput.text(plan))
        } else {
            console.result(verdict)
        }
        try ExitStatus(plan).end()
    }
}
