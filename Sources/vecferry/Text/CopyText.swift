import Ferry

/// The end of a copy: one sentence, and a line for each table that is not proven.
struct CopyText: ResultText {
    /// The report of the job.
    let report: JobReport

    /// The number of proven rows and the pace of their copying, or the fault.
    var verdict: Line {
        switch report.outcome {
        case .proven:
            return "\("Proven", .good): \(amount) on the target, byte for byte as on the source\(kept). \(pace)"
        case .alreadyFinished:
            let when = report.finishedAt.map { " at \($0)" } ?? ""
            return """
                \("Already finished", .good): job \(report.job) copied and proved \(amount)\(when); nothing was changed. \
                To compare both sides as they are now, run vecferry verify. To copy again, add --restart.
                """
        case .differs:
            return """
                \("DIFFERS", .bad): the target does not hold what the source holds in \(tables(.differs))\(failedToo). \
                To list the rows that differ, run vecferry verify.
                """
        case .failed:
            return """
                \("FAILED", .bad): \(tables(.failed)) could not be copied; \(proven). \
                To resume, run the same command again.
                """
        }
    }

    /// A line for each table that is not proven.
    var problems: [Line] {
        report.tables.filter { $0.state != .proven }.map { table in
            if table.state == .failed { return "\(table.name): \(table.error ?? "The copy of this table failed.")" }
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

    private var amount: String {
        "\(Units.count(report.rows, "row")) in \(Units.count(report.tables.count, "table"))"
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
                "\(Units.bytes(report.streamedBytes)) in \(Units.duration(report.copySeconds)) (\(Units.rate(rate)))")
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
