import Ferry

/// The end of a copy: one sentence, a line for each table that is not proven, and whether searches are as good as on the source.
struct CopyText: ResultText {
    /// The report of the job.
    let report: JobReport
    /// Whether everything that is not copied is listed, however much it is.
    var showsAll = false
    /// Whether searches must be as good as on the source.
    var requiresSearch = false

    /// The most tables that are listed without ``showsAll``.
    private static let few = 10

    /// What is not copied, the verdict, the tables that it is about, what it says of searches, and the next step.
    var lines: [Line] {
        let inventory = report.inventory.map { InventoryText(inventory: $0, showsAll: showsAll).lines } ?? []
        return (inventory.isEmpty ? [] : inventory + [.empty]) + [verdict] + tables + searches + next
    }

    /// Each proven table with its rows, its size on the source, the time that it took and the digest that both sides have.
    private var tables: [Line] {
        guard report.outcome == .proven else { return [] }
        let shown = showsAll ? report.tables[...] : report.tables.prefix(Self.few)
        let cells = shown.map { table in
            [
                table.name.description.shown, Units.count(table.source.rows, "row"), table.bytes.map(Units.bytes) ?? "",
                table.seconds.map(Units.duration) ?? "",
            ]
        }
        var lines = zip(shown, Columns(cells).aligned).map { table, row -> Line in
            let digest = showsAll ? table.target.hex : table.target.hex.prefix(8) + "\u{2026}"
            return "  \(row.first, .name)  \(row.rest)  \(digest, .label)"
        }
        if shown.count < report.tables.count {
            lines.append("  and \(Units.count(report.tables.count - shown.count)) more (--verbose lists them)")
        }
        return lines
    }

    private var next: [Line] {
        guard report.outcome == .proven else { return [] }
        return [
            "\("Next:", .label) vecferry report --output report.html writes a page to keep, and vecferry verify compares both sides again at any time. When you no longer need the ledger: DROP SCHEMA vecferry CASCADE."
        ]
    }

    /// For each embedding column, that the application's searches are as good as on the source, or what got worse and what helps.
    private var searches: [Line] {
        guard let searches = report.searches else {
            guard requiresSearch, report.isProven else { return [] }
            return ["\("SEARCHES NOT COMPARED", .bad). To compare them now, run vecferry verify --search 100."]
        }
        return searches.flatMap { search -> [Line] in
            guard let loss = search.loss else { return [asGood(search)] }
            let first: Line = "\("SEARCHES ARE WORSE", .bad) than on the source, in \(search.table). \(loss.message)"
            let fix: [Line] = loss.hint.map { ["  \("To fix:", .label) \($0)"] } ?? []
            return [first] + SearchText(report: search).bots + SearchText(report: search).trials + fix
        }
    }

    private func asGood(_ search: SearchReport) -> Line {
        let (left, right) = (search.source.figures, search.target.figures)
        let rounding =
            search.exactRecall.map {
                " Its values were rounded: without an index, a search finds \(SearchText.thousandths($0)) of what it found before."
            } ?? ""
        return """
            \("Searches are as good as on the source", .good), in \(search.table).\(search.column): \
            \(SearchText.quality(right)) (source: \(SearchText.quality(left))); 95 of 100 within \
            \(SearchText.milliseconds(right.p95)) (source: \(SearchText.milliseconds(left.p95))); \
            \(Units.count(search.queries, "query", "queries")) for \(Units.count(search.k, "row"))\
            \(search.isCut ? ", when the time was up" : "").\(rounding)
            """
    }

    /// The number of proven rows and the pace of their copying, or the fault.
    var verdict: Line {
        switch report.outcome {
        case .proven:
            return "\("Proven", .good): \(proof). \(pace)"
        case .alreadyFinished:
            let when = report.finishedAt.map { " at \($0)" } ?? ""
            return """
                \("Already finished", .good): job \(report.job) copied and proved \(amount)\(when); nothing was changed. \
                To compare both sides as they are now, run vecferry verify. To copy again, add --restart.
                """
        case .differs:
            return "\("DIFFERS", .bad): \(difference)\(failedToo). \(remedy)"
        case .failed:
            return """
                \("FAILED", .bad): \(tables(.failed)) could not be copied; \(proven). \
                To resume, run the same command again; to give the job up, run vecferry undo.
                """
        }
    }

    /// What is proven: how many rows in which tables, and how alike they are.
    var proof: String { "\(amount) on the target, \(likeness)\(kept)\(changed)" }

    /// A line for each table that is not proven, and for each object that is still off.
    var problems: [Line] {
        unproven + report.stillOff.lines(showsAll: showsAll)
    }

    private var unproven: [Line] {
        report.tables.filter { $0.state != .proven }.map { table in
            if table.state == .failed { return "\(table.name): \(table.error ?? "The copy of this table failed.")" }
            if let comparison = table.comparison { return "\(table.name): \(DifferenceText(comparison).text)." }
            if let error = table.error, table.source == table.target { return "\(table.name): \(error)" }
            let source = table.source
            let target = table.target
            let counts =
                source.rows == target.rows
                ? "both sides have \(Units.count(source.rows, "row")), but their contents differ"
                : "\(Units.count(source.rows, "row")) received from the source, \(Units.count(target.rows)) on the target"
            let error = table.error.map { " \($0)" } ?? ""
            return "\(table.name): \(counts) (digests \(source.hex) and \(target.hex)).\(error)"
        }
    }

