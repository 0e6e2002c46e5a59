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
    var creation: String {
        "CREATE TEMPORARY TABLE vecferry_rows ON COMMIT DROP AS SELECT \(list("t")) FROM \(table.quoted) AS t WITH NO DATA"
    }

    /// The COPY that fills it.
    func copyIn(_ format: TablePair.Format) -> String { format.copyIn(Self.name, columns: columns) }

    /// The condition that the key of `s`, a staged row, is that of `t`, a row of the table.
    func match(_ key: TableKey) -> String {
        zip(key.columns.map(\.quotedIdentifier), key.equalityOperators).map { name, equals in
            "s.\(name) \(equals) t.\(name)"
        }.joined(separator: " AND ")
    }

    /// The INSERT of all staged rows into the table, which it calls `t`.
    var insertion: String {
        let names = columns.isEmpty ? "" : " (\(list(nil))) OVERRIDING SYSTEM VALUE"
        return "INSERT INTO \(table.quoted) AS t\(names) SELECT \(list("s")) FROM \(Self.name) AS s"
    }

    /// The columns of `alias`, for a SELECT or RETURNING list; nil names them alone.
    func list(_ alias: String?) -> String { columns.columnList(of: alias) }
}
