/// Makes a few rows of one target table equal to the source's, in one transaction.
///
/// Invariants:
/// - Rows to delete are identified by their places in the snapshot that was compared. While that snapshot is open and its
///   keeper locks the table against rewrites, no other row can take such a place: a row that was changed since stays. Before
///   the COMMIT it is checked that the snapshot was still open after the DELETE.
/// - If another session changes a row while the transaction waits for it, the server refuses the change
///   (`serialization_failure`), since the transaction is REPEATABLE READ. Under READ COMMITTED a DELETE by place may follow the
///   row to its new version (PostgreSQL 16.11, release notes). The next try finds no row in that place.
/// - A row that the target lacks is only inserted, and one that differs is only updated: a row that was not compared, or was
///   not found to differ, is never overwritten.
/// - New rows are the source's bytes, converted where the comparison converts them, through a temporary table.
/// - The users' triggers do not fire; the same transaction enables them again.
/// - A batch is retried only if its transaction is known not to have committed: ``RepairCommit`` finds out.
struct RepairBatch {
    /// The rows of the source that one transaction copies.
    struct Incoming {
        /// The places of rows whose keys the target has.
        var differing: [RowPlace] = []
        /// The places of rows whose keys the target lacks.
        var missing: [RowPlace] = []

        /// The number of rows of both kinds.
        var count: Int { differing.count + missing.count }
    }

    /// The table to repair.
    let table: ComparedTable
    /// The target's table with its partitions.
    let relations: [Relation]
    /// How long one try waits for a lock.
    let lockWait: Duration

    /// Deletes rows of the target.
    ///
    /// - Parameters:
    ///   - sent: Takes the COMMIT that is about to be sent.
    ///   - check: Throws if the snapshot that the places are from is gone.
    /// - Returns: The number of deleted rows.
    func delete(
        _ places: [RowPlace], on target: borrowing Session, sent: inout RepairCommit<Int>?,
        check: () throws(FerryError) -> Void
    ) throws(FerryError) -> Int {
        try transaction(on: target, sent: &sent) { () throws(FerryError) in
            var deleted = 0
            for (leaf, places) in Dictionary(grouping: places, by: \.leaf).sorted(by: { $0.key < $1.key }) {
                guard let relation = table.leaves[.target]?[Int(leaf)] else { continue }
                let query = RowQuery(
                    relation: relation.name, columns: [], format: .binary, places: places.map(\.place))
                deleted += try role.change(on: target) { () throws(FerryError) in
                    try target.execute("DELETE \(query.from)", about: relation.name).last?.affected ?? 0
                }
            }
            // From here on this transaction holds the rows; until here, only the snapshot kept others from taking their places.
            try check()
            return deleted
        }
    }

    /// The numbers of rows that one transaction copied.
    struct Brought {
        /// The number of rows that the target lacked.
        var inserted = 0
        /// The number of rows that differed.
        var replaced = 0
    }

    /// Copies rows of the source.
    ///
    /// - Parameter sent: Takes the COMMIT that is about to be sent.
    func bring(
        _ rows: Incoming, from source: borrowing Session, to target: borrowing Session,
        sent: inout RepairCommit<Brought>?
    ) throws(FerryError) -> Brought {
        try transaction(on: target, sent: &sent) { () throws(FerryError) in
            for statement in staging.creation(for: role) { try target.execute(statement, about: table.name) }
            return try role.change(on: target) { () throws(FerryError) in
                var brought = Brought()
                if !rows.differing.isEmpty {
                    try relay(rows.differing, from: source, to: target)
                    brought.replaced = try update(on: target)
                    try target.execute("DELETE FROM \(StagingTable.name)", about: table.name)
                }
                if !rows.missing.isEmpty {
                    try relay(rows.missing, from: source, to: target)
                    brought.inserted = try insertStaged(on: target)
                }
                return brought
            }
        }
    }

    // MARK: The transaction

    private func transaction<Result>(
        on target: borrowing Session, sent: inout RepairCommit<Result>?, _ body: () throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        // Sessions that use the table may finish first, and new ones do not queue behind this for long.
        try target.transaction(
            lockWait: lockWait, mode: "ISOLATION LEVEL REPEATABLE READ", about: table.name,
            locking: relations.map(\.name.sql).joined(separator: ", ")
        ) { () throws(FerryError) in
            try define(triggers.map(\.disabling), on: target)
            let result = try body()
            // ALTER TABLE fails on a table with pending trigger events.
            try target.execute("SET CONSTRAINTS ALL IMMEDIATE", about: table.name)
            try define(triggers.map(\.enabling), on: target)
            let transaction = try target.query("SELECT txid_current()::text AS transaction", about: table.name).only()
            sent = RepairCommit(
                transaction: try transaction.string("transaction"), backend: target.backend, result: result)
            return result
        }
    }

