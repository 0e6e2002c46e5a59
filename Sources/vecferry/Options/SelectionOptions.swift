public import ArgumentParser
public import Ferry

/// The selection of tables and bots; options of the commands that read rows on both sides.
struct SelectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only tables that match this psql pattern: items, public.*, '\"Mixed Case\"'. Repeatable. "
                + "(default: the embedding tables and the bot tables)",
            valueName: "pattern"))
    var table: [String] = []

    @Option(help: ArgumentHelp("Leave out tables that match this pattern. Repeatable.", valueName: "pattern"))
    var excludeTable: [String] = []

    @Flag(help: "All tables of the database.")
    var all = false

    @Option(
        help: ArgumentHelp(
            "The column that holds the id of a row's bot. (default: botid or bot_id)", valueName: "column"))
    var botColumn: String?

    @Option(
        help: ArgumentHelp("In tables that belong to bots, only the rows of this bot. Repeatable.", valueName: "id"))
    var bot: [String] = []

    @Option(
        help: ArgumentHelp(
            "In tables that belong to bots, only the rows of the bots in this file: one id per line; # starts a "
                + "comment; - reads standard input.",
            valueName: "file"))
    var bots: String?

    @Option(
        help: ArgumentHelp(
            "In tables that belong to bots, leave out the rows of this bot. Repeatable.", valueName: "id"))
    var excludeBot: [String] = []

    @OptionGroup var app: AppBotsOptions

    /// Refuses options that select nothing, and options that contradict each other.
    func validate() throws {
        if all && !table.isEmpty { throw ValidationError("--all selects all tables; give either --all or --table.") }
        if (table + excludeTable).contains("") { throw ValidationError("A table pattern is empty.") }
        if bot.contains("") { throw ValidationError("--bot is empty; give a bot's id.") }
        if excludeBot.contains("") { throw ValidationError("--exclude-bot is empty; give a bot's id.") }
        if let both = bot.first(where: excludeBot.contains) {
            throw ValidationError("--bot and --exclude-bot both name \(both.shown).")
        }
        if botColumn == "" { throw ValidationError("--bot-column is empty; give a column's name.") }
    }

    /// Returns the engine's form of the options, sorted: the same options in another order are the same job.
    ///
    /// Reads the file of `--bots`.
    ///
    /// - Throws: `ValidationError` if that file can't be used.
    func selection() throws -> TableSelection {
        var selection = TableSelection()
        selection.tables = Self.unique(table)
        selection.excluded = Self.unique(excludeTable)
        selection.all = all
        selection.botColumn = botColumn
        if let bots {
            selection.bots = Self.unique(bot + (try BotsFile.read(bots)))
        } else if !bot.isEmpty {
            selection.bots = Self.unique(bot)
        }
        selection.excludedBots = Self.unique(excludeBot)
        selection.app = try app.source()
        if let bots = selection.bots, bots.allSatisfy(selection.excludedBots.contains) {
            throw ValidationError("--exclude-bot leaves out every bot that --bots lists.")
        }
        return selection
    }

    private static func unique(_ texts: [String]) -> [String] { Set(texts).sorted() }
}

/// The options for loading rows into the target's tables, for plan and copy.
struct LoadOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How to treat rows that the target already has: by bot where a table has a bot column, otherwise by "
                + "primary key: fail refuses the copy, keep leaves the target's rows as they are, replace puts the "
                + "source's rows in their place, truncate empties the table first.",
            valueName: "how"))
    var existing = ExistingRows.fail

    @Flag(help: "Create the tables that the target lacks, with pg_dump.")
    var create = false

    @Option(help: ConversionRequest.help)
    var convert: [ConversionRequest] = []

    @Option(help: ToastCompression.help)
    var toastCompression = ToastCompression.auto

    @Option(help: ArgumentHelp("Size of the chunks in which a table is copied, in MiB.", valueName: "MiB"))
    var chunkSize = Chunk.defaultBytes >> 20

    /// Refuses a size out of range.
    func validate() throws { try Limits.check(chunkSize, in: 1...65_536, "--chunk-size") }
}

/// The options that determine a plan, apart from the two sides.
struct RequestOptions: ParsableArguments {
    @OptionGroup(title: "Which tables and bots") var selection: SelectionOptions
    @OptionGroup(title: "How rows arrive") var load: LoadOptions
    @OptionGroup(title: "Vector indexes") var index: IndexOptions

    /// Returns the engine's form of the options.
    ///
    /// Reads the file of `--bots`.
    ///
    /// - Throws: `ValidationError` if that file can't be used.
    func request() throws -> CopyRequest {
        var request = CopyRequest()
        request.selection = try selection.selection()
        request.existing = load.existing
        request.create = load.create
        request.conversions = load.convert.unique
        request.toastCompression = load.toastCompression
        request.chunkBytes = load.chunkSize << 20
        request.index = index.request
        return request
    }
}

extension ExistingRows: ExpressibleByArgument {}

extension ToastCompression: ExpressibleByArgument {
    /// The text of `--help`.
    static let help = ArgumentHelp(
        """
        How the target compresses long values, which do not change: auto uses lz4 if the target offers it and its default is \
        unchanged; keep uses the target's default. Columns with a method of their own keep it.
        """, valueName: "method")
}

extension ConversionRequest: ExpressibleByArgument {
    /// The text of `--help`.
    static let help = ArgumentHelp(
        """
        Round the values of a column of the type vector to half precision, for a target that has or, with --create, gets \
        halfvec: items.embedding=halfvec. Repeatable. (default: bytes pass unchanged)
        """, valueName: "table.column=halfvec")

    /// Reads `TABLE.COLUMN=halfvec`.
    public init?(argument: String) { self.init(argument) }
}

extension [ConversionRequest] {
    /// The requests, sorted and each once: the same options in another order are the same job.
    var unique: [ConversionRequest] { Set(self).sorted { $0.text < $1.text } }
}
