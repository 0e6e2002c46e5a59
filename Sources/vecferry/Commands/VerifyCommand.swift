import ArgumentParser
import Ferry
import Postgres

/// `vecferry verify`: whether two databases hold the same rows, and which rows are not the same.
struct VerifyCommand: AsyncParsableCommand {
    /// The name, and what `--help` tells.
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove that two databases hold the same rows, or find the ones that differ.",
        discussion: """
            Compares byte for byte what vecferry or anything else copied. Exits with 0 where both sides are the same, with \
            4 where they differ, with 1 where it could not check.

            Example:
              vecferry verify --source postgresql://postgres@restored.example.com/postgres \\
                --target postgresql://postgres@new.example.com/postgres
            """)

    @OptionGroup(title: "Connections") var connections: ConnectionOptions
    @OptionGroup(title: "Which tables and bots") var selection: SelectionOptions

    @Option(
        help: ArgumentHelp(
            "How many of the rows that differ are listed for each table, 0 or more; all are counted.",
            valueName: "number"))
    var maxFindings = 100

    @Flag(
        help: """
            Make the target equal to the source: delete what is extra, insert what is missing, replace what differs. \
            Says first what it will do, and compares again afterwards.
            """)
    var repair = false

    @Flag(help: "With --repair, only say what it would do.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "Also search on both sides, with this many stored rows of each embedding column as queries: exactly, where "
                + "the answers must be the same, and through the index, where the recall is told. 1 to 10000.",
            valueName: "number"))
    var search: Int?

    @Option(help: ArgumentHelp("Of --search: the answers to each query, 1 to 1000.", valueName: "number"))
    var k = 10

    @OptionGroup(title: "Output") var output: OutputOptions

    /// Refuses options that contradict each other, and numbers out of range.
    func validate() throws {
        if dryRun && !repair {
            throw ValidationError("--dry-run goes with --repair; without it verify changes nothing.")
        }
        try Limits.check(maxFindings, in: 0...10_000_000, "--max-findings")
        if let search { try Limits.check(search, in: 1...10_000, "--search") }
        try Limits.check(k, in: 1...1000, "--k")
    }

    /// Compares, and repairs where asked to, then prints the report; throws the exit status unless both sides are the
    /// same.
    func run() async throws {
        let interrupt = Interrupt()
        let watch = JobWatch(output)
        let showsAll = output.verbose
        let engine = try connections.engine(interrupt: interrupt) { event in
            watch.take(event)
            // Before anything is changed; the result on standard output is what came of it.
            guard case .found(let report) = event else { return }
            let console = Console.shared
            let text = VerifyText(report, showsAll: showsAll, style: console.errorStyle).text
            console.message(String(text.dropLast()))
        }
        var request = VerifyRequest()
        request.selection = try selection.selection()
        request.maxFindings = maxFindings
        request.repair = !repair ? .none : dryRun ? .dryRun : .apply
        request.search = search.map { SearchRequest(queries: $0, k: k) }
        watch.begin()
        let report = try await CommandRun.run(interrupt, resumes: false, cleanUp: watch.end) {
            [request] () async throws(FerryError) in try await engine.verify(request)
        }
        watch.take(report.notes)
        if output.json {
            Console.shared.result(try JSONOutput.text(report))
        } else {
            let text = VerifyText(report, showsAll: output.verbose, style: Console.shared.outputStyle)
            Console.shared.result(text.text)
        }
        try ExitStatus(report.outcome).end()
    }
}
