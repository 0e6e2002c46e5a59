import Ferry

/// The end of `vecferry undo`.
struct UndoText: ResultText {
    /// The result.
    let report: UndoReport
    /// Whether every object that is still off is listed, however many there are.
    var showsAll = false

    /// The objects that are still off, and the statements that put them back.
    var problems: [Line] { report.stillOff.lines(showsAll: showsAll) }

    /// Whether everything is back.
    var verdict: Line {
        let tuned = report.tunings.prefix(5).map(\.description).joined(separator: ", ")
        guard report.tunings.isEmpty || report.job != nil else {
            return """
                \("Done", .good): what vecferry tune changed for \(tuned)\(report.tunings.count > 5 ? ", \u{2026}" : "") is taken back. \
                New connections search as before.
                """
        }
        guard let job = report.job else { return "\("Done", .good): the target has no copy to give up." }
        let tables = Units.count(report.tables.count, "table")
        guard report.stillOff.isEmpty else {
            return """
                \("FAILED", .bad): job \(job) is given up and its rows are removed from \(tables), but \
                \(Units.count(report.stillOff.count, "object")) could not be put back. To try again, run the same command again.
                """
        }
        let lost = report.deletedRows ? ", except for the rows that --existing had it delete" : ""
        return "\("Done", .good): job \(job) is given up, and \(tables) are as they were before it\(lost)."
    }
}

extension [StillOff] {
    /// The number of objects that are listed; the rest are counted.
    private static var few: Int { 10 }

    /// `public.items: index items_embedding_idx is still off.`, and the statements, for each object.
    func lines(showsAll: Bool) -> [Line] {
        let shown = showsAll ? self[...] : prefix(Self.few)
        let lines = shown.flatMap { object -> [Line] in
            let reason = object.error.map { ": \($0)" } ?? "."
            return ["\(object.table): \(object.kind) \(object.name) is still off\(reason) To put it back:"]
                + object.statements.map { "  \($0);" }
        }
        guard shown.count < count else { return lines }
        return lines + ["And \(Units.count(count - shown.count)) more (--verbose lists them)."]
    }
}
