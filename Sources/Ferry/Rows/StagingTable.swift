internal import Postgres

/// The temporary table in which rows are staged to be matched by key with those of a target table. A session has one at a
/// time; the end of the transaction drops it.
struct StagingTable {
    /// Its own name, as statements take it.
    static let name = "pg_temp.vecferry_rows"

    /// The target's table.
    let table: QualifiedName
    /// The columns of the staged rows, which the target's table has too.
    let columns: [String]
    /// The methods of compression that columns of the target's table have of their own. A compressed value is passed on as it is.
    let toastMethods: [String: ToastMethod]

    /// The statements that create it, for a role that uses it.
    func creation(for role: ActingRole) -> [String] {
        let create =
            "CREATE TEMPORARY TABLE vecferry_rows ON COMMIT DROP AS SELECT \(list("t")) FROM \(table.quoted) AS t WITH NO DATA"
        let methods = columns.compactMap { column in
            toastMethods[column].map { "ALTER COLUMN \(column.quotedIdentifier) SET COMPRESSION \($0.rawValue)" }
        }
        let alter = methods.isEmpty ? [] : ["ALTER TABLE \(Self.name) \(methods.joined(separator: ", "))"]
        return [create] + alter + (role.owner.map { ["GRANT ALL ON \(Self.name) TO \($0.quotedIdentifier)"] } ?? [])
    }

    /// The COPY that fills it.
    func copyIn(_ format: TablePair.Format) -> String { format.copyIn(Self.name, columns: columns) }

    /// The condition that `s`, a staged row, and `t`, a row of the table, have the same key.
    func match(_ key: TableKey) -> String {
        zip(key.columns.map(\.quotedIdentifier), key.equalityOperators).map { name, equals in
            "s.\(name) \(equals) t.\(name)"
        }.joined(separator: " AND ")
    }

    /// The INSERT of all staged rows into the table, with the alias `t`.
    var insertion: String {
        let names = columns.isEmpty ? "" : " (\(list(nil))) OVERRIDING SYSTEM VALUE"
        return "INSERT INTO \(table.quoted) AS t\(names) SELECT \(list("s")) FROM \(Self.name) AS s"
    }

    /// The columns of `alias`, for a SELECT or RETURNING list; nil for the bare names.
    func list(_ alias: String?) -> String { columns.columnList(of: alias) }
}
