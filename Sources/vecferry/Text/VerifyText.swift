import Ferry

/// A comparison as people read it: each table, the rows that differ, and the verdict as the last line.
struct VerifyText {
    /// More bots that differ than this, and the rest of them are counted.
    static let fewBots = 20

    let report: VerifyReport
    let showsAll: Bool
    let style: Style

    /// - Parameter showsAll: Whether digests and every bot that differs are told.
    init(_ report: VerifyReport, showsAll: Bool = false, style: Style = .plain) {
        self.report = report
        self.showsAll = showsAll
        self.style = style
    }

    /// All of it; ends in a newline.
    var text: String {
        var lines: [String] = []
        for table in report.tables { lines += self.lines(table) }
        for search in report.searches { lines += SearchText(search, style: style).lines }
        lines += repairs
        lines.append(verdict)
        return lines.joined(separator: "\n") + "\n"
    }

    /// The last line.
    var verdict: String {
        let rows = report.tables.reduce(0) { $0 + $1.source.rows }
        let tables = Units.count(report.tables.count, "table")
        switch report.outcome {
        case .same:
            return
                "\(style.green("Same")): \(Units.count(rows, "row")) of \(tables), byte for byte on both sides. \(pace)"
        case .differs:
            let bad = report.tables.filter { $0.state == .differs }
            guard !bad.isEmpty else {
                return "\(style.red("DIFFERS")): all rows are the same, and exact searches have other answers. \(pace)"
            }
            let all = bad.reduce(0) { $0 + $1.counts.all }
            return
                "\(style.red("DIFFERS")): \(Units.count(all, "row")) in \(Units.count(bad.count)) of \(tables). \(pace)"
        }
    }

    private var pace: String {
        let bytes = report.sourceBytes + report.targetBytes
        return "\(Units.bytes(bytes)) read in \(Units.duration(report.seconds))."
    }

    /// A line for each table that was repaired, or would be.
    private var repairs: [String] {
        guard let repair = report.repair else { return [] }
        return repair.tables.map { table in
            let words =
                repair.isDryRun ? ["to delete", "to insert", "to replace"] : ["deleted", "inserted", "replaced"]
            let counts = zip([table.deleted, table.inserted, table.replaced], words)
                .map { "\(Units.count($0)) \($1)" }
            return "\(style.bold("repair")) \(table.name.description.shown): \(counts.joined(separator: ", "))"
        }
    }

    // MARK: One table

    private func lines(_ table: TableComparison) -> [String] {
        let name = style.bold(table.name.description.shown)
        var lines: [String]
        switch table.state {
        case .same:
            let digest = showsAll ? ", digest \(table.source.hex)" : ""
            lines = ["\(name)  \(style.green("same")), \(Units.count(table.source.rows, "row"))\(digest)"]
        case .differs:
            lines = ["\(name)  \(style.red("differs")): \(counts(table))"]
            if showsAll { lines.append("  digests \(table.source.hex) and \(table.target.hex)") }
            lines += table.findings.map { "  " + line($0, of: table) }
            let left = table.counts.all - table.findings.reduce(0) { $0 + rows($1) }
            if left > 0 {
                lines.append("  and \(Units.count(left, "row")) more; a higher --max-findings lists them")
            }
            lines += bots(table)
        }
        for column in table.textColumns {
            lines.append("  \(column.name.shown) is compared as text, since \(column.reason.shown)")
        }
        if !table.keptBots.isEmpty {
            let bots = Units.count(table.keptBots.count, "bot")
            lines.append("  without \(bots) that a copy left as they were on the target")
        }
        return lines
    }

    private func counts(_ table: TableComparison) -> String {
        let counts = table.counts
        return
            "\(Units.count(table.source.rows, "row")) on the source, \(Units.count(table.target.rows)) on the target; "
            + "\(Units.count(counts.missing)) missing, \(Units.count(counts.extra)) extra, "
            + "\(Units.count(counts.differing)) differing"
    }

    private func rows(_ finding: Finding) -> Int { max(1, abs(finding.sourceCopies - finding.targetCopies)) }

    private func line(_ finding: Finding, of table: TableComparison) -> String {
        let word =
            switch finding.kind {
            case .missing: "missing"
            case .extra: "extra  "
            case .differs: "differs"
            }
        var text = "\(style.yellow(word)) "
        if let key = finding.key {
            text += (table.key ?? []).map { "\($0)=\(key[$0] ?? "")" }.joined(separator: ", ").shown
        } else {
            text +=
                "row \(finding.hash ?? ""), \(Units.count(finding.sourceCopies, "copy", "copies")) on the source, "
                + "\(Units.count(finding.targetCopies)) on the target"
        }
        if let bot = finding.bot { text += " (bot \(bot.shown))" }
        if !finding.columns.isEmpty { text += ": \(finding.columns.joined(separator: ", ").shown)" }
        return text
    }

    private func bots(_ table: TableComparison) -> [String] {
        guard let bots = table.bots else { return [] }
        let bad = bots.filter { $0.state == .differs }
        var lines = bad.prefix(showsAll ? bad.count : Self.fewBots).map { bot in
            let name = bot.bot.map { "bot \($0.shown)" } ?? "rows of no bot"
            let counts =
                bot.source.rows == bot.target.rows
                ? "\(Units.count(bot.source.rows, "row")) on both sides, not the same"
                : "\(Units.count(bot.source.rows, "row")) on the source, \(Units.count(bot.target.rows)) on the target"
            return "  \(name): \(counts)"
        }
        if bad.count > lines.count { lines.append("  and \(Units.count(bad.count - lines.count, "bot")) more") }
        let same = bots.count - bad.count
        if same > 0 { lines.append("  \(Units.count(same, "bot")) the same") }
        return lines
    }
}
