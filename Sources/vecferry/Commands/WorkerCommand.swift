import ArgumentParser
import Ferry

/// `vecferry worker`: helps a copy that runs on another host.
struct WorkerCommand: AsyncParsableCommand {
    /// The name, and the text of `--help`.
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Copy chunks for a vecferry copy --workers that runs on another host.",
        discussion: """
            Needs the addresses of the same two servers as that copy, and no options of it: the plan is in the target's ledger. \
            Any number of workers may join and leave at any moment, also before the copy begins. One that is killed loses \
            nothing: its chunks are copied by others once its lease is over. The copy itself builds the indexes and proves the rows.

            Exits with 0 once all rows are copied, 7 if the copy is gone and no other took its place, and 8 if no copy \
            offered chunks.

            Example:
              vecferry worker \\
                --source postgresql://postgres@restored.example.com/postgres \\
                --target postgresql://postgres@new.example.com/postgres
            """)

    @OptionGroup(title: "Connections") var connections: ConnectionOptions
    @OptionGroup var rate: RateOptions

    @Option(help: ArgumentHelp("How long to wait for a copy that offers chunks.", valueName: "seconds"))
    var wait = 600

    @OptionGroup(title: "Output") var output: OutputOptions

    /// Refuses numbers out of range, before any connection is made.
    func validate() throws { try Limits.check(wait, in: 1...604_800, "--wait") }

    /// Works, and shows what was copied.
    func run() async throws {
        let run = try CommandRun(output, of: Self.self)
        var engine = try connections.engine(interrupt: run.interrupt, events: run.reporter.take)
        rate.limit(&engine, run.interrupt)
        let request = WorkerRequest(patience: .seconds(wait))
        try await run.perform { [engine] () async throws(FerryError) in
            .worker(try await engine.work(request))
        }
    }
}
