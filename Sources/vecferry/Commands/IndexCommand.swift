import ArgumentParser
import Ferry
import Postgres

/// `vecferry index`: the index stage alone.
struct IndexCommand: AsyncParsableCommand {
    /// The name, and what `--help` tells.
    static let configuration = CommandConfiguration(
        commandName: "index",
        abstract: "Build the target's vector indexes on the rows that are there.",
        discussion: """
            For a target that something else loaded, or whose ivfflat indexes were made on empty tables: one list then \
            holds nearly every row, and each search reads it whole. An hnsw index stays, unless an option changes it.

            Exits with 0 where all is built, or with --dry-run could be; with 3 where something blocks it.

            Example:
              vecferry index --target postgresql://postgres@new.example.com/postgres \\
                --ivfflat-lists auto --online
            """)

    @OptionGroup(title: "Connection") var target: TargetOptions
    @OptionGroup var session: SessionOptions
    @OptionGroup(title: "Which tables") var tables: IndexedTableOptions
    @OptionGroup(title: "Vector indexes") var index: IndexOptions

    @Flag(help: "Show what would be done; change nothing.")
    var dryRun = false

    @OptionGroup(title: "Output") var output: OutputOptions

    /// Builds, or plans with `--dry-run`, then prints the result; throws the exit status unless all is well.
    func run() async throws {
        let interrupt = Interrupt()
        let watch = JobWatch(output)
        let engine = TargetEngine(
            target: try target.endpoint(session, interrupt), streams: session.jobCount, retry: session.retryPolicy,
            interrupt: interrupt, events: { watch.take($0) })
        var request = IndexStepRequest()
        request.selection.tables = Set(tables.table).sorted()
        request.selection.excluded = Set(tables.excludeTable).sorted()
        request.index = index.request
        if dryRun {
            let asked = request
            let plan = try await CommandRun.run(interrupt, resumes: false) { () async throws(FerryError) in
                try await engine.planIndexes(asked)
            }
            return try tell(plan)
        }
        watch.begin()
        let asked = request
        let report = try await CommandRun.run(interrupt, resumes: true, cleanUp: watch.end) {
            () async throws(FerryError) in try await engine.index(asked)
        }
        try tell(report)
    }

    private func tell(_ plan: IndexStepPlan) throws {
        let console = Console.shared
        console.result(
            output.json
                ? try JSONOutput.text(plan)
                : IndexStepText(plan, style: console.outputStyle).text)
        if !plan.isReady { throw ExitStatus.blocked.code }
    }

    private func tell(_ report: IndexStepReport) throws {
        let console = Console.shared
        for built in report.indexes {
            guard let error = built.error else { continue }
            console.message("\(built.table.description.shown), \(built.name.name.shown): \(error.shown)")
        }
        if !report.plan.isReady {
            for line in IndexStepText(report.plan, style: console.errorStyle).blockers { console.message(line) }
        }
        console.result(
            output.json
                ? try JSONOutput.text(report)
                : IndexStepText(report.plan, style: console.outputStyle).line(report))
        if !report.plan.isReady { throw ExitStatus.blocked.code }
        if !report.isDone { throw ExitStatus.failed.code }
    }
}

/// Which tables of the target.
struct IndexedTableOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only tables that match, as psql's patterns do: items, public.*, '\"Mixed Case\"'. Repeatable. "
                + "(default: all tables with embeddings)",
            valueName: "pattern"))
    var table: [String] = []

    @Option(help: ArgumentHelp("Leave out tables that match. Repeatable.", valueName: "pattern"))
    var excludeTable: [String] = []

    /// Refuses patterns that can match nothing.
    func validate() throws {
        if (table + excludeTable).contains("") { throw ValidationError("A table pattern is empty.") }
    }
}
