internal import Postgres

/// A few rows of one target table that are made as the source has them, in one transaction.
///
/// Invariants:
/// - Rows that go are named by their places in the snapshot that was compared. While that snapshot is open and its keeper
///   locks the table against rewrites, nothing else can come to stand there: a row that somebody has changed since stays.
/// - Rows that come are the source's bytes, through a temporary table.
/// - The users' triggers do not fire; they are back in the same transaction.
/// - The same batch again changes nothing more, so that it may be tried again.
struct RepairBatch {
    let table: ComparedTable
    /// The target's table with its partitions.
    let relations: [Relation]
    let limit: Duration

    private static let staging = "pg_temp.vecferry_repair"

    /// Deletes rows of the target.
    ///
    /// - Returns: How many there were.
    func delete(_ places: [RowPlace], on target: borrowing Connection) throws(FerryError) -> Int {
        try transaction(on: target) { () throws(FerryError) in
            var deleted = 0
            for (leaf, places) in Dictionary(grouping: places, by: \.leaf).sorted(by: { $0.key < $1.key }) {
                guard let relation = table.leaves[.target]?[Int(leaf)] else { continue }
                deleted += try on(.target, relation.name) { () throws(PostgresError) in
                    let query = RowQuery(
                        relation: relation.name, columns: [], format: .binary, places: places.map(\.place))
                    return try target.execute("DELETE \(try query.from(on: target))").last?.affected ?? 0
                }
            }
            return deleted
        }
    }

    /// Brings rows of the source, replacing those of the target that have their key.
    ///
    /// - Returns: How many were inserted and how many replaced.
    func bring(
        _ places: [RowPlace], from source: borrowing Connection, to target: borrowing Connection
    ) throws(FerryError) -> (inserted: Int, replaced: Int) {
        try transaction(on: target) { () throws(FerryError) in
            try on(.target, table.name) { () throws(PostgresError) in
                let columns = try list("t", on: target)
                try target.execute(
                    """
                    CREATE TEMPORARY TABLE vecferry_repair ON COMMIT DROP AS SELECT \(columns) \
                    FROM \(try table.name.quoted(on: target)) AS t WITH NO DATA
                    """)
            }
            for (leaf, places) in Dictionary(grouping: places, by: \.leaf).sorted(by: { $0.key < $1.key }) {
                guard let relation = table.leaves[.source]?[Int(leaf)] else { continue }
                try relay(places.map(\.place), of: relation, from: source, to: target)
            }
            return try on(.target, table.name) { () throws(PostgresError) in try merge(on: target) }
        }
    }

    // MARK: The transaction

    private func transaction<Result>(
        on target: borrowing Connection, _ body: () throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        do throws(FerryError) {
            try on(.target, table.name) { () throws(PostgresError) in
                // Whoever uses the table may finish first, and is not held up for longer by our waiting.
                try target.execute("BEGIN; SET LOCAL lock_timeout TO '30s'")
                for statement in try triggers(on: target, isEnabled: false) { try target.execute(statement) }
            }
            let result = try body()
            try on(.target, table.name) { () throws(PostgresError) in
                // A table with checks still to come takes no ALTER.
                try target.execute("SET CONSTRAINTS ALL IMMEDIATE")
                for statement in try triggers(on: target, isEnabled: true) { try target.execute(statement) }
                try target.execute("COMMIT")
            }
            return result
        } catch {
            if error.cause?.isConnectionGone != true { _ = try? target.execute("ROLLBACK") }
            throw error
        }
    }

    private func triggers(on target: borrowing Connection, isEnabled: Bool) throws(PostgresError) -> [String] {
        var statements: [String] = []
        for relation in relations {
            for trigger in relation.triggers {
                let mode = ["A": "ALWAYS ", "R": "REPLICA "][trigger.enabled] ?? ""
                let action = isEnabled ? "ENABLE \(mode)" : "DISABLE "
                statements.append(
                    "ALTER TABLE ONLY \(try relation.name.quoted(on: target)) "
                        + "\(action)TRIGGER \(try target.quoteIdentifier(trigger.name))")
            }
        }
        return statements
    }

