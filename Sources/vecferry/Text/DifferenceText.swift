import Ferry

/// How the two sides of one table differ, in one clause.
struct DifferenceText {
    private let comparison: TableComparison

    init(_ comparison: TableComparison) { self.comparison = comparison }

    /// The bots with other rows than on the source.
    var bots: [String] { (comparison.bots ?? []).filter { $0.state == .differs }.compactMap(\.bot) }

    /// The counts of rows, and the bots.
    var text: String {
        let counts = comparison.counts
        let source = Units.count(comparison.source.rows, "source row")
        var bad: [String] = []
        if counts.differing > 0 {
            bad.append("\(Units.count(counts.differing)) \(counts.differing == 1 ? "has" : "have") other contents")
        }
        if counts.missing > 0 {
            bad.append("\(Units.count(counts.missing)) \(counts.missing == 1 ? "is" : "are") missing")
        }
        var text = bad.isEmpty ? "all \(source) are there" : "of \(source), \(bad.joined(separator: " and "))"
        if counts.extra > 0 {
            text += ", and \(Units.count(counts.extra)) more \(counts.extra == 1 ? "is" : "are") only on the target"
        }
        return text + whose
    }

    private var whose: String {
        let bots = bots
        guard !bots.isEmpty else { return "" }
        let shown = bots.prefix(5).joined(separator: ", ") + (bots.count > 5 ? ", \u{2026}" : "")
        return ", in \(Units.count(bots.count, "bot")) (\(shown))"
    }
}