    /// What the tables that differ have in common.
    private var difference: String {
        let tables = report.tables.filter { $0.state == .differs }
        let comparisons = tables.compactMap(\.comparison)
        let extra = comparisons.reduce(0) { $0 + $1.counts.extra }
        guard comparisons.count == tables.count, comparisons.allSatisfy({ $0.counts.all == $0.counts.extra }), extra > 0
        else {
            return "the target does not hold what the source holds in \(self.tables(.differs))"
        }
        let rows = comparisons.reduce(0) { $0 + $1.source.rows }
        let bots = Set(comparisons.flatMap { DifferenceText($0).bots })
        let whose = bots.isEmpty ? "" : ", of \(Units.count(bots.count, "bot")),"
        return
            "\(DifferenceText.presence(of: rows)); \(DifferenceText.extra(extra, beside: rows))\(whose) "
            + "\(extra == 1 ? "is" : "are") only on the target, in "
            + self.tables(.differs)
    }

    private var remedy: String {
        let list = "To list the rows that differ, run vecferry verify."
        let bots = Set(report.tables.compactMap(\.comparison).flatMap { DifferenceText($0).bots })
        // If the source has changed, they may be copied rows that it no longer holds.
        guard !bots.isEmpty, !report.notes.contains(where: { $0.code == .sourceChanged }) else { return list }
        return """
            If the application has synced \(bots.count == 1 ? "this bot" : "these bots") again, vecferry copy --restart \
            --existing keep leaves \(bots.count == 1 ? "it" : "them") as the application made \
            \(bots.count == 1 ? "it" : "them"), and --existing replace puts the source's rows in their place. \(list)
            """
    }

    /// The rows that other sessions have changed since.
    private var changed: String {
        let changes = report.tables.compactMap(\.changes)
        let gone = changes.reduce(0) { $0 + $1.gone }
        guard gone > 0 else { return "" }
        return
            "; \(Units.count(gone)) of them \(gone == 1 ? "has" : "have") been deleted or changed by other sessions since"
    }

    /// The rows, in which tables of how many.
    private var amount: String {
        let rows = Units.count(report.rows, "row")
        guard let all = report.inventory?.tables, all > report.tables.count else {
            return "\(rows) in \(Units.count(report.tables.count, "table"))"
        }
        return "\(rows) in \(Units.count(report.tables.count)) of the source's \(Units.count(all, "table"))"
    }

    private var likeness: String {
        var parts: [String] = []
        if let conversion = report.conversion {
            parts.append("text converted from \(conversion.from) to \(conversion.to)")
        }
        if !report.converted.isEmpty {
            let columns = report.converted.map { "\($0.table).\($0.column) rounded to \($0.conversion.rawValue)" }
            parts.append(columns.joined(separator: ", "))
        }
        return parts.isEmpty
            ? "byte for byte as on the source" : "as on the source, with \(parts.joined(separator: ", and "))"
    }

    /// The bots and rows that the target had and kept.
    private var kept: String {
        let rows = report.tables.reduce(0) { $0 + $1.keptRows }
        let bots = Set(report.tables.flatMap(\.keptBots)).count
        var parts: [String] = []
        if bots > 0 { parts.append(Units.count(bots, "bot")) }
        if rows > 0 { parts.append(Units.count(rows, "row")) }
        return parts.isEmpty ? "" : ", beside \(parts.joined(separator: " and ")) that the target kept"
    }

    private var pace: String {
        var parts: [String] = []
        if report.streamedBytes > 0 {
            let rate = Double(report.streamedBytes) / max(report.copySeconds, 0.001)
            parts.append(
                "\(Units.bytes(report.streamedBytes)) sent in \(Units.duration(report.copySeconds)) (\(Units.rate(rate)))"
            )
        }
        let built = report.tables.flatMap(\.indexes).count { $0.seconds != nil }
        if built > 0 { parts.append("\(Units.count(built, "index", "indexes")) built on the data") }
        parts.append("\(Units.duration(report.seconds)) in all")
        return parts.joined(separator: ", ") + "."
    }

    private func tables(_ state: TableReport.State) -> String {
        let tables = report.tables.filter { $0.state == state }
        guard !tables.isEmpty else { return "the job" }
        let names = tables.prefix(3).map(\.name.description).joined(separator: ", ")
        let more = tables.count > 3 ? ", \u{2026}" : ""
        return "\(Units.count(tables.count)) of \(Units.count(report.tables.count, "table")) (\(names)\(more))"
    }

    private var proven: String {
        let proven = report.tables.count { $0.state == .proven }
        return proven == 0 ? "none is proven" : "\(Units.count(proven)) \(proven == 1 ? "is" : "are") proven"
    }

    private var failedToo: String {
        let failed = report.tables.contains { $0.state == .failed }
        return failed ? ", and \(tables(.failed)) could not be copied" : ""
    }
}