    // MARK: Rows

    /// The columns that a row may be given: all but those that the target computes by itself.
    private var columns: [String] {
        let generated = Set(relations.first?.columns.filter(\.isGenerated).map(\.name) ?? [])
        return table.columns.map(\.name).filter { !generated.contains($0) }
    }

    private func list(_ alias: String?, on target: borrowing Connection) throws(PostgresError) -> String {
        var list: [String] = []
        for column in columns { list.append((alias.map { "\($0)." } ?? "") + (try target.quoteIdentifier(column))) }
        return list.joined(separator: ", ")
    }

    private func relay(
        _ places: [RowQuery.Place], of relation: Relation, from source: borrowing Connection,
        to target: borrowing Connection
    ) throws(FerryError) {
        // Values that are OIDs inside mean something else here: such a table's rows travel as text.
        let query = RowQuery(
            relation: relation.name, columns: columns, format: table.textColumns.isEmpty ? .binary : .text,
            places: places)
        try on(.target, table.name) { () throws(PostgresError) in
            let columns = columns.isEmpty ? "" : " (\(try list(nil, on: target)))"
            let copy = "COPY \(Self.staging)\(columns) FROM STDIN\(query.format.copyOptions)"
            try target.startCopy(copy, .in, limit: limit)
        }
        try RowReader.start([query], side: .source, limit: limit, on: source)
        var reader = RowReader(query, side: .source, limit: limit)
        var batch = OutgoingBatch()
        var rows = 0
        while true {
            var failure: PostgresError?
            let more = try reader.next(from: source, row: { _ in rows += 1 }) { message in
                do throws(PostgresError) {
                    try batch.append(message, to: target, limit: limit)
                } catch {
                    failure = error
                }
                return true
            }
            if let failure { throw FerryError(failure, .target, table: table.name) }
            if more == nil { break }
        }
        let counted = try on(.target, table.name) { () throws(PostgresError) in
            try batch.flush(to: target, limit: limit)
            return try target.endCopyIn(limit: limit)
        }
        guard counted == places.count, rows == places.count else {
            throw FerryError(
                .malformedStream, "The source gave \(rows) rows of \(places.count), and the target took \(counted).",
                side: .source, table: table.name)
        }
    }

    private func merge(on target: borrowing Connection) throws(PostgresError) -> (inserted: Int, replaced: Int) {
        let name = try table.name.quoted(on: target)
        var replaced = 0
        var condition = ""
        if let key = table.key {
            var matches: [String] = []
            for (column, equals) in zip(key.columns, key.equalityOperators) {
                let quoted = try target.quoteIdentifier(column)
                matches.append("s.\(quoted) \(equals) t.\(quoted)")
            }
            let match = matches.joined(separator: " AND ")
            // An update keeps the rows that refer to this one, and columns that the source does not have.
            var assignments: [String] = []
            for column in columns where !key.columns.contains(column) {
                let quoted = try target.quoteIdentifier(column)
                assignments.append("\(quoted) = s.\(quoted)")
            }
            if !assignments.isEmpty {
                replaced =
                    try target.execute(
                        "UPDATE \(name) AS t SET \(assignments.joined(separator: ", ")) "
                            + "FROM \(Self.staging) AS s WHERE \(match)"
                    ).last?.affected ?? 0
            }
            condition = " WHERE NOT EXISTS (SELECT FROM \(name) AS t WHERE \(match))"
        }
        let names = columns.isEmpty ? "" : " (\(try list(nil, on: target))) OVERRIDING SYSTEM VALUE"
        let inserted =
            try target.execute(
                "INSERT INTO \(name)\(names) SELECT \(try list("s", on: target)) FROM \(Self.staging) AS s\(condition)"
            ).last?.affected ?? 0
        return (inserted, replaced)
    }
}
