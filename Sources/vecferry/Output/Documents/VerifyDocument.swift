import Ferry

/// The JSON of `verify`.
struct VerifyDocument: Encodable {
    /// One table on both sides.
    struct Table: Encodable {
        let name: NameDocument
        let state: String
        let source: DigestDocument
        let target: DigestDocument
        let key: [String]?
        let counts: Counts
        let findings: [Finding]
        let bots: [Bot]?
        /// The bots that a copy kept on the target; null stands for rows of no bot.
        let keptBots: [String?]
        /// The bots that only the target has, whose rows are no differences.
        let targetBots: [BotRows]
        let textColumns: [TextColumn]
    }

    /// The number of rows that differ.
    struct Counts: Encodable {
        let missing: Int
        let extra: Int
        let differing: Int
    }

    /// One row that differs.
    struct Finding: Encodable {
        let kind: String
        let key: [String: String]?
        let hash: String?
        let sourceCopies: Int
        let targetCopies: Int
        let columns: [String]
        let bot: String?
    }

    /// The rows of one bot on both sides.
    struct Bot: Encodable {
        let bot: String?
        let source: DigestDocument
        let target: DigestDocument
        let state: String
    }

    /// The number of a bot's rows.
    struct BotRows: Encodable {
        let bot: String
        let rows: Int
    }

    /// A column that is compared as text.
    struct TextColumn: Encodable {
        let name: String
        let reason: String
    }

    /// The changes that a repair made, or would make.
    struct Repair: Encodable {
        /// Rows of one table.
        struct Table: Encodable {
            let name: NameDocument
            let deleted: Int
            let inserted: Int
            let replaced: Int
        }

        let isDryRun: Bool
        let tables: [Table]
    }

    let source: ServerDocument
    let target: ServerDocument
    let tables: [Table]
    let notCompared: [NameDocument]
    let notes: [NoteDocument]
    let repair: Repair?
    let searches: [SearchDocument]
    let seconds: Double
    let sourceBytes: Int
    let targetBytes: Int

    init(_ report: VerifyReport) {
        source = ServerDocument(report.source)
        target = ServerDocument(report.target)
        tables = report.tables.map(Table.init)
        notCompared = report.notCompared.map(NameDocument.init)
        notes = report.notes.map(NoteDocument.init)
        repair = report.repair.map(Repair.init)
        searches = report.searches.map(SearchDocument.init)
        seconds = report.seconds
        sourceBytes = report.sourceBytes
        targetBytes = report.targetBytes
    }
}

extension VerifyDocument.Table {
    init(_ table: TableComparison) {
        name = NameDocument(table.name)
        state = table.state.rawValue
        source = DigestDocument(table.source)
        target = DigestDocument(table.target)
        key = table.key
        counts = VerifyDocument.Counts(table.counts)
        findings = table.findings.map(VerifyDocument.Finding.init)
        bots = table.bots?.map(VerifyDocument.Bot.init)
        keptBots = table.keptBots
        targetBots = table.targetBots.map { VerifyDocument.BotRows(bot: $0.bot, rows: $0.rows) }
        textColumns = table.textColumns.map { VerifyDocument.TextColumn(name: $0.name, reason: $0.reason) }
    }
}

extension VerifyDocument.Counts {
    init(_ counts: FindingCounts) {
        missing = counts.missing
        extra = counts.extra
        differing = counts.differing
    }
}

extension VerifyDocument.Finding {
    init(_ finding: Finding) {
        kind = finding.kind.rawValue
        key = finding.key
        hash = finding.hash
        sourceCopies = finding.sourceCopies
        targetCopies = finding.targetCopies
        columns = finding.columns
        bot = finding.bot
    }
}

extension VerifyDocument.Bot {
    init(_ comparison: BotComparison) {
        bot = comparison.bot
        source = DigestDocument(comparison.source)
        target = DigestDocument(comparison.target)
        state = comparison.state.rawValue
    }
}

extension VerifyDocument.Repair {
    init(_ repair: RepairReport) {
        isDryRun = repair.isDryRun
        tables = repair.tables.map { table in
            Table(
                name: NameDocument(table.name), deleted: table.deleted, inserted: table.inserted,
                replaced: table.replaced)
        }
    }
}
