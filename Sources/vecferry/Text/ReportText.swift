import Ferry

/// How a job ended, in the one line that a copy ends with, and in lines about what is wrong.
struct ReportText {
    let report: JobReport
    let style: Style

    /// In these colours; the default has none.
    init(_ report: JobReport, style: Style = .plain) {
        self.report = report
        self.style = style
    }

    /// What was moved, how fast, and that it is proven; or what is wrong.
    var line: String {
        switch report.outcome {
        case .proven:
            return
                "\(style.green("Proven")): \(amount) on the target, byte for byte what the source holds\(kept). \(pace)"
        case .alreadyFinished:
            let when = report.finishedAt.map { " at \($0)" } ?? ""
            return "\(style.green("Already finished")): job \(report.job) copied and proved \(amount)\(when); "
                + "nothing was changed. vecferry verify compares the sides as they are now; --restart copies again."
        case .differs:
            return "\(style.red("DIFFERS")): the target does not hold what the source holds in \(bad(.differs)). "
                + "vecferry verify names the rows\(failedToo)."
        case .failed:
            return "\(style.red("FAILED")): \(bad(.failed)) could not be copied; \(proven). "
                + "The same command again goes on where it was."
        }
    }

    /// A line for each table that is not proven.
    var problems: [String] {
        report.tables.filter { $0.state != .proven }.map { table in
            let name = table.name.description.shown
            if table.state == .failed { return "\(name): \(table.error?.shown ?? "It failed.")" }
            let source = table.source
            let target = table.target
            let counts =
                source.rows == target.rows
                ? "both sides have \(Units.count(source.rows, "row")), and their contents differ"
                : "the source gave \(Units.count(source.rows, "row")), the target has \(Units.count(target.rows))"
            return
                "\(name): \(counts) (digests \(source.hex) and \(target.hex)).\(table.error.map { " " + $0.shown } ?? "")"
        }
    }

    private var amount: String {
        "\(Units.count(report.rows, "row")) of \(Units.count(report.tables.count, "table"))"
    }

    /// What the target had and kept.
    private var kept: String {
        let rows = report.tables.reduce(0) { $0 + $1.keptRows }
        let bots = Set(report.tables.flatMap(\.keptBots)).count
        var parts: [String] = []
        if bots > 0 { parts.append(Units.count(bots, "bot")) }
        if rows > 0 { parts.append(Units.count(rows, "row")) }
        return parts.isEmpty ? "" : ", beside \(parts.joined(separator: " and ")) that it had"
    }

    private var pace: String {
        var parts: [String] = []
        if report.streamedBytes > 0 {
            let rate = Double(report.streamedBytes) / max(report.copySeconds, 0.001)
            parts.append(
                "\(Units.bytes(report.streamedBytes)) in \(Units.duration(report.copySeconds)) (\(Units.rate(rate)))")
        }
        let built = report.tables.flatMap(\.indexes).filter { $0.seconds != nil }.count
        if built > 0 { parts.append("\(Units.count(built, "index", "indexes")) built on the data") }
        parts.append("\(Units.duration(report.seconds)) in all")
        return parts.joined(separator: ", ") + "."
    }

    private func bad(_ state: TableReport.State) -> String {
        let tables = report.tables.filter { $0.state == state }
        guard !tables.isEmpty else { return "the job" }
        let names = tables.prefix(3).map(\.name.description.shown).joined(separator: ", ")
        let more = tables.count > 3 ? ", \u{2026}" : ""
        return "\(Units.count(tables.count)) of \(Units.count(report.tables.count, "table")) (\(names)\(more))"
    }

    private var proven: String {
        let proven = report.tables.filter { $0.state == .proven }.count
        return proven == 0 ? "none is proven" : "\(Units.count(proven)) \(proven == 1 ? "is" : "are") proven"
    }

    private var failedToo: String {
        let failed = report.tables.contains { $0.state == .failed }
        return failed ? "; also, \(bad(.failed)) could not be copied" : ""
    }
}
