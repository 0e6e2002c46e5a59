internal import Postgres

/// The temporary table through which rows come to be matched by key with those of a table of the target. A session has one
/// at a time; it goes with its transaction.
struct StagingTable {
    /// Its own name, as statements take it.
    static let name = "pg_temp.vecferry_rows"

    /// The target's table, which has these columns too.
    let table: QualifiedName
    /// The columns that rows are given.
    let columns: [String]

    /// The statement that makes it.
    func creation(on target: borrowing Connection) throws(PostgresError) -> String {
        "CREATE TEMPORARY TABLE vecferry_rows ON COMMIT DROP AS SELECT \(try list("t", on: target)) "
            + "FROM \(try table.quoted(on: target)) AS t WITH NO DATA"
    }

    /// The COPY that fills it.
    func copyIn(_ format: TablePair.Format, on target: borrowing Connection) throws(PostgresError) -> String {
        try target.copyIn(Self.name, columns: columns, format)
    }

    /// The condition that the key of `s`, a staged row, is that of `t`, a row of the table.
    func match(_ key: TableKey, on target: borrowing Connection) throws(PostgresError) -> String {
        var conditions: [String] = []
        for (column, equals) in zip(key.columns, key.equalityOperators) {
            let name = try target.quoteIdentifier(column)
            conditions.append("s.\(name) \(equals) t.\(name)")
        }
        return conditions.joined(separator: " AND ")
    }

    /// The INSERT of all staged rows into the table, which it calls `t`.
    func insertion(on target: borrowing Connection) throws(PostgresError) -> String {
        let names = columns.isEmpty ? "" : " (\(try list(nil, on: target))) OVERRIDING SYSTEM VALUE"
        return "INSERT INTO \(try table.quoted(on: target)) AS t\(names) "
            + "SELECT \(try list("s", on: target)) FROM \(Self.name) AS s"
    }

    /// The columns of `alias`, for a SELECT or RETURNING list; nil names them alone.
    func list(_ alias: String?, on target: borrowing Connection) throws(PostgresError) -> String {
        try target.columnList(columns, of: alias)
    }
}

extension Connection {
    /// Columns as a statement lists them, quoted, each behind `alias` where one is given.
    func columnList(_ columns: [String], of alias: String? = nil) throws(PostgresError) -> String {
        var list: [String] = []
        for column in columns { list.append((alias.map { "\($0)." } ?? "") + (try quoteIdentifier(column))) }
        return list.joined(separator: ", ")
    }

    /// `COPY … FROM STDIN …`
    ///
    /// - Parameter relation: Quoted.
    func copyIn(
        _ relation: String, columns: [String], _ format: TablePair.Format
    ) throws(PostgresError) -> String {
        // A table without columns takes no list.
        let list = columns.isEmpty ? "" : " (\(try columnList(columns)))"
        return "COPY \(relation)\(list) FROM STDIN\(format.copyOptions)"
    }
}
