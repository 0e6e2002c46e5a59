internal import Postgres

/// Brings the rows of one chunk into a table that holds rows already and has no bots to tell them apart by: by key,
/// through a temporary table.
///
/// It proves itself within the transaction: the digests of the rows that were left out and of those that the target
/// returned as inserted must add up to what the source sent.
struct KeyedMerge {
    let pair: TablePair
    let limit: Duration

    static let staging = "pg_temp.vecferry_chunk"

    /// Makes the temporary table, which goes with the transaction.
    func createStaging(on target: borrowing Connection) throws(PostgresError) -> String {
        "CREATE TEMPORARY TABLE vecferry_chunk ON COMMIT DROP AS SELECT \(try columns("t", on: target)) "
            + "FROM \(try pair.name.quoted(on: target)) AS t WITH NO DATA"
    }

    /// Merges what was staged.
    ///
    /// - Returns: The digest of the rows that were left out, because the target's row with their key stays.
    func run(_ staged: Digest, on target: borrowing Connection) throws(FerryError) -> Digest {
        var kept = Digest.zero
        let match = try on(.target) { () throws(PostgresError) in try keyMatch(on: target) }
        let table = try on(.target) { () throws(PostgresError) in try pair.name.quoted(on: target) }
        if pair.load == .keepKeys {
            let list = try on(.target) { () throws(PostgresError) in try columns("s", on: target) }
            kept = try digest(
                "DELETE FROM \(Self.staging) AS s USING \(pair.targetOnly)\(table) AS t WHERE \(match) RETURNING \(list)",
                target)
        } else {
            try on(.target) { () throws(PostgresError) in
                try target.execute(
                    "DELETE FROM \(pair.targetOnly)\(table) AS t USING \(Self.staging) AS s WHERE \(match)")
            }
        }
        let (names, list, returned) = try on(.target) { () throws(PostgresError) in
            (try columns(nil, on: target), try columns("s", on: target), try columns("t", on: target))
        }
        let inserted = try digest(
            """
            INSERT INTO \(table) AS t (\(names)) OVERRIDING SYSTEM VALUE SELECT \(list) FROM \(Self.staging) AS s \
            RETURNING \(returned)
            """, target)
        guard kept + inserted == staged else {
            throw FerryError(
                .malformedStream, "The rows that the target took by key are not the rows that were sent.",
                hint: "A trigger or a rule of the target may change rows; nothing of this chunk was kept.",
                side: .target)
        }
        return kept
    }

    /// The digest of what a data-modifying statement returns.
    private func digest(_ statement: String, _ target: borrowing Connection) throws(FerryError) -> Digest {
        try on(.target) { () throws(PostgresError) in
            try target.startCopy("COPY (\(statement)) TO STDOUT\(pair.format.copyOptions)", .out, limit: nil)
        }
        let reader = RowReader(
            fieldCount: pair.columns.count, format: pair.format, side: .target, limit: limit)
        return try reader.digest(from: target)
    }

    private func keyMatch(on target: borrowing Connection) throws(PostgresError) -> String {
        var conditions: [String] = []
        for (column, equals) in zip(pair.key?.columns ?? [], pair.key?.equalityOperators ?? []) {
            let name = try target.quoteIdentifier(column)
            conditions.append("s.\(name) \(equals) t.\(name)")
        }
        return conditions.joined(separator: " AND ")
    }

    private func columns(_ alias: String?, on target: borrowing Connection) throws(PostgresError) -> String {
        var list: [String] = []
        for column in pair.columns {
            list.append((alias.map { "\($0)." } ?? "") + (try target.quoteIdentifier(column.name)))
        }
        return list.joined(separator: ", ")
    }
}
