internal import SQLStatements

/// The processes that worked on a job, as the ledger records them.
extension Ledger {
    /// Records that a process begins to work on a job, in a transaction of its own.
    ///
    /// - Returns: The number of the record.
    func begin(_ run: StoredRun, of job: JobNumber, _ session: borrowing Session) throws(FerryError) -> Int {
        try session.transaction(lockWait: nil, locking: "") { () throws(FerryError) in
            if try !recordsRuns(session) { try prepareRuns(session) }
            return try session.query(
                "INSERT INTO vecferry.run (job, document) VALUES ($1, $2) RETURNING id", ["\(job)", run.text]
            ).only().int("id")
        }
    }

    /// Replaces the record of a process that works.
    func update(_ run: StoredRun, number: Int, _ session: borrowing Session) throws(FerryError) {
        try session.query("UPDATE vecferry.run SET document = $2 WHERE id = $1", ["\(number)", run.text], .prompt)
    }

    /// Records how a process ended.
    func end(_ run: StoredRun, number: Int, _ session: borrowing Session) throws(FerryError) {
        try session.query(
            "UPDATE vecferry.run SET ended_at = now(), document = $2 WHERE id = $1", ["\(number)", run.text], .prompt)
    }

    /// The processes that worked on a job, the first one first; none where an older vecferry did alone.
    func runs(of job: JobNumber, _ session: borrowing Session) throws(FerryError) -> [JobRun] {
        guard try recordsRuns(session) else { return [] }
        let rows = try readingLedger { () throws(FerryError) in try session.query(Statements.runs, ["\(job)"]) }
        var runs: [JobRun] = []
        for row in rows {
            runs.append(
                try run(of: row, job: job).run(
                    beganAt: try row.string("began_at"), endedAt: try row.optional("ended_at"),
                    seconds: try row.double("seconds")))
        }
        return runs
    }

    private func recordsRuns(_ session: borrowing Session) throws(FerryError) -> Bool {
        try session.query("SELECT to_regclass('vecferry.run') IS NOT NULL AS is_there").only().bool("is_there")
    }
}
