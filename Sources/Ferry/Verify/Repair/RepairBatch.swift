/// A few rows of one target table that are made as the source has them, in one transaction.
///
/// Invariants:
/// - Rows that go are named by their places in the snapshot that was compared. While that snapshot is open and its keeper
///   locks the table against rewrites, nothing else can come to stand there: a row that somebody has changed since stays.
///   That it was open when the rows went is made sure of before they are committed.
/// - A row that somebody changes while the transaction waits for it makes the server refuse the change
///   (`serialization_failure`), since it is REPEATABLE READ. Under READ COMMITTED a DELETE by place may go after the row's
///   new version (PostgreSQL 16.11, release notes). Tried again, it finds nothing in that place.
/// - A row that the target lacks is only inserted, and one that differs is only updated: a row that was not compared, or was
///   not found to differ, is never overwritten.
/// - Rows that come are the source's bytes, through a temporary table.
/// - The users' triggers do not fire; they are back in the same transaction.
/// - A batch may be tried again only when its transaction is known to have come to nothing: ``RepairCommit`` tells.
struct RepairBatch {
    /// Rows of the source that one transaction brings.
    struct Incoming {
        /// The target has rows of their keys.
        var differing: [RowPlace] = []
        /// It has none.
        var missing: [RowPlace] = []

        /// Rows of either kind.
        var count: Int { differing.count + missing.count }
    }

    /// What is repaired.
    let table: ComparedTable
    /// The target's table with its partitions.
    let relations: [Relation]
    /// How long one try waits for a lock.
    let lockWait: Duration

    /// Deletes rows of the target.
    ///
    /// - Parameters:
    ///   - sent: The COMMIT, from when it is sent on.
    ///   - check: Throws where the snapshot that the places are from is gone.
    /// - Returns: How many there were.
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
                deleted += try target.execute("DELETE \(query.from)", about: relation.name).last?.affected ?? 0
            }
            // From here on the rows are ours; until here, only the snapshot kept others from taking their places.
            try check()
            return deleted
        }
    }

    /// What bringing rows did.
    struct Brought {
        /// Rows that the target lacked.
        var inserted = 0
        /// Rows that differed.
        var replaced = 0
    }

    /// Brings rows of the source.
    ///
    /// - Parameter sent: The COMMIT, from when it is sent on.
    func bring(
        _ rows: Incoming, from source: borrowing Session, to target: borrowing Session,
        sent: inout RepairCommit<Brought>?
    ) throws(FerryError) -> Brought {
        try transaction(on: target, sent: &sent) { () throws(FerryError) in
            try target.execute(staging.creation, about: table.name)
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

    // MARK: The transaction

    private func transaction<Result>(
        on target: borrowing Session, sent: inout RepairCommit<Result>?, _ body: () throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        // What uses the table may finish first, and is not held up for longer by our waiting.
        try target.transaction(
            lockWait: lockWait, mode: "ISOLATION LEVEL REPEATABLE READ", about: table.name,
            locking: relations.map(\.name.sql).joined(separator: ", ")
        ) { () throws(FerryError) in
            for trigger in triggers { try target.execute(trigger.disabling, about: table.name) }
            let result = try body()
            // A table with checks still to come takes no ALTER.
            try target.execute("SET CONSTRAINTS ALL IMMEDIATE", about: table.name)
            for trigger in triggers { try target.execute(trigger.enabling, about: table.name) }
            let transaction = try target.query("SELECT txid_current()::text AS transaction", about: table.name).only()
            sent = RepairCommit(
                transaction: try transaction.string("transaction"), backend: target.backend, result: result)
            return result
        }
    }

    private var triggers: [TriggerPlan] { relations.flatMap(\.triggerPlans) }

    // MARK: Rows

    /// The columns that a row may be given: all but those that the target computes by itself.
    private var columns: [String] {
        let generated = Set(relations.first?.columns.filter(\.isGenerated).map(\.name) ?? [])
        return table.columns.map(\.name).filter { !generated.contains($0) }
    }

    private var staging: StagingTable { StagingTable(table: table.name, columns: columns) }

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
        // Values that are OIDs inside mean something else here: such a table's rows travel as text.
        let query = RowQuery(
            relation: relation.name, columns: columns, format: table.textColumns.isEmpty ? .binary : .text,
            places: places)
        try target.startCopy(staging.copyIn(query.format), .in, about: table.name)
        try RowReader.start([query], on: source)
        let relay = Relay(query: query)
        do throws(FerryError) {
            let passed = try relay.run(from: source, to: target)
            try relay.end(passed, on: target)
            guard passed.digest.rows == places.count else {
                throw FerryError(
                    .malformedStream, "The source gave \(passed.digest.rows) rows of \(places.count).", side: .source)
            }
        } catch {
            throw error.of(table.name)
        }
    }

    /// Gives the target's rows the values of the staged ones that have their keys.
    private func update(on target: borrowing Session) throws(FerryError) -> Int {
        // Without a key, rows that differ are rows that are missing and rows that are extra.
        guard let key = table.key else { return 0 }
        // An update keeps the rows that refer to this one, and columns that the source does not have.
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
    /// - Throws: Where the target has a row of their keys that was not compared, or that came since.
    private func insertStaged(on target: borrowing Session) throws(FerryError) -> Int {
        do throws(FerryError) {
            return try target.execute(staging.insertion, about: table.name).last?.affected ?? 0
        } catch {
            var failure = error
            if error.cause?.sqlState == "23505" {
                failure.message =
                    "A row that the target lacks can't be inserted: a row that was not compared has its key. \(error.message)"
                failure.hint =
                    "It was written since, or belongs to a bot that is not compared; no row of the batch was changed. "
                    + "Compare without --bot, or move the row out of the way."
            }
            throw failure
        }
    }
}
