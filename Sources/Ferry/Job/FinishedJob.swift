/// Looks whether the target still holds what a finished job brought.
///
/// It counts rows and compares none: that is what `verify` is for. The application may write to its tables since, so other
/// rows and fewer rows are no fault; a table that is gone, or that has lost all that was brought, is one.
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
                message: "The table is gone since job \(job.number) finished\(when).",
                hint: pair.isCreated
                    ? "vecferry copy --restart makes it again and copies all."
                    : "Deploy it again; then vecferry copy --restart copies all.")
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
        // Rows that somebody has updated since have another xmin, so this says no more than it knows.
        let isForeign = own == 0 && brought > table.keptRows
        guard rows < brought else {
            guard isForeign else { return nil }
            return Note(
                level: .warning, code: .rowsForeign, side: .target, table: pair.name,
                message: "None of its \(rows) rows is as it was brought.",
                hint: "vecferry verify tells what of the source is there.")
        }
        if rows == 0 || isForeign {
            let left = rows == 0 ? "It holds no row any more" : "None of its \(rows) rows is as it was brought"
            return Note(
                level: .blocker, code: .rowsGone, side: .target, table: pair.name,
                message: "\(left); \(brought) were there when job \(job.number) finished\(when).",
                hint: "vecferry verify --repair brings what is missing; vecferry copy --restart copies all again.")
        }
        return Note(
            level: .warning, code: .rowsGone, side: .target, table: pair.name,
            message: "The table holds \(rows) rows, fewer than the \(brought) that were there when the job finished.",
            hint: "vecferry verify names those that are missing.")
    }

    private var when: String { job.finishedAt.map { " at \($0)" } ?? "" }
}
