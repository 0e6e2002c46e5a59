internal import Postgres

/// Finds out which rows a unique index of the target refuses: the server names the index alone, and shows a row's values in a
/// DETAIL that is not kept.
struct UniqueViolation {
    /// The endpoints and the workers.
    let engine: Engine
    /// The pair whose rows were refused.
    let pair: TablePair

    /// How long the source may take to count.
    private static let patience = "60s"

    /// Adds what the operator needs to find the rows.
    ///
    /// - Returns: The same error where it is another one, or where neither side tells more.
    func explained(_ error: FerryError) -> FerryError {
        guard error.cause?.sqlState == "23505", let name = error.cause?.constraint,
            let columns = try? keyColumns(of: name), !columns.isEmpty
        else { return error }
        let list = columns.map(\.sqlIdentifier).joined(separator: ", ")
        let table = pair.name.sql
        var explained = error
        if let count = try? repeated(columns), count > 0 {
            explained.message +=
                " The source has \(Count.of(count, "value")) of (\(list)) in more than one row, which this index of the target "
                + "refuses."
            explained.hint =
                "To list them, run on the source: SELECT \(list), count(*) FROM \(table) GROUP BY \(list) HAVING count(*) > 1. "
                + "Correct these rows there, or drop the index on the target, then run the same command again."
            return explained
        }
        let key = (pair.key?.columns ?? []).filter { !columns.contains($0) }.map { "\($0.sqlIdentifier), " }.joined()
        explained.message +=
            " A row of the target, which the copy did not bring, has the same value of (\(list))"
            + "\(key.isEmpty ? "" : " under another key")."
        explained.hint =
            "Compare what SELECT \(key)\(list) FROM \(table) gives on both sides. Change or delete the target's rows, or leave "
            + "the table out with --exclude-table, then run the same command again."
        return explained
    }

    /// The columns of a unique index of the target's table or its partitions; none where it has an expression or a condition.
    private func keyColumns(of index: String) throws(FerryError) -> [String] {
        let session = try engine.target.readOnly.connect()
        let rows = try session.query(
            """
            SELECT ARRAY(
                SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, position)
                JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.number
                WHERE k.position <= i.indnkeyatts ORDER BY k.position
            ) AS columns
            FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
            WHERE c.relname = $1 AND i.indpred IS NULL AND 0 <> ALL (i.indkey::int2[])
                AND i.indrelid IN (SELECT to_regclass(part) FROM unnest($2::text[]) AS part)
            """, [index, ArrayText.format(pair.targetParts.map(\.quoted) + [pair.name.quoted])])
        return try rows.first.map { row throws(FerryError) in try row.list("columns") } ?? []
    }

    /// The number of values that more than one row of the source has; NULL is no value.
    private func repeated(_ columns: [String]) throws(FerryError) -> Int {
        let session = try engine.source.readOnly.connect()
        let list = columns.map(\.quotedIdentifier)
        try session.execute("BEGIN READ ONLY; SET LOCAL statement_timeout TO '\(Self.patience)'")
        return try session.query(
            """
            SELECT count(*) AS repeated FROM (
                SELECT FROM \(pair.name.quoted) WHERE \(list.map { "\($0) IS NOT NULL" }.joined(separator: " AND "))
                GROUP BY \(list.joined(separator: ", ")) HAVING count(*) > 1) AS r
            """
        ).only().int("repeated", as: Int.self)
    }
}
