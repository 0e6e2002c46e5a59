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
            others are finished. At the end, the application's searches are compared on both sides, for at most 10 s or a \
            twentieth of the job. If interrupted, run the same command again to resume. Once the job is finished, the same \
            command changes nothing.

            Example:
              vecferry copy \\
                --source postgresql://postgres@restored.example.com/postgres \\
                --target postgresql://postgres@new.example.com/postgres
            """)

    @OptionGroup(title: "Connections") var connections: ConnectionOptions
    @OptionGroup var rate: RateOptions
    @OptionGroup var yields: YieldOptions
    @OptionGroup var hosts: HostsOptions
    @OptionGroup var request: RequestOptions

    @Flag(help: "Start over: first remove what the previous job put on the target.")
    var restart = false

    @Flag(help: "Do not search on both sides after the copy.")
    var noSearchCheck = false

    @Flag(help: "Exit with 5 where searches are worse than on the source, or could not be compared.")
    var requireSearch = false

    @Option(
        help: ArgumentHelp(
            "At the end, write a report to this file: a page with pictures, or what .md or .json at the end of its name says. "
                + "vecferry report writes it later.",
            valueName: "file"))
    var report: String?

    @OptionGroup(title: "Searches") var searches: SearchOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    /// Refuses options that contradict each other.
    func validate() throws {
        guard noSearchCheck else { return }
        if requireSearch { throw ValidationError("Give either --require-search or --no-search-check.") }
        if searches.isGiven {
            throw ValidationError("--k, --queries and --as-role have no effect with --no-search-check.")
        }
    }

    /// Copies the tables and shows the report, or the blockers if the plan is blocked.
    func run() async throws {
        let run = try CommandRun(output, of: Self.self)
        let planned = Mutex<Plan?>(nil)
        var engine = try connections.engine(interrupt: run.interrupt) { [reporter = run.reporter] event in
            if case .planned(let plan) = event { planned.withLock { $0 = plan } }
            reporter.take(event)
        }
        engine.commandLine = Vecferry.shownCommand
        rate.limit(&engine, run.interrupt)
        let request = try request.request()
        let search = noSearchCheck ? nil : try searches.request(queries: nil)
        try await run.perform(resumes: true) {
            [engine, hosts = hosts.request, limits = yields.limits] () async throws(FerryError) in
            do throws(FerryError) {
                let result = try await engine.copy(
                    request, restart: restart, search: search, hosts: hosts, yieldingAt: limits)
                if let report { await write(result, to: report, engine, run.reporter) }
                return .copy(result, requiresSearch: requireSearch)
            } catch {
                // The plan lists all blockers, the error only one. A blocker that is found later is only in the error.
                guard error.code == .blocked, let plan = planned.withLock({ $0 }), !plan.isReady else { throw error }
                return .refused(plan)
            }
        }
    }

    /// Writes the report, with what this process knows beyond the ledger. That it can't be written says nothing about the copy.
    private func write(_ result: JobReport, to path: String, _ engine: Engine, _ reporter: any Reporter) async {
        let failure: String?
        do {
            guard var history = try await engine.targetAlone.history(of: result.job) else { return }
            history.job.report = result
            failure = Machine.replace(path, with: try ReportForm(path: path).text(of: history))
        } catch {
            failure = "\(error)"
        }
        guard let failure else { return }
        reporter.take(.warning(.reportNotWritten(to: path, failure)))
    }
}
