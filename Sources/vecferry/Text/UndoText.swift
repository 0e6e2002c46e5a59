import Ferry

/// The end of `vecferry undo`.
struct UndoText: ResultText {
    /// The result.
    let report: UndoReport

    /// A line for each object that is still off, and the statements that put it back.
    var problems: [Line] { report.stillOff.flatMap(\.lines) }

    /// Whether everything is back.
    var verdict: Line {
        guard let job = report.job else { return "\("Done", .good): the target has no copy to give up." }
        let tables = Units.count(report.tables.count, "table")
        guard report.stillOff.isEmpty else {
            return """
                \("FAILED", .bad): job \(job) is given up and its rows are gone from \(tables), but \
                \(Units.count(report.stillOff.count, "object")) could not be put back. To try again, run the same command again.
                """
        }
        return
            "\("Done", .good): job \(job) is given up; \(tables) are as the job found them, without the rows it deleted."
    }
}

extension StillOff {
    /// `public.items: index items_embedding_idx is still off: …`, and its statements.
    var lines: [Line] {
        let reason = error.map { ": \($0)" } ?? ". It comes back with:"
        return ["\(table): the \(kind) \(name) is still off\(reason)"] + statements.map { "  \($0);" }
    }
}
