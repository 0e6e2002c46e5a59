import ArgumentParser
import Ferry

/// `vecferry tune`: finds out how the target can answer as well as the source.
struct TuneCommand: AsyncParsableCommand {
    /// The name, and the text of `--help`.
    static let configuration = CommandConfiguration(
        commandName: "tune",
        abstract: "Find out how the target's searches can be as good as the source's, at the least latency.",
        discussion: """
            Searches as the application does, under one setting of pgvector after another, through other indexes and \
            through none, and shows what each gives. Indexes are tried on a temporary table with a copy of the rows, or a part of them. Changes nothing without \
            --apply. Without --source, the target is compared with exact answers.

            Exits with 0 if the target is as good or would be with the choice, with 5 if none of the options is, and with 1 \
            after an error.

            Example:
              vecferry tune \\
                --source postgresql://postgres@restored.example.com/postgres \\
                --target postgresql://postgres@new.example.com/postgres
            """)

    @OptionGroup(title: "Connections") var source: SourceOptions
    @OptionGroup(title: "Connections") var target: TargetOptions
    @OptionGroup(title: "Connections") var patience: PatienceOptions
    @OptionGroup(title: "Which tables") var tables: IndexedTableOptions

    @Option(help: ArgumentHelp("The bot column's name, where it is not botid or bot_id.", valueName: "column"))
    var botColumn: String?

    @Flag(
        help: """
            Make the choice permanent: the settings in the database, or in the application's role there; indexes beside \
            writers. vecferry undo takes it back.
            """)
    var apply = false

    @Option(help: ArgumentHelp("Queries for each embedding column, 1 to 10000.", valueName: "number"))
    var search = SearchRequest.defaultQueries

    @Option(
        help: ArgumentHelp(
            "The most rows of a table to copy into a temporary table, on which indexes are tried, 100 to 1000000.",
            valueName: "number"))
    var sampleRows = 20_000

    @Option(help: ArgumentHelp("The longest time to spend on one option, 1 to 3600 seconds.", valueName: "seconds"))
    var timeLimit = 30

    @OptionGroup(title: "Searches") var searches: SearchOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    /// Refuses numbers out of range.
    func validate() throws {
        try Limits.check(search, in: 1...10_000, "--search")
        try Limits.check(sampleRows, in: 100...1_000_000, "--sample-rows")
        try Limits.check(timeLimit, in: 1...3600, "--time-limit")
    }

    /// Tries the options, applies the choice if requested, and shows the result.
    func run() async throws {
        let run = try CommandRun(output, of: Self.self)
        let engine = try target.engine(patience, run)
        let reference = try source.source.map { _ in try source.endpoint(patience, run.interrupt) }
        var request = TuneRequest()
        request.selection.tables = Set(tables.table).sorted()
        request.selection.excluded = Set(tables.excludeTable).sorted()
        request.selection.botColumn = botColumn
        request.search = try searches.request(queries: search)
        request.search.limit = .seconds(timeLimit)
        request.sampleRows = sampleRows
        request.applies = apply
        try await run.perform { [request] () async throws(FerryError) in
            .tune(try await engine.tune(request, beside: reference))
        }
    }
}
