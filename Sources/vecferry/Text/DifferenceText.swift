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
        var text =
            bad.isEmpty ? Self.presence(of: comparison.source.rows) : "of \(source), \(bad.joined(separator: " and "))"
        if counts.extra > 0 {
            text +=
                ", and \(Self.extra(counts.extra, beside: comparison.source.rows)) \(counts.extra == 1 ? "is" : "are") only on the target"
        }
        return text + whose
    }

    /// A clause for a number of source rows that the target holds.
    static func presence(of rows: Int) -> String {
        rows == 0 ? "the source has no rows" : "all \(Units.count(rows, "source row")) are there"
    }

    /// The number of rows that the target has beside a number of source rows.
    static func extra(_ count: Int, beside rows: Int) -> String {
        rows == 0 ? Units.count(count, "row") : "\(Units.count(count)) more"
    }

    private var whose: String {
        let bots = bots
        guard !bots.isEmpty else { return "" }
        let shown = bots.prefix(5).joined(separator: ", ") + (bots.count > 5 ? ", \u{2026}" : "")
        return ", in \(Units.count(bots.count, "bot")) (\(shown))"
    }
}
