import Ferry

/// The application's bots by what is to be done about them, in a table of at most 100 columns, and the next step.
struct BotsText: ResultText {
    /// The bots.
    let report: BotsReport
    /// Whether every bot is listed, however many there are.
    var showsAll = false

    /// The most bots of one verdict that are listed without ``showsAll``.
    private static let few = 20
    private static let width = 100

    /// A table for each verdict, and what to do next.
    var lines: [Line] {
        let shown = BotVerdict.allCases.map { (verdict: $0, bots: report.bots($0)) }.filter { !$0.bots.isEmpty }
        let table = BotTable(bots: report.bots, width: Self.width)
        var lines: [Line] = [table.heading]
        for (verdict, bots) in shown {
            lines.append("\(verdict.title, verdict.style)  \(Units.count(bots.count, "bot")): \(verdict.meaning)")
            let listed = showsAll ? bots[...] : bots.prefix(Self.few)
            lines += listed.map(table.line)
            if listed.count < bots.count {
                lines.append("  and \(Units.count(bots.count - listed.count)) more; -v or --json lists all")
            }
        }
        lines.append(.empty)
        if report.withoutBot.source.rows + report.withoutBot.target.rows > 0 {
            lines.append(
                "Rows of no bot: \(Units.count(report.withoutBot.source.rows)) on the source, \(Units.count(report.withoutBot.target.rows)) on the target."
            )
        }
        return lines + next + [verdict]
    }

    /// What to do, with the options for it.
    private var next: [Line] {
        var lines: [Line] = []
        // What only the target has is not asked about.
        let resynced = report.bots(.resynced).filter { $0.rows.source.rows > 0 }
        if !resynced.isEmpty {
            let names = resynced.prefix(3).map(\.id).joined(separator: ", ") + (resynced.count > 3 ? ", \u{2026}" : "")
            lines.append(
                "Re-synced: vecferry copy --existing keep leaves \(names) as the application made \(resynced.count == 1 ? "it" : "them"); --existing replace puts the source's rows in their place."
            )
        }
        let deleted = report.bots(.deleted)
        if !deleted.isEmpty {
            lines.append("Deleted: plan, copy and verify with --bots-table or --bots-scan leave their rows out.")
            let left = deleted.filter { $0.rows.target.rows > 0 }
            if !left.isEmpty {
                let rows = left.reduce(0) { $0 + $1.rows.target.rows }
                lines.append(
                    "\(Units.count(rows, "row")) of \(Units.count(left.count, "deleted bot")) \(rows == 1 ? "lies" : "lie") on the target; the application no longer reads them."
                )
            }
        }
        let missing = report.bots(.needsEmbedding)
        if !missing.isEmpty {
            lines.append(
                "Needs embedding: scripts/aws/embed-missing has the application embed exactly these; or sync them in the application."
            )
        }
        return lines
    }

    /// The numbers of bots by verdict.
    var verdict: Line {
        let counts = BotVerdict.allCases.compactMap { verdict -> String? in
            let count = report.bots(verdict).count
            return count == 0 ? nil : "\(Units.count(count)) \(verdict.title.lowercased())"
        }
        let aliases = report.aliases > 0 ? " \(Units.count(report.aliases, "alias", "aliases")) left out." : ""
        return
            "\(Units.count(report.bots.count, "bot"), .name): \(counts.isEmpty ? "none" : counts.joined(separator: ", ")).\(aliases)"
    }
}

extension BotVerdict {
    /// The words for people.
    fileprivate var title: String {
        switch self {
        case .copy: "Copy"
        case .copied: "Copied"
        case .resynced: "Re-synced since"
        case .needsEmbedding: "Needs embedding"
        case .noKnowledge: "No knowledge"
        case .knowledgeBase: "Knowledge base"
        case .deleted: "Deleted in the app"
        }
    }

    fileprivate var meaning: String {
        switch self {
        case .copy: "the target lacks rows that the source has"
        case .copied: "the target has the source's rows"
        case .resynced: "the target has rows that the source lacks"
        case .needsEmbedding: "knowledge, and no rows on either side"
        case .noKnowledge: "nothing to know, and no rows"
        case .knowledgeBase: "Bedrock answers for them; rows are of no use"
        case .deleted: "rows that must not come back"
        }
    }

    fileprivate var style: Line.Role {
        switch self {
        case .copied: .good
        case .resynced, .needsEmbedding, .deleted: .bad
        default: .name
        }
    }
}

/// The columns of bots, as wide as their content, and the title as wide as there is room.
struct BotTable {
    private static let titles = ["bot", "title", "owner", "knowledge", "sync", "source", "target"]
    /// The most columns of each; the title takes what is left.
    private static let most = [36, 30, 7, 11, 9, 16, 16]
    private static let title = 1

    private let widths: [Int]

    /// - Parameter width: The most columns of a line.
    init(bots: [BotReport], width: Int) {
        var widths = Self.titles.map(TextWidth.of)
        for bot in bots {
            for (position, cell) in Self.cells(bot).enumerated() {
                widths[position] = min(Self.most[position], max(widths[position], TextWidth.of(cell)))
            }
        }
        let others = widths.enumerated().filter { $0.offset != Self.title }.reduce(0) { $0 + $1.element + 1 }
        widths[Self.title] = max(5, min(widths[Self.title], width - 2 - others))
        self.widths = widths
    }

    /// The titles of the columns.
    var heading: Line { line(Self.titles) }

    /// One bot.
    func line(_ bot: BotReport) -> Line { line(Self.cells(bot)) }

    private static func cells(_ bot: BotReport) -> [String] {
        [
            bot.id, bot.app?.title ?? "", bot.app?.owner ?? "", bot.app.map { knowledge($0.knowledge) } ?? "",
            bot.app?.syncStatus?.lowercased() ?? "", amount(bot.rows.source), amount(bot.rows.target),
        ].map(\.shown)
    }

    private func line(_ cells: [String]) -> Line {
        let text = zip(cells, widths).map { TextWidth.padded($0, to: $1) }.joined(separator: " ")
        return "  \(String(text.reversed().drop { $0 == " " }.reversed()))"
    }

    /// Files, URLs, sitemaps and objects of S3: `3f 12u 1m 2s`.
    static func knowledge(_ knowledge: AppBot.Knowledge) -> String {
        let parts = [(knowledge.files, "f"), (knowledge.urls, "u"), (knowledge.sitemaps, "m"), (knowledge.s3, "s")]
        let shown = parts.filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }
        return shown.isEmpty ? "none" : shown.joined(separator: " ")
    }

    /// Rows and their size: `1,862 7.6 MB`; a dash for none.
    static func amount(_ amount: BotReport.Amount) -> String {
        amount.rows == 0 ? "-" : "\(Units.count(amount.rows)) \(Units.bytes(amount.bytes))"
    }
}
