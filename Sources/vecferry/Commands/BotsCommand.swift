public import ArgumentParser
public import Ferry

/// `vecferry bots`: shows the application's bots with their rows on both sides, and what is to be done about each.
struct BotsCommand: AsyncParsableCommand {
    /// The name, and the text of `--help`.
    static let configuration = CommandConfiguration(
        commandName: "bots",
        abstract: "Show the application's bots with their rows on both sides, and what each needs.",
        discussion: """
            Joins the bots of Bedrock Chat's DynamoDB table with their rows in the embedding tables. A bot is one to copy, is \
            copied, was re-synced since (the target has rows that the source lacks), needs embedding, has no knowledge, is \
            answered by a knowledge base, or was deleted in the app. Changes nothing.

            Example:
              vecferry bots --bots-table DatabaseConversationTable --write-list bots.txt
            """)

    @OptionGroup(title: "Connections") var connections: ConnectionOptions
    @OptionGroup(title: "Which bots") var app: AppBotsOptions
    @OptionGroup(title: "Which tables") var tables: BotTablesOptions

    @Option(
        help: ArgumentHelp(
            "Write the ids of the bots to copy into this file, for --bots: those that the source has rows of and the application "
                + "still has, without those that were re-synced.",
            valueName: "file"))
    var writeList: String?

    @Option(
        help: ArgumentHelp(
            "The bots that --write-list writes. (default: those to copy, as above)", valueName: "verdict"))
    var list: BotVerdict?

    @OptionGroup(title: "Output") var output: OutputOptions

    /// Requires a list of the application's bots.
    func validate() throws {
        guard app.botsTable != nil || app.botsScan != nil else {
            throw ValidationError(
                "No list of the application's bots. Give --bots-table (the stack's output ConversationTableName, or "
                    + "DatabaseConversationTableName\u{2026} of v1) or --bots-scan.")
        }
        if list != nil, writeList == nil { throw ValidationError("--list is an option of --write-list.") }
    }

    /// Joins the bots with their rows, and shows them.
    func run() async throws {
        let run = try CommandRun(output, of: Self.self)
        let engine = try connections.engine(interrupt: run.interrupt, events: run.reporter.take)
        guard let source = try app.source() else { return }
        var request = BotsRequest(app: source)
        request.selection = tables.selection
        let (file, verdict) = (writeList, list)
        try await run.perform { [request] () async throws(FerryError) in
            let report = try await engine.bots(request)
            if let file, let reason = Machine.replace(file, with: BotsList(report: report, verdict: verdict).text) {
                throw FerryError(
                    .program, "\(file) can't be written: \(reason).", hint: "Give --write-list a path that can be.")
            }
            return .bots(report)
        }
    }
}

/// The tables of `bots`.
struct BotTablesOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only tables that match this psql pattern. Repeatable. (default: the embedding tables and the bot tables)",
            valueName: "pattern"))
    var table: [String] = []

    @Option(help: ArgumentHelp("Leave out tables that match this pattern. Repeatable.", valueName: "pattern"))
    var excludeTable: [String] = []

    @Option(
        help: ArgumentHelp(
            "The column that holds the id of a row's bot. (default: botid or bot_id)", valueName: "column"))
    var botColumn: String?

    /// The engine's form of the options.
    var selection: TableSelection {
        var selection = TableSelection()
        selection.tables = Set(table).sorted()
        selection.excluded = Set(excludeTable).sorted()
        selection.botColumn = botColumn
        return selection
    }
}

extension BotVerdict: ExpressibleByArgument {}

/// A file for `--bots`: the bots to copy, or those of a verdict, with their titles.
struct BotsList {
    /// The bots.
    let report: BotsReport
    /// The verdict of the bots; nil for those to copy.
    var verdict: BotVerdict?

    /// The lines of the file.
    var text: String {
        let titles = Dictionary(report.bots.map { ($0.id, $0.app?.title ?? "") }) { first, _ in first }
        let ids = verdict.map { report.bots($0).map(\.id) } ?? report.toCopy
        let lines = ids.map { id in
            // A comment ends at the line's end.
            let title = String(
                String.UnicodeScalarView((titles[id] ?? "").unicodeScalars.map { $0.isControl ? " " : $0 }))
            return title.isEmpty ? id : "\(id)  # \(title)"
        }
        let what = verdict.map { "\($0.rawValue)" } ?? "to copy"
        return (["# \(Units.count(lines.count, "bot")) \(what), for --bots; written by vecferry bots"] + lines).map {
            "\($0)\n"
        }.joined()
    }
}
