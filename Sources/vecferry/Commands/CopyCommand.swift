import ArgumentParser
import Ferry
import Synchronization

/// `vecferry copy`: copies tables, builds their indexes, and proves the copy.
struct CopyCommand: AsyncParsableCommand {
    /// The name, and the text of `--help`.
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract:
            "Copy tables, rebuild their vector indexes on the data, and prove that the target holds the same rows.",
        discussion: """
            Each table is copied, indexed and read back on its own, while others still copy. If one table fails, the \
            others are finished. If interrupted, run the same command again to resume. Once the job is finished, the same \
            command changes nothing.

            Example:
              vecferry copy \\
                --source postgresql://postgres@restored.example.com/postgres \\
                --target postgresql://postgres@new.example.com/postgres
            """)

    @OptionGroup(title: "Connections") var connections: ConnectionOptions
    @OptionGroup var request: RequestOptions

    @Flag(help: "Start over: first remove what the previous job put on the target.")
    var restart = false

    @OptionGroup(title: "Output") var output: OutputOptions

    /// Copies the tables and shows the report, or the blockers if the plan is blocked.
    func run() async throws {
        let run = CommandRun(output)
        let planned = Mutex<Plan?>(nil)
        let engine = try connections.engine(interrupt: run.interrupt) { [reporter = run.reporter] event in
            if case .planned(let plan) = event { planned.withLock { $0 = plan } }
            reporter.take(event)
        }
        let request = try request.request()
        try await run.perform(resumes: true) { () async throws(FerryError) in
            do throws(FerryError) {
                return .copy(try await engine.copy(request, restart: restart))
            } catch {
                // The plan lists all blockers, the error only one. A blocker that is found later is only in the error.
                guard error.code == .blocked, let plan = planned.withLock({ $0 }), !plan.isReady else { throw error }
                return .refused(plan)
            }
        }
    }
}