    /// Runs statements under the session's own path, for the sake of the database's event triggers.
    private func define(_ statements: [String], on target: borrowing Session) throws(FerryError) {
        guard !statements.isEmpty else { return }
        try ActingRole(owner: nil).change(on: target) { () throws(FerryError) in
            for statement in statements { try target.execute(statement, about: table.name) }
        }
    }

    private var role: ActingRole { ActingRole(owner: ActingRole.owner(of: relations)) }

    /// Rules block a repair: to disable one waits for the comparison's own lock.
    private var triggers: [TriggerPlan] { relations.flatMap(\.triggerPlans).filter { !$0.isRule } }

    // MARK: Rows

    /// The columns that a row can be given: all but the target's generated ones.
    private var columns: [String] {
        let generated = Set(relations.first?.columns.filter(\.isGenerated).map(\.name) ?? [])
        return table.columns.map(\.name).filter { !generated.contains($0) }
    }

    private var staging: StagingTable {
        StagingTable(
            table: table.name, columns: columns,
            toastMethods: (relations.first?.columns ?? []).reduce(into: [:]) { $0[$1.name] = $1.toastMethod })
    }

    private func relay(
        _ places: [RowPlace], from source: borrowing Session, to target: borrowing Session
    ) throws(FerryError) {
        for (leaf, places) in Dictionary(grouping: places, by: \.leaf).sorted(by: { $0.key < $1.key }) {
            guard let relation = table.leaves[.source]?[Int(leaf)] else { continue }
            try relay(places.map(\.place), of: relation, from: source, to: target)
        }
    }

    private func relay(
        _ places: [RowQuery.Place], of relation: Relation, from source: borrowing Session,
        to target: borrowing Session
    ) throws(FerryError) {
        // Values that contain OIDs mean something else on the target: such a table's rows are copied as text.
        let query = RowQuery(
            relation: relation.name, columns: columns, format: table.textColumns.isEmpty ? .binary : .text,
            places: places, conversions: table.columns.conversions(reading: .source))
        try target.startCopy(staging.copyIn(query.format), .in, about: table.name)
        try RowReader.start([query], on: source)
        let relay = Relay(query: query)
        do throws(FerryError) {
            let passed = try relay.run(from: source, to: target)
            try relay.end(passed, on: target)
            guard passed.digest.rows == places.count else {
                throw FerryError(
                    .malformedStream,
                    "The source returned \(Count.of(passed.digest.rows)) of \(Count.of(places.count, "requested row")).",
                    side: .source)
            }
        } catch {
            throw error.of(table.name)
        }
    }

    /// Gives the target's rows the values of the staged ones that have their keys.
    private func update(on target: borrowing Session) throws(FerryError) -> Int {
        // Without a key, rows are missing or extra, and none differ.
        guard let key = table.key else { return 0 }
        // An update keeps the rows that reference this one, and columns that the source does not have.
        let assignments = columns.filter { !key.columns.contains($0) }.map(\.quotedIdentifier).map { "\($0) = s.\($0)" }
        guard !assignments.isEmpty else { return 0 }
        return try target.execute(
            "UPDATE \(table.targetOnly)\(table.name.quoted) AS t "
                + "SET \(assignments.joined(separator: ", ")) FROM \(StagingTable.name) AS s "
                + "WHERE \(staging.match(key))", about: table.name
        ).last?.affected ?? 0
    }

    /// Inserts the staged rows.
    ///
    /// - Throws: An error if the target has a row with one of their keys that was not compared, or was written since.
    private func insertStaged(on target: borrowing Session) throws(FerryError) -> Int {
        do throws(FerryError) {
            return try target.execute(staging.insertion, about: table.name).last?.affected ?? 0
        } catch {
            var failure = error
            if error.cause?.sqlState == "23505" {
                failure.message =
                    "A missing row can't be inserted: a row that was not compared has its key. \(error.message)"
                failure.hint =
                    "That row was written since, or belongs to a bot that is not compared. Run the command again without "
                    + "--bot, or delete that row. No row of the batch was changed."
            }
            throw failure
        }
    }
}
