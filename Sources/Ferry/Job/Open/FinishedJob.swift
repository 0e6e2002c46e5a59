/// Checks whether the target still holds the rows that a finished job copied.
///
/// It counts rows and compares none: `verify` does that. The application may have written to its tables since, so other rows
/// and fewer rows are no fault; a table that is gone, or that has lost all copied rows, is one.
struct FinishedJob {
    let job: Ledger.Job

    func notes(on target: borrowing Session) throws(FerryError) -> [Note] {
        guard let report = job.report else { return [] }
        let tables = Dictionary(report.tables.map { ($0.name, $0) }) { first, _ in first }
        var notes: [Note] = []
        for pair in job.plan.pairs {
            guard let table = tables[pair.name] else { continue }
            if let note = try loss(pair, table, on: target) { notes.append(note) }
        }
        return notes
    }

    private func loss(
        _ pair: TablePair, _ table: TableReport, on target: borrowing Session
    ) throws(FerryError) -> Note? {
        let name = pair.name.quoted
        let exists = try target.query(
            "SELECT EXISTS (SELECT FROM pg_class WHERE oid = to_regclass($1) AND relkind IN ('r', 'p')) AS is_there",
            [name], about: pair.name
        ).only().bool("is_there")
        guard exists else {
            return Note(
                level: .blocker, code: .tableGone, side: .target, table: pair.name,
                message: "The table no longer exists. It existed when job \(job.number) finished\(when()).",
                hint: pair.isCreated
                    ? "Run vecferry copy --restart to create it again and copy all rows."
                    : "Deploy it again, then run vecferry copy --restart to copy all rows.")
        }
        // Rows that were merged by key are the target's own where it had the key.
        let brought = table.source.rows
        guard brought > 0 else { return nil }
        let row = try target.query(
            """
            SELECT count(*) AS rows, count(*) FILTER (WHERE r.xmin IN (
                \(LedgerChunks.transactionsSQL(job: job.number, pair: pair.number)))) AS own
            FROM \(pair.targetOnly)\(name) AS r
            """, about: pair.name
        ).only()
        let (rows, own) = (try row.int("rows", as: Int.self), try row.int("own", as: Int.self))
        // Rows that were updated since have another xmin, so the messages do not claim that they are gone.
        let isForeign = own == 0 && brought > table.keptRows
        guard rows < brought else {
            guard isForeign else { return nil }
            return Note(
                level: .warning, code: .rowsForeign, side: .target, table: pair.name,
                message: "The table holds \(Count.of(rows, "row")), but no row as the job copied it.",
                hint: "Run vecferry verify to compare the table with the source.")
        }
        if rows == 0 || isForeign {
            let left =
                rows == 0
                ? "The table is empty" : "The table holds \(Count.of(rows, "row")), but no row as the job copied it"
            return Note(
                level: .blocker, code: .rowsGone, side: .target, table: pair.name,
                message: "\(left). Job \(job.number) proved \(Count.of(brought, "row")) in it\(when(table)).",
                hint:
                    "Run vecferry verify --repair to restore the missing rows, or vecferry copy --restart to copy all "
                    + "again.")
        }
        return Note(
            level: .warning, code: .rowsGone, side: .target, table: pair.name,
            message:
                "The table holds \(Count.of(rows, "row")), fewer than the \(Count.of(brought)) that job \(job.number) "
                + "proved\(when(table)).",
            hint: "Run vecferry verify to list the missing rows.")
    }

    /// Reports of older versions do not tell when a table was proven.
    private func when(_ table: TableReport? = nil) -> String {
        (table?.provenAt ?? job.finishedAt).map { " at \($0)" } ?? ""
    }
}
