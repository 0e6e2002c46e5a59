import Ferry

/// The dry run of `vecferry index`.
struct IndexStepText: ResultText {
    /// The plan.
    let plan: IndexStepPlan

    /// The whole plan.
    var lines: [Line] {
        var lines = [plan.target.line(.target)]
        for table in plan.tables {
            lines += [.empty, "\(table.name, .name)  about \(Units.count(table.estimatedRows, "row"))"]
            for index in table.indexes {
                lines += IndexText(index: index, isInPlace: true).lines.map { $0.indented() }
            }
        }
        return lines + NotesText(notes: plan.notes).lines + [.empty, verdict]
    }

    /// Whether the builds can start, and their number.
    var verdict: Line {
        guard plan.isReady else { return NotesText(notes: plan.notes).blocked }
        return "\("READY", .good): \(Units.count(plan.builds, "index", "indexes")) to build on the data."
    }
}

/// The end of `vecferry index`.
struct IndexReportText: ResultText {
    /// The outcome of each build.
    let report: IndexStepReport

    /// A line for each index that could not be built; where the plan is blocked, the blockers.
    var problems: [Line] {
        let failed = report.indexes.compactMap { index in
            index.error.map { "\(index.table), \(index.name.name): \($0)" as Line }
        }
        return failed + NotesText(notes: report.plan.notes).lines(.blocker)
    }

    /// The number of indexes that were built.
    var verdict: Line {
        guard report.plan.isReady else { return IndexStepText(plan: report.plan).verdict }
        let failed = report.indexes.count { $0.error != nil }
        let built = Units.count(report.indexes.count - failed, "index", "indexes")
        if failed > 0 {
            return """
                \("FAILED", .bad): \(Units.count(failed, "index", "indexes")) could not be built; \(built) built. \
                To build the rest, run the same command again.
                """
        }
        if report.indexes.isEmpty { return "\("Done", .good): no index had to be built." }
        return "\("Done", .good): \(built) built on the data in \(Units.duration(report.seconds))."
    }
}
