import ArgumentParser
import Ferry

/// `vecferry index`: the index stage alone.
struct IndexCommand: AsyncParsableCommand {
    /// The name, and the text of `--help`.
    static let configuration = CommandConfiguration(
        commandName: "index",
        abstract: "Build the target's vector indexes on the rows that are there.",
        discussion: """
            For a target that another program loaded, or whose ivfflat indexes were created on empty tables: in such an \
            index, nearly all rows are in one list, and every search reads it. An hnsw index is kept unless an option \
            changes it.

            Exits with 0 if all indexes are built (with --dry-run: can be built), with 1 if a build failed, and with 3 if \
            the plan has blockers.

            Example:
              vecferry index \\
                --target postgresql://postgres@new.example.com/postgres \\
                --ivfflat-lists auto --online
            """)

    @OptionGroup(title: "Connection") var target: TargetOptions
    @OptionGroup var session: SessionOptions
    @OptionGroup(title: "Which tables") var tables: IndexedTableOptions
    @OptionGroup(title: "Vector indexes") var index: IndexOptions

    @Flag(help: "Show what would be built, and change nothing.")
    var dryRun = false

    @OptionGroup(title: "Output") var output: OutputOptions

    /// Builds the indexes, or only plans the builds with `--dry-run`, and shows the result.
    func run() async throws {
        let run = try CommandRun(output, of: Self.self)
        let engine = try target.engine(session.patience, streams: session.jobCount, run)
        var request = IndexStepRequest()
        request.selection.tables = Set(tables.table).sorted()
        request.selection.excluded = Set(tables.excludeTable).sorted()
        request.index = index.request
        try await run.perform(resumes: !dryRun) { [request] () async throws(FerryError) in
            dryRun ? .indexPlan(try await engine.planIndexes(request)) : .index(try await engine.index(request))
        }
    }
}

/// The tables of the target that `vecferry index` works on.
struct IndexedTableOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only tables that match this psql pattern: items, public.*, '\"Mixed Case\"'. Repeatable. "
                + "(default: all tables with embeddings)",
            valueName: "pattern"))
    var table: [String] = []

    @Option(help: ArgumentHelp("Leave out tables that match this pattern. Repeatable.", valueName: "pattern"))
    var excludeTable: [String] = []

    /// Refuses empty patterns.
    func validate() throws {
        if (table + excludeTable).contains("") { throw ValidationError("A table pattern is empty.") }
    }
}
