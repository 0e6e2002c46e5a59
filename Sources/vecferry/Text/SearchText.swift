import Ferry

/// Searches in one embedding column: whether both sides answer the same, and what comes through their indexes.
struct SearchText {
    let report: SearchReport
    let style: Style

    /// In these colours; the default has none.
    init(_ report: SearchReport, style: Style = .plain) {
        self.report = report
        self.style = style
    }

    /// How searches in the column compare, and how well each side's index answers.
    var lines: [String] {
        let verdict =
            report.differing == 0
            ? style.green("the same answers on both sides")
            : style.red("\(Units.count(report.differing)) with other answers")
        let name = "\(report.table.description.shown).\(report.column.shown)"
        return [
            "\(style.bold("search \(name)"))  \(Units.count(report.queries, "query", "queries")) by \(report.distance) "
                + "for \(Units.count(report.k)) rows, exactly: \(verdict)",
            "  source: \(side(report.source))",
            "  target: \(side(report.target))",
        ]
    }

    private func side(_ side: SearchSide) -> String {
        let exact = "\(Self.milliseconds(side.exactMilliseconds)) without an index"
        guard let index = side.index, let method = side.method else { return "no index; \(exact)" }
        var parts = [method] + side.options.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }
        parts += side.settings.filter { $0.key.hasPrefix(method) && Self.told.contains($0.key) }
            .sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }
        let text = "\(index.name) (\(parts.joined(separator: ", ")))".shown
        guard let recall = side.recall, let time = side.indexMilliseconds else {
            return "\(text): the server does not use it; \(exact)"
        }
        let chosen = side.choosesIndex ? "" : "; left to itself the server does not use it"
        return "\(text): recall \(Self.thousandths(recall)) in \(Self.milliseconds(time)), \(exact)\(chosen)"
    }

    private static let told: Set = ["ivfflat.probes", "hnsw.ef_search"]

    private static func thousandths(_ number: Double) -> String {
        let digits = String(Int((number * 1000).rounded(.down)) + 1000)
        return number >= 1 ? "1.000" : "0.\(digits.dropFirst())"
    }

    private static func milliseconds(_ time: Double) -> String {
        let tenths = Int((time * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) ms"
    }
}
