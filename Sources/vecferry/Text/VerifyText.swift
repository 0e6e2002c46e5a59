import Ferry

/// A comparison as text for people: each table, the rows that differ, and the verdict.
struct VerifyText: ResultText {
    /// The comparison.
    let report: VerifyReport
    /// Whether digests and every bot that differs are listed.
    var showsAll = false

    /// The number of lines above which the verdict stands before them too.
    private static let fewLines = 20

    /// The whole comparison, which ends with the verdict.
    var lines: [Line] {
        let lines =
            report.tables.flatMap { ComparisonText(table: $0, showsAll: showsAll).lines }
            + report.searches.flatMap { SearchText(report: $0, showsAll: showsAll).lines } + repairs
        return (lines.count > Self.fewLines ? [verdict, .empty] : []) + lines + [verdict]
    }

    /// Whether both sides hold the same rows.
    var verdict: Line {
        let rows = report.tables.reduce(0) { $0 + $1.source.rows }
        let tables = Units.count(report.tables.count, "table")
        switch report.outcome {
        case .same:
            let rounded =
                report.notes.contains { $0.code == .comparedConverted } ? ", after rounding as a copy does" : ""
            return """
                \("Same", .good): \(Units.count(rows, "row")) in \(tables), byte for byte on both sides\(rounded). \(pace)
                """
        case .differs:
            let bad = report.tables.filter { $0.state == .differs }
            guard !bad.isEmpty else {
                return "\("DIFFERS", .bad): all rows are the same, but exact searches give different answers. \(pace)"
            }
            return "\("DIFFERS", .bad): \(difference(bad)), in \(Units.count(bad.count)) of \(tables). \(pace)\(hint)"
        case .incomplete:
            let missing = report.notCompared
            let names =
                missing.prefix(5).map(\.description).joined(separator: ", ") + (missing.count > 5 ? ", \u{2026}" : "")
            let bad = report.tables.filter { $0.state == .differs }
            let others =
                bad.isEmpty
                ? "\(Units.count(rows, "row")) in \(report.tables.count == 1 ? "the other table are" : "the other \(tables) are") the same"
                : "in the others, \(difference(bad))"
            return """
                \("NOT COMPARED", .bad): \(Units.count(missing.count, "table")) (\(names)); \(others). \(pace)
                """
        }
    }

    /// What differs, in rows.
    private func difference(_ tables: [TableComparison]) -> String {
        let counts = tables.reduce(FindingCounts.zero) { $0 + $1.counts }
        let rows = tables.reduce(0) { $0 + $1.source.rows }
        guard counts.missing + counts.differing == 0 else {
            return "\(Units.count(counts.all, "row")) \(counts.all == 1 ? "differs" : "differ")"
        }
        return
            "all \(Units.count(rows, "source row")) are there, and \(Units.count(counts.extra, "more row")) on the target"
    }

    private var pace: String {
        let bytes = report.sourceBytes + report.targetBytes
        return "\(Units.bytes(bytes)) read in \(Units.duration(report.seconds))."
    }

    /// What to do next; nothing after a repair.
    private var hint: String {
        let bad = report.tables.filter { $0.state == .differs }
        if report.repair == nil, !bad.isEmpty, bad.allSatisfy(\.isEmptyOnTarget) {
            return " To copy them, run vecferry copy."
        }
        guard let repair = report.repair else { return " To see what a repair would change, add --repair --dry-run." }
        return repair.isDryRun ? " Nothing was changed; --repair without --dry-run makes these changes." : ""
    }

    /// A line for each table that was repaired, or would be.
    private var repairs: [Line] {
        guard let repair = report.repair else { return [] }
        let words = repair.isDryRun ? ["to delete", "to insert", "to replace"] : ["deleted", "inserted", "replaced"]
        return repair.tables.map { table in
            let counts = zip([table.deleted, table.inserted, table.replaced], words)
                .map { "\(Units.count($0)) \($1)" }
            return "\("repair", .name) \(table.name): \(counts.joined(separator: ", "))"
        }
    }
}

/// One table of a comparison.
struct ComparisonText {
    /// The number of differing bots that are listed; the rest are counted.
    static let fewBots = 20
    /// The number of differing rows that are listed; the rest are counted.
    static let fewFindings = 10

    /// The table on both sides.
    let table: TableComparison
    /// Whether digests and every bot that differs are listed.
    let showsAll: Bool

