import Ferry

/// `vecferry bots --json`.
struct BotsDocument: Encodable {
    /// Rows, and the bytes of their values as they are stored.
    struct Amount: Encodable {
        let rows: Int
        let bytes: Int
    }

    /// The numbers of a bot's sources.
    struct Knowledge: Encodable {
        let files: Int
        let urls: Int
        let sitemaps: Int
        let s3: Int
    }

    /// One bot.
    struct Bot: Encodable {
        let id: String
        let verdict: String
        /// The fields up to `usesKnowledgeBase` are missing for a bot that was deleted in the application.
        let title: String?
        let owner: String?
        let knowledge: Knowledge?
        let syncStatus: String?
        let usesKnowledgeBase: Bool?
        let source: Amount
        let target: Amount
        /// The rows that only the target has.
        let onTargetOnly: Int
    }

    let bots: [Bot]
    /// The numbers of bots by verdict.
    let counts: [String: Int]
    let aliases: Int
    let tables: [NameDocument]
    let withoutBot: [String: Amount]
    let notes: [NoteDocument]
    let seconds: Double

    init(_ report: BotsReport) {
        bots = report.bots.map(Bot.init)
        counts = Dictionary(
            uniqueKeysWithValues: BotVerdict.allCases.map { verdict in (verdict.rawValue, report.bots(verdict).count) })
        aliases = report.aliases
        tables = report.tables.map(NameDocument.init)
        withoutBot = ["source": Amount(report.withoutBot.source), "target": Amount(report.withoutBot.target)]
        notes = report.notes.map(NoteDocument.init)
        seconds = report.seconds
    }
}

extension BotsDocument.Amount {
    init(_ amount: BotReport.Amount) { (rows, bytes) = (amount.rows, amount.bytes) }
}

extension BotsDocument.Bot {
    init(_ bot: BotReport) {
        id = bot.id
        verdict = bot.verdict.rawValue
        title = bot.app?.title
        owner = bot.app?.owner
        knowledge = bot.app.map {
            BotsDocument.Knowledge(
                files: $0.knowledge.files, urls: $0.knowledge.urls, sitemaps: $0.knowledge.sitemaps, s3: $0.knowledge.s3
            )
        }
        syncStatus = bot.app?.syncStatus
        usesKnowledgeBase = bot.app?.usesKnowledgeBase
        source = BotsDocument.Amount(bot.rows.source)
        target = BotsDocument.Amount(bot.rows.target)
        onTargetOnly = bot.onTargetOnly
    }
}
