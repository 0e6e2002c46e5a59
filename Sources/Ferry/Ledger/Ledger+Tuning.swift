internal import Postgres
internal import SQLStatements

/// What `tune` has changed, as the ledger records it.
extension Ledger {
    /// One change that was not taken back.
    struct Tuning: Sendable, Equatable {
        /// Its number, from 1.
        var number: Int
        /// The table whose searches it is for.
        var table: QualifiedName
        /// The statements that take it back.
        var undo: [String]
        /// Whether its last statement succeeded.
        var isDone: Bool
    }

    /// Records a change before it is made, in the caller's transaction, which creates the ledger if there is none.
    ///
    /// - Returns: The number of the record.
    func record(_ column: TunedColumn, _ session: borrowing Session) throws(FerryError) -> Int {
        try prepare(session)
        try prepareTuning(session)
        return try session.query(
            """
            INSERT INTO vecferry.tuning (relation_schema, relation_name, column_name, statements, undo)
            VALUES ($1, $2, $3, $4, $5) RETURNING id
            """,
            [
                column.table.schema, column.table.name, column.column, ArrayText.format(column.statements),
                ArrayText.format(column.undo),
            ]
        ).only().int("id")
    }

    /// Records that a change was made.
    func finishTuning(_ number: Int, _ session: borrowing Session) throws(FerryError) {
        try session.query("UPDATE vecferry.tuning SET done_at = now() WHERE id = $1", ["\(number)"])
    }

    /// Records that a change was taken back.
    func undoneTuning(_ number: Int, _ session: borrowing Session) throws(FerryError) {
        try session.query("UPDATE vecferry.tuning SET undone_at = now() WHERE id = $1", ["\(number)"])
    }

    /// The changes that were not taken back, the newest first.
    func tunings(_ session: borrowing Session) throws(FerryError) -> [Tuning] {
        let exists = try session.query("SELECT to_regclass('vecferry.tuning') IS NOT NULL AS is_there").only()
        guard try exists.bool("is_there") else { return [] }
        let rows = try session.query(
            """
            SELECT id, relation_schema, relation_name, undo::text AS undo, done_at IS NOT NULL AS is_done
            FROM vecferry.tuning WHERE undone_at IS NULL ORDER BY id DESC
            """)
        return try rows.map { row throws(FerryError) in
            guard let undo = ArrayText.parse(try row.string("undo")) else {
                throw Self.damaged("the statements of a tuning can't be read")
            }
            return Tuning(
                number: try row.int("id"),
                table: QualifiedName(schema: try row.string("relation_schema"), name: try row.string("relation_name")),
                undo: undo, isDone: try row.bool("is_done"))
        }
    }
}
