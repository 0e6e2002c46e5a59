import ArgumentParser
import Ferry

/// `vecferry verify`: compares two databases, and lists the rows that differ.
struct VerifyCommand: AsyncParsableCommand {
    /// The name, and the text of `--help`.
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove that two databases hold the same rows, or list the rows that differ.",
        discussion: """
            Compares byte for byte, whichever program copied the rows. Exits with 0 if both sides are the same, with 4 if \
            they differ, and with 1 if they could not be compared.

            Example:
              vecferry verify \\
                --source postgresql://postgres@restored.example.com/postgres \\
                --target postgresql://postgres@new.example.com/postgres
            """)

    @OptionGroup(title: "Connections") var connections: ConnectionOptions
    @OptionGroup var rate: RateOptions
    @OptionGroup(title: "Which tables and bots") var selection: SelectionOptions

    @Option(
        help: ArgumentHelp(
            "Compare a column of the type halfvec with the source's vectors, rounded to half precision: items.embedding=halfvec. "
                + "Repeatable. (default: the columns that a copy has converted)",
            valueName: "table.column=halfvec"))
    var convert: [ConversionRequest] = []

    @Option(
        help: ArgumentHelp(
            "Differing rows to list for each table; all of them are counted.",
            valueName: "number"))
    var maxFindings = 100

    @Flag(
        help: """
            Also compare the bots that a copy left out or kept, and the bots that only the target has; with --repair, \
            insert or delete their rows.
            """)
    var allBots = false

    @Flag(
        help: """
            Make the target equal to the source: delete extra rows, insert missing rows, replace differing rows. \
            Lists the changes first, and compares again afterwards.
            """)
    var repair = false

    @Option(help: ToastCompression.help)
    var toastCompression = ToastCompression.auto

    @Flag(help: "With --repair, show the changes without making them.")
    var dryRun = false

    @Flag(help: "With --repair on a terminal, do not ask before rows of the target are deleted or replaced.")
    var yes = false

    @Option(
        help: ArgumentHelp(
            "Also search on both sides as the application does, with this many queries for each embedding column, 1 to "
                + "10000: exact answers must be the same; what the application gets is shown beside them.",
            valueName: "number"))
    var search: Int?

    @OptionGroup(title: "Searches") var searches: SearchOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    /// Refuses options that contradict each other, and numbers out of range.
    func validate() throws {
        if dryRun && !repair {
            throw ValidationError("--dry-run is an option of --repair; without --repair, verify changes nothing.")
        }
        if toastCompression != .auto && !repair {
            throw ValidationError(
                "--toast-compression is an option of --repair; without --repair, verify writes nothing.")
        }
        if yes && (!repair || dryRun) { throw ValidationError("--yes is an option of --repair without --dry-run.") }
        try Limits.check(maxFindings, in: 0...10_000_000, "--max-findings")
        if let search { try Limits.check(search, in: 1...10_000, "--search") }
        if search == nil, searches.isGiven {
            throw ValidationError("--k, --queries and --as-role are options of --search; add --search 100.")
        }
    }

    /// Compares the databases, repairs the target if requested, and shows the comparison.
    func run() async throws {
        let run = try CommandRun(output, of: Self.self)
        var engine = try connections.engine(interrupt: run.interrupt, events: run.reporter.take)
        rate.limit(&engine, run.interrupt)
        var request = VerifyRequest()
        request.selection = try selection.selection()
        request.allBots = allBots
        request.conversions = convert.unique
        request.maxFindings = maxFindings
        request.toastCompression = toastCompression
        request.repair = !repair ? .none : dryRun ? .dryRun : .apply
        request.search = try search.map { try searches.request(queries: $0) }
        let confirm: @Sendable (VerifyReport) -> Bool = { report in
            guard let question = Self.question(report) else { return true }
            return Console.shared.agrees(to: question, or: run.interrupt)
        }
        let asks = !yes && Console.shared.canAsk
        try await run.perform { [request, engine] () async throws(FerryError) in
            .verify(try await engine.verify(request, confirm: asks ? confirm : nil))
        }
    }

    /// What to ask before a repair; nil where it only inserts rows.
    static func question(_ report: VerifyReport) -> String? {
        let tables = report.repair?.tables ?? []
        let (deleted, replaced) = tables.reduce((0, 0)) { ($0.0 + $1.deleted, $0.1 + $1.replaced) }
        let parts = [
            deleted > 0 ? "delete \(Units.count(deleted, "row"))" : nil,
            replaced > 0 ? "replace \(Units.count(replaced, "row"))" : nil,
        ].compactMap(\.self)
        guard !parts.isEmpty else { return nil }
        return "\(parts.joined(separator: " and ").capitalizedFirst) of the target, as listed above?"
    }
}
