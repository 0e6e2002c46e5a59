import Ferry

/// What `vecferry tune` found out: a table for each embedding column, the choice, and how to go back.
struct TuneText: ResultText {
    /// The result.
    let report: TuneReport

    /// A table for each column, and the verdict.
    var lines: [Line] {
        report.columns.flatMap { TunedColumnText(column: $0, report: report).lines + [.empty] } + [verdict]
    }

    /// Whether the target is as good, or would be.
    var verdict: Line {
        let columns = Units.count(report.columns.count, "embedding column")
        guard !report.columns.isEmpty else {
            return "\("Nothing to tune", .bad): no embedding column could be searched."
        }
        let reference = report.source == nil ? "exact answers" : "the source"
        guard report.isReached else {
            let failed = report.columns.filter { !$0.isReached }
            guard !failed.isEmpty else {
                return "\("NOT REACHED", .bad): a column could not be searched; the warning says why."
            }
            let names = failed.map { "\($0.table).\($0.column)" }.joined(separator: ", ")
            let isAsGood = failed.allSatisfy { column in
                (column.applied ?? column.choice.map { column.options[$0] })?.isAsGood == true
            }
            let what = isAsGood ? "as good as \(reference), but not as fast," : "not as good as \(reference)"
            return """
                \("NOT REACHED", .bad): searches of \(names) are \(what) with any of these options.
                """
        }
        let open = report.columns.contains { $0.applied == nil && !$0.statements.isEmpty }
        if open {
            return """
                \("Ready", .good): searches of \(columns) would be as good as \(reference) with the choice. To apply it, add --apply.
                """
        }
        return "\("Done", .good): searches of \(columns) are as good as \(reference)."
    }
}

/// The table of one embedding column.
private struct TunedColumnText {
    let column: TunedColumn
    let report: TuneReport

    var lines: [Line] {
        let made = column.isEstimate ? " made from stored rows" : ""
        let heading: Line = """
            \("\(column.table).\(column.column)", .name)  \(Units.count(column.queries, "query", "queries"))\(made) by \
            \(column.distance) for \(Units.count(column.k, "row"))
            """
        return [heading] + table + choice
    }

    private static let titles = [
        "", "recall", "worst bot", "empty", "half within", "95 % within", "by index", "build", "size", "memory",
    ]

    private var table: [Line] {
        var rows = [(mark: "  ", cells: Self.titles)]
        rows.append(("  ", cells(column.reference, name: report.source == nil ? "exact" : "source")))
        for (position, option) in column.options.enumerated() {
            let mark = position == column.choice ? "* " : "  "
            rows.append((mark, cells(option, name: name(option))))
        }
        if let applied = column.applied { rows.append(("  ", cells(applied, name: "applied"))) }
        let widths = Self.titles.indices.map { position in rows.map { $0.cells[position].count }.max() ?? 0 }
        return rows.map { row in
            let text = zip(row.cells, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(
                separator: "  ")
            let end = text.lastIndex { $0 != " " }.map { text[...$0] } ?? ""
            return row.mark == "* " ? Line("\(row.mark)\(end)", .good) : Line("\(row.mark)\(end)")
        }
    }

    private func cells(_ option: TuneOption, name: String) -> [String] {
        let figures = option.figures
        let worst = option.worst.map { "\(recall($0.figures)) \($0.bot ?? "of no bot")" } ?? "-"
        return [
            name, recall(figures), worst, Units.count(figures.empty), SearchText.milliseconds(figures.p50),
            SearchText.milliseconds(figures.p95), throughIndex(option),
            option.build.map { Units.duration($0.seconds) } ?? "-",
            option.build.map { Units.bytes($0.bytes) } ?? "-", option.build?.memory.map(Units.bytes) ?? "-",
        ]
    }

    /// The number of queries for which the server chose the vector index.
    private func throughIndex(_ option: TuneOption) -> String {
        guard !option.plans.isEmpty else { return "-" }
        return Units.count(option.plans.filter { $0.kind == .vectorIndex }.reduce(0) { $0 + $1.queries })
    }

    private func recall(_ figures: SearchFigures) -> String { figures.recall.map(SearchText.thousandths) ?? "-" }

    private func name(_ option: TuneOption) -> String {
        let settings = option.settings.map { "\($0.name) = \($0.value)" }
        let parameters = option.parameters.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }
        let estimate = option.share < 1 ? " (estimate, \(Units.percent(option.share)) of the rows)" : ""
        let cut = option.isCut ? " (not all queries)" : ""
        switch option.kind {
        case .current:
            return "now: " + ([option.method ?? "no vector index"] + parameters + settings).joined(separator: ", ")
                + cut
        case .settings: return settings.joined(separator: ", ") + cut
        case .noIndex: return "no vector index" + cut
        case .definition: return ([option.method ?? ""] + parameters).joined(separator: ", ") + estimate
        case .information: return "\(option.method ?? "") over halfvec (another query)" + estimate
        }
    }

    private var choice: [Line] {
        var lines = ([column.reason] + column.notTried).map { Line($0) }
        guard !column.statements.isEmpty else { return lines }
        if column.applied == nil {
            let right = column.right.map { " as \($0)" } ?? ""
            lines.append("\("To apply:", .label) vecferry tune --apply, or in one session on the target\(right):")
            lines += column.statements.map { "  \($0);" }
        } else {
            lines.append("\("Applied", .good), for new connections:")
            lines += column.statements.map { "  \($0);" }
            lines.append("\("To go back:", .label) vecferry undo, or in one session on the target:")
            lines += column.undo.map { "  \($0);" }
        }
        return lines
    }
}