    /// Whether both sides are the same, and the rows and the bots that differ.
    var lines: [Line] {
        var lines: [Line]
        switch table.state {
        case .same:
            let digest = showsAll ? ", digest \(table.source.hex)" : ""
            lines = ["\(table.name, .name)  \("same", .good), \(Units.count(table.source.rows, "row"))\(digest)"]
        case .differs:
            lines = ["\(table.name, .name)  \("differs", .bad): \(counts)"]
            if showsAll { lines.append("  digests \(table.source.hex) and \(table.target.hex)") }
            // That the target is empty says all.
            if !table.isEmptyOnTarget || showsAll { lines += bots + findings }
        }
        for column in table.textColumns { lines.append("  \(column.name): compared as text, because \(column.reason)") }
        if !table.keptBots.isEmpty {
            let bots = Units.count(table.keptBots.count, "bot")
            lines.append("  \(bots) not compared, because a copy left them as they were on the target")
        }
        if !table.targetBots.isEmpty {
            let rows = Units.count(table.targetBots.reduce(0) { $0 + $1.rows }, "row")
            lines.append(
                "  \(Units.count(table.targetBots.count, "bot")) only on the target, with \(rows), not counted")
        }
        return lines
    }

    /// The rows that differ, and how many are not listed.
    private var findings: [Line] {
        let listed = showsAll ? table.findings : Array(table.findings.prefix(Self.fewFindings))
        var lines = listed.map { line($0).indented() }
        let left = table.counts.all - listed.reduce(0) { $0 + rows($1) } - rowsOfLoneBots
        if left > 0 {
            let option =
                listed.count < table.findings.count ? "--verbose lists more" : "a higher --max-findings lists them"
            lines.append("  and \(Units.count(left, "more row")); \(option)")
        }
        return lines
    }

    private var counts: String {
        if table.isEmptyOnTarget {
            return "empty on the target (\(Units.count(table.source.rows, "row")) missing)"
        }
        let sides =
            "\(Units.count(table.source.rows, "row")) on the source, \(Units.count(table.target.rows)) on the target"
        let counts = table.counts
        return "\(sides); \(Units.count(counts.missing)) missing, \(Units.count(counts.extra)) extra, "
            + "\(Units.count(counts.differing)) differing"
    }

    /// The rows of bots that one side lacks, which are not listed one by one.
    private var rowsOfLoneBots: Int {
        (table.bots ?? []).filter { $0.source.rows == 0 || $0.target.rows == 0 }
            .reduce(0) { $0 + $1.source.rows + $1.target.rows }
    }

    private func rows(_ finding: Finding) -> Int { max(1, abs(finding.sourceCopies - finding.targetCopies)) }

    private func line(_ finding: Finding) -> Line {
        let word =
            switch finding.kind {
            case .missing: "missing"
            case .extra: "extra  "
            case .differs: "differs"
            }
        var text: String
        if let key = finding.key {
            text = (table.key ?? []).map { "\($0)=\(key[$0] ?? "")" }.joined(separator: ", ")
        } else {
            text =
                "row \(finding.hash ?? ""), \(Units.count(finding.sourceCopies, "copy", "copies")) on the source, "
                + "\(Units.count(finding.targetCopies)) on the target"
        }
        if let bot = finding.bot { text += " (bot \(bot))" }
        if !finding.columns.isEmpty { text += ": \(finding.columns.joined(separator: ", "))" }
        return "\(word, .attention) \(text)"
    }

    private var bots: [Line] {
        guard let bots = table.bots else { return [] }
        let bad = bots.filter { $0.state == .differs }
        var lines = bad.prefix(showsAll ? bad.count : Self.fewBots).map { bot -> Line in
            let name = bot.bot.map { "bot \($0)" } ?? "rows of no bot"
            let counts =
                bot.target.rows == 0
                ? "missing, with \(Units.count(bot.source.rows, "row"))"
                : bot.source.rows == 0
                    ? "only on the target, with \(Units.count(bot.target.rows, "row"))"
                    : bot.source.rows == bot.target.rows
                        ? "\(Units.count(bot.source.rows, "row")) on both sides, with different contents"
                        : "\(Units.count(bot.source.rows, "row")) on the source, \(Units.count(bot.target.rows)) on the target"
            return "  \(name): \(counts)"
        }
        if bad.count > lines.count { lines.append("  and \(Units.count(bad.count - lines.count, "more bot"))") }
        let same = bots.count - bad.count
        if same > 0 { lines.append("  \(Units.count(same, "bot")) the same") }
        return lines
    }
}

extension TableComparison {
    /// Whether the target has none of the rows, and the source has some.
    fileprivate var isEmptyOnTarget: Bool { state == .differs && target.rows == 0 && source.rows > 0 }
}
