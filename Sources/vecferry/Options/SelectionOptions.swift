public import ArgumentParser
public import Ferry

/// Which tables, and of bot tables which bots: for every command that works on tables.
struct SelectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only tables that match, as psql's patterns do: items, public.*, '\"Mixed Case\"'. Repeatable. "
                + "(default: the embedding tables and the bot tables)",
            valueName: "pattern"))
    var table: [String] = []

    @Option(help: ArgumentHelp("Leave out tables that match. Repeatable.", valueName: "pattern"))
    var excludeTable: [String] = []

    @Flag(help: "Every table.")
    var all = false

    @Option(
        help: ArgumentHelp(
            "The column that names a row's bot. (default: botid or bot_id)", valueName: "column"))
    var botColumn: String?

    @Option(help: ArgumentHelp("Of bot tables, only this bot's rows. Repeatable.", valueName: "id"))
    var bot: [String] = []

    @Option(
        help: ArgumentHelp(
            "Of bot tables, only the rows of the bots that this file lists: one id a line, # begins a comment, "
                + "- is standard input.",
            valueName: "file"))
    var bots: String?

    /// Refuses what can't select anything, and what contradicts itself.
    func validate() throws {
        if all && !table.isEmpty { throw ValidationError("--all takes every table: give either --all or --table.") }
        if (table + excludeTable).contains("") { throw ValidationError("A table pattern is empty.") }
        if bot.contains("") { throw ValidationError("--bot is empty; give a bot's id.") }
        if botColumn == "" { throw ValidationError("--bot-column is empty; give a column's name.") }
    }

    /// The engine's form of it, the same whatever the order in which things were given: equal requests are one job.
    ///
    /// Reads the file of `--bots`.
    /// - Throws: `ValidationError` where that file can't be used.
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
        return selection
    }

    private static func unique(_ texts: [String]) -> [String] { Set(texts).sorted() }
}

/// What becomes of the target's tables: for plan and copy.
struct LoadOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What becomes of rows that the target has, by bot where a table has a bot column, else by primary key: "
                + "fail refuses, keep leaves them as they are, replace lets the source's win, truncate empties the table.",
            valueName: "how"))
    var existing = ExistingRows.fail

    @Flag(help: "Make the tables that the target lacks, with pg_dump.")
    var create = false

    @Option(help: ArgumentHelp("How much of a table one chunk holds, in MiB.", valueName: "MiB"))
    var chunkSize = Chunk.defaultBytes >> 20

    /// Refuses a size out of range.
    func validate() throws { try Limits.check(chunkSize, in: 1...65_536, "--chunk-size") }
}

/// All that decides a plan, beside the two ends.
struct RequestOptions: ParsableArguments {
    @OptionGroup(title: "Which tables and bots") var selection: SelectionOptions
    @OptionGroup(title: "How rows arrive") var load: LoadOptions
    @OptionGroup(title: "Vector indexes") var index: IndexOptions

    /// The engine's form of it.
    ///
    /// Reads the file of `--bots`.
    /// - Throws: `ValidationError` where that file can't be used.
    func request() throws -> CopyRequest {
        var request = CopyRequest()
        request.selection = try selection.selection()
        request.existing = load.existing
        request.create = load.create
        request.chunkBytes = load.chunkSize << 20
        request.index = index.request
        return request
    }
}

extension ExistingRows: ExpressibleByArgument {}
