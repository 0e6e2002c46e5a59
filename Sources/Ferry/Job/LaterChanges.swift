internal import Postgres

/// The moment from which a table's rows were read back.
struct ReadMoment: Sendable, Equatable {
    /// The transactions that had ended, in the text form of `txid_snapshot`.
    var snapshot: String
    /// The server's time in UTC, to the second.
    var time: String

    /// Reads the moment.
    static func now(on session: borrowing Session) throws(FerryError) -> ReadMoment {
        let row = try session.query(
            """
            SELECT txid_current_snapshot()::text AS snapshot,
                to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"') AS time
            """
        ).only()
        return ReadMoment(snapshot: try row.string("snapshot"), time: try row.string("time"))
    }
}

/// Counts what other sessions have changed in a job's tables since their rows were read back: the application may be live while
/// indexes are built.
struct LaterChanges {
    /// The number of the job.
    let job: JobNumber

    /// A table that was read back.
    struct Table {
        var pair: TablePair
        /// The number of rows that were read back.
        var rows: Int
        var since: ReadMoment
    }

    /// The most tables for one statement.
    private static let most = 100

    /// Counts in one pass over the heap of each table.
    ///
    /// - Returns: The counts of the tables that have changed.
    func count(
        _ tables: [Table], over session: borrowing Session
    ) throws(FerryError) -> [PairNumber: TableReport.Changes] {
        var changes: [PairNumber: TableReport.Changes] = [:]
        for start in stride(from: 0, to: tables.count, by: Self.most) {
            let some = tables[start..<min(start + Self.most, tables.count)]
            let rows = try session.query(sql(some))
            for (table, row) in zip(some, rows) {
                let gone = table.rows - (try row.int("own", as: Int.self))
                let written = try row.int("written", as: Int.self)
                if gone > 0 || written > 0 {
                    changes[table.pair.number] = TableReport.Changes(gone: max(0, gone), written: written)
                }
            }
        }
        return changes
    }

    /// Rows are counted by the transaction that wrote them, of which there are few, so that all else is done for each of these.
    ///
    /// `xmin` has 32 bits. The transactions of rows are not older than half of their range, so the newest number with these bits
    /// that is not in the future is theirs.
    private func sql(_ tables: ArraySlice<Table>) -> String {
        let read = tables.map { "(\($0.pair.number), \($0.since.snapshot.quotedLiteral)::txid_snapshot)" }
        let rows = tables.map {
            "SELECT \($0.pair.number) AS pair, r.xmin FROM \($0.pair.targetOnly)\($0.pair.name.quoted) AS r"
        }
        return """
            SELECT coalesce(sum(w.rows) FILTER (WHERE w.is_own), 0) AS own,
                coalesce(sum(w.rows) FILTER (WHERE NOT w.is_own AND NOT txid_visible_in_snapshot(w.xid, read.since)), 0)
                    AS written
            FROM (VALUES \(read.joined(separator: ", "))) AS read (pair, since) LEFT JOIN (
                SELECT t.pair, t.rows, next - 1 - ((next - 1 - t.xmin::text::bigint) & 4294967295) AS xid,
                    EXISTS (SELECT FROM vecferry.chunk AS c WHERE c.job = \(job) AND c.pair = t.pair AND c.xid = t.xmin)
                        AS is_own
                FROM (
                    SELECT pair, xmin, count(*) AS rows FROM (\(rows.joined(separator: " UNION ALL "))) AS r GROUP BY 1, 2
                ) AS t, (SELECT txid_snapshot_xmax(txid_current_snapshot()) AS next OFFSET 0) AS clock
            ) AS w USING (pair)
            GROUP BY read.pair ORDER BY read.pair
            """
    }
}

extension Note {
    /// A warning: rows that were proven are no longer there, or others have come.
    static func changedSince(_ pair: TablePair, _ table: TableReport, _ changes: TableReport.Changes) -> Note {
        var parts: [String] = []
        if changes.gone > 0 {
            parts.append(
                "\(Count.of(changes.gone)) of the \(Count.of(table.target.rows, "row")) proven"
                    + "\(table.provenAt.map { " at \($0)" } ?? "") "
                    + "\(changes.gone == 1 ? "has" : "have") been deleted or changed since")
        }
        if changes.written > 0 {
            let verb = changes.written == 1 ? "has" : "have"
            parts.append("\(Count.of(changes.written, "row")) \(verb) been written since")
        }
        return Note(
            level: .warning, code: .changedSince, side: .target, table: pair.name,
            message: "\(parts.joined(separator: ", and ")), by other sessions.",
            hint: "Run vecferry verify to compare the table as it is now.")
    }

    /// A warning: it is not known what others have changed.
    static func changesUnknown(_ error: FerryError) -> Note {
        Note(
            level: .warning, code: .changedSince, side: .target, table: error.table,
            message:
                "What other sessions have changed since the rows were proven could not be counted: \(error.message)",
            hint: "Run vecferry verify to compare the tables as they are now.")
    }
}
