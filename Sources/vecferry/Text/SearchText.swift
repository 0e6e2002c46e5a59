import Ferry

/// Searches in one embedding column: whether both sides give the same answers, and the quality of their indexes'
/// answers.
struct SearchText {
    /// The outcome of the searches.
    let report: SearchReport

    /// Whether exact answers are the same, then the quality of the answers through each side's index.
    var lines: [Line] {
        let verdict =
            report.differing == 0
            ? Line("the same answers on both sides", .good)
            : Line("\(Units.count(report.differing)) with different answers", .bad)
        let queries = Units.count(report.queries, "query", "queries")
        return [
            """
            \("search \(report.table).\(report.column)", .name)  \(queries) by \(report.distance) \
            for \(Units.count(report.k, "row")), exactly: \(verdict)
            """,
            "  source: \(side(report.source))",
            "  target: \(side(report.target))",
        ]
    }

    private func side(_ side: SearchSide) -> String {
        let exact = "\(Self.milliseconds(side.exactMilliseconds)) without an index"
        guard let index = side.index, let method = side.method else { return "no index; \(exact)" }
        var parts = [method] + side.options.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }
        parts += side.settings.filter { $0.key.hasPrefix(method) && Self.shownSettings.contains($0.key) }
            .sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }
        let text = "\(index.name) (\(parts.joined(separator: ", ")))"
        guard let recall = side.recall, let time = side.indexMilliseconds else {
            return "\(text): not used by the server; \(exact)"
        }
        let chosen = side.choosesIndex ? "" : "; by default the server does not use it"
        return "\(text): recall \(Self.thousandths(recall)) in \(Self.milliseconds(time)), \(exact)\(chosen)"
    }

    private static let shownSettings: Set = ["ivfflat.probes", "hnsw.ef_search"]

    private static func thousandths(_ number: Double) -> String {
        let digits = String(Int((number * 1000).rounded(.down)) + 1000)
        return number >= 1 ? "1.000" : "0.\(digits.dropFirst())"
    }

    private static func milliseconds(_ time: Double) -> String {
        let tenths = Int((time * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) ms"
    }
}
