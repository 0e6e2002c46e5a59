/// How many streams a process is asked to have, by others.
extension Ledger {
    /// The number of streams that a process is asked to have, from 1 to 64; nil where nobody asked.
    func wantedStreams(run: Int, _ session: borrowing Session) throws(FerryError) -> Int? {
        guard try recordsWantedStreams(session) else { return nil }
        return try readingLedger { () throws(FerryError) in
            let row = try session.query(
                "SELECT least(greatest(streams, 1), 64) AS streams FROM vecferry.run_streams WHERE run = $1",
                ["\(run)"],
                .prompt
            ).first
            return try row?.int("streams")
        }
    }

    /// Asks the process that began last to work on a job to have so many streams.
    ///
    /// - Returns: Whether there is one that has not ended.
    func ask(for streams: Int, of job: JobNumber, _ session: borrowing Session) throws(FerryError) -> Bool {
        try session.transaction(lockWait: nil, locking: "") { () throws(FerryError) in
            if try !recordsWantedStreams(session) { try prepareStreams(session) }
            return try session.query(
                """
                INSERT INTO vecferry.run_streams (run, streams)
                SELECT r.id, $2::int FROM vecferry.run AS r
                WHERE r.ended_at IS NULL AND r.id = (SELECT max(l.id) FROM vecferry.run AS l WHERE l.job = $1)
                ON CONFLICT (run) DO UPDATE SET streams = EXCLUDED.streams, asked_at = now()
                """, ["\(job)", "\(streams)"]
            ).affected == 1
        }
    }

    private func recordsWantedStreams(_ session: borrowing Session) throws(FerryError) -> Bool {
        try session.query("SELECT to_regclass('vecferry.run_streams') IS NOT NULL AS is_there", [], .prompt).only()
            .bool("is_there")
    }
}
