import Ferry

/// What `vecferry index` will do, and how it ended, as people read it.
struct IndexStepText {
    let plan: IndexStepPlan
    let style: Style

    /// In these colours; the default has none.
    init(_ plan: IndexStepPlan, style: Style = .plain) {
        self.plan = plan
        self.style = style
    }

    /// The dry run.
    var text: String {
        var lines = ["\(style.bold("Target"))  \(PlanText.server(plan.target))"]
        for table in plan.tables {
            lines += [
                "", "\(style.bold(table.name.description.shown))  about \(Units.count(table.estimatedRows, "row"))",
            ]
            for index in table.indexes {
                lines += IndexText(index, isInPlace: true, style: style).lines.map { "  \($0)" }
            }
        }
        lines += notes(.info, "Remarks") + notes(.warning, "Warnings") + blockers + ["", verdict]
        return lines.joined(separator: "\n") + "\n"
    }

    /// What stands in the way.
    var blockers: [String] { notes(.blocker, "Blockers") }

    /// The last line of a run.
    func line(_ report: IndexStepReport) -> String {
        guard plan.isReady else { return verdict }
        let failed = report.indexes.count { $0.error != nil }
        let built = Units.count(report.indexes.count - failed, "index", "indexes")
        if failed > 0 {
            return
                "\(style.red("FAILED")): \(Units.count(failed, "index", "indexes")) could not be built; \(built) done."
        }
        if report.indexes.isEmpty { return "\(style.green("Done")): no index had to be built." }
        return "\(style.green("Done")): \(built) built on the data, in \(Units.duration(report.seconds))."
    }

    private var verdict: String {
        guard plan.isReady else { return "\(style.red("BLOCKED")): nothing was changed." }
        return "\(style.green("READY")): \(Units.count(plan.builds, "index", "indexes")) to build on the data."
    }

    private func notes(_ level: Note.Level, _ heading: String) -> [String] {
        let notes = plan.notes.filter { $0.level == level }
        return notes.isEmpty ? [] : ["", style.bold(heading)] + notes.flatMap(PlanText.lines(of:))
    }
}
