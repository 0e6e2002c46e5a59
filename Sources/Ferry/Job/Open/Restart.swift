internal import Postgres
internal import SQLStatements

/// Takes a job back: removes what it put into the target, and nothing else, and puts back what it took off, so that a new job finds
/// what this one found.
///
/// Invariants:
/// - The job's rows are identified by their xmin: the ledger holds the transaction of each chunk. A row that was updated since
///   has another one, and stays.
/// - No foreign key cascades: those of the job's tables are dropped meanwhile, and no row of a table outside the job may
///   reference a row that is deleted.
/// - No trigger fires.
struct Restart {
    /// The job to remove.
    let job: Ledger.Job
    /// How long one try waits for a lock.
    let lockWait: Duration
    /// Whether the job is taken back even if something can't be put back. Its definition then stays in the ledger.
    var toleratesFaults = false

    /// Removes the job in one transaction, or changes nothing.
    ///
    /// - Returns: What could not be put back; nothing unless faults are tolerated.
    @discardableResult
    func run(on target: borrowing Session) throws(FerryError) -> [StillOff] {
        try Ledger().endEpochs(of: job.number, target)
        let faults = try target.transaction(lockWait: lockWait, locking: job.plan.pairs.lockText) {
            () throws(FerryError) -> [StillOff] in
            // First, since it waits for the job's open transactions, and none begins after it.
            try Ledger().abandon(job: job.number, target)
            FailPoint.reached(.afterRestartAbandon)
            let pairs = try existingPairs(on: target)
            try takeOff(pairs, on: target)
            // Now that the tables are locked, no new row can reference them.
            let referred = try referredPairs(pairs, on: target)
            try removeRows(pairs, referred: referred, on: target)
            FailPoint.reached(.afterRestartRows)
            let faults = try putOn(pairs, on: target)
            FailPoint.reached(.beforeRestartCommit)
            return faults
        }
        FailPoint.reached(.afterRestartCommit)
        return faults
    }

    /// Puts back what an earlier undo of the job could not.
    func putBackAgain(on target: borrowing Session) throws(FerryError) -> [StillOff] {
        try target.transaction(lockWait: lockWait, locking: job.plan.pairs.lockText) { () throws(FerryError) in
            try putOn(try existingPairs(on: target), onlyPending: true, on: target)
        }
    }

    /// The tables that hold rows which the job did not copy: these rows stay, and so do the tables.
    func sharedTables(on target: borrowing Session) throws(FerryError) -> Set<QualifiedName> {
        var names: Set<QualifiedName> = []
        for pair in try existingPairs(on: target) where try holdsOthers(pair, on: target) { names.insert(pair.name) }
        return names
    }

    private func holdsOthers(_ pair: TablePair, on target: borrowing Session) throws(FerryError) -> Bool {
        try target.query(
            "SELECT EXISTS (SELECT FROM \(pair.targetOnly)\(pair.name.quoted) AS r WHERE NOT \(own(pair))) AS others",
            about: pair.name
        ).only().bool("others")
    }

    private func existingPairs(on target: borrowing Session) throws(FerryError) -> [TablePair] {
        var pairs: [TablePair] = []
        for pair in job.plan.pairs {
            let row = try target.query(
                "SELECT to_regclass($1) IS NOT NULL AS present", [pair.name.quoted], about: pair.name
            ).only()
            if try row.bool("present") { pairs.append(pair) }
        }
        return pairs
    }

    /// The numbers of the pairs whose tables a remaining foreign key references: TRUNCATE and DROP would fail, even if the
    /// referencing table is empty.
    ///
    /// - Throws: ``FerryError/Code/invalidRequest`` if a row references one that is to be deleted: that would violate the key,
    ///   or delete the row too.
    private func referredPairs(
        _ pairs: [TablePair], on target: borrowing Session
    ) throws(FerryError) -> Set<PairNumber> {
        var referred: Set<PairNumber> = []
        for row in try target.query(Statements.referrers, [ArrayText.format(pairs.map(\.name.quoted))]) {
            let pair = pairs[try row.int("position", as: Int.self) - 1]
            let referrer = try row.name()
            let isHeld = try target.query(
                """
                SELECT EXISTS (SELECT FROM \(referrer.quoted) AS f \
                JOIN \(try row.name("referenced_schema", "referenced_name").quoted) AS r \
                ON \(try row.string("condition")) WHERE \(own(pair))) AS is_held
                """
            ).only().bool("is_held")
            guard !isHeld else {
                throw FerryError(
                    .invalidRequest, "The table holds rows that reference rows which the job copied to \(pair.name).",
                    hint:
                        "Delete the referencing rows or drop the foreign key \(try row.string("key")), then run the same "
                        + "command again.",
                    side: .target, table: referrer)
            }
            referred.insert(pair.number)
        }
        return referred
    }

    /// An SQL condition for the rows of `r` that the job copied.
    private func own(_ pair: TablePair) -> String {
        "r.xmin = ANY (ARRAY(\(LedgerChunks.transactionsSQL(job: job.number, pair: pair.number))))"
    }

    // MARK: Constraints, triggers and indexes

    private func takeOff(_ pairs: [TablePair], on target: borrowing Session) throws(FerryError) {
        // For the sake of event triggers.
        try ActingRole(owner: nil).change(on: target) { () throws(FerryError) in try dropAndDisable(pairs, on: target) }
    }

    private func dropAndDisable(_ pairs: [TablePair], on target: borrowing Session) throws(FerryError) {
        for pair in pairs {
            try target.execute("LOCK TABLE \(pair.targetOnly)\(pair.name.quoted) IN ACCESS EXCLUSIVE MODE")
        }
        for (_, constraint) in try pairs.constraintsToDrop(on: target) {
            let (relation, name) = (constraint.relation.quoted, constraint.name.quotedIdentifier)
            try target.execute("ALTER TABLE IF EXISTS \(relation) DROP CONSTRAINT IF EXISTS \(name)")
        }
        for trigger in pairs.flatMap(\.triggers) { try target.execute(trigger.disabling) }
    }

    /// Restores what the job and this restart dropped or disabled, except on tables that were dropped.
    ///
    /// - Parameter onlyPending: Whether what the job itself has put back is on.
    /// - Returns: What the target does not accept.
    private func putOn(
        _ pairs: [TablePair], onlyPending: Bool = false, on target: borrowing Session
    ) throws(FerryError) -> [StillOff] {
        let ledger = Ledger()
        var faults: [StillOff] = []
        let present = Set(try existingPairs(on: target).map(\.number))
        let pending = Set(try ledger.pendingDefinitions(job: job.number, target).map(\.number))
        for definition in try ledger.definitions(job: job.number, target) {
            let isPending = pending.contains(definition.number)
            let isOff =
                definition.kind == .index ? isPending && job.plan.isOff(definition) : isPending || !onlyPending
            if isOff, present.contains(definition.pair), let fault = try putOn(definition, on: target) {
                faults.append(StillOff(definition, error: fault))
                if !isPending { try ledger.markPending(definition.number, job: job.number, target) }
                continue
            }
            if isPending {
                try target.execute(
                    LedgerEntry(job: job.number, number: definition.number).markSQL, about: definition.relation)
            }
        }
        return faults
    }

    /// - Returns: The error, if it concerns the definition alone and faults are tolerated.
    private func putOn(_ definition: SavedDefinition, on target: borrowing Session) throws(FerryError) -> FerryError? {
        if toleratesFaults { try target.execute("SAVEPOINT vecferry_put_on") }
        do throws(FerryError) {
            try job.plan[definition.pair].role(for: definition).change(on: target) { () throws(FerryError) in
                for statement in definition.statements { try target.define(statement, about: definition.relation) }
            }
        } catch {
            guard toleratesFaults, error.concernsOneTable else { throw error }
            try target.execute("ROLLBACK TO SAVEPOINT vecferry_put_on")
            return error
        }
        if toleratesFaults { try target.execute("RELEASE SAVEPOINT vecferry_put_on") }
        return nil
    }

    // MARK: Rows

    private func removeRows(
        _ pairs: [TablePair], referred: Set<PairNumber>, on target: borrowing Session
    ) throws(FerryError) {
        var emptied: [TablePair] = []
        var dropped: [TablePair] = []
        for pair in pairs {
            if try !holdsOthers(pair, on: target), !referred.contains(pair.number) {
                if pair.isCreated { dropped.append(pair) } else { emptied.append(pair) }
            } else {
                try delete(pair, on: target)
            }
        }
        if !dropped.isEmpty, try !drop(dropped.map(\.name.quoted), on: target) { emptied += dropped }
        try emptied.truncate(on: target)
    }

    /// Deletes the job's rows as the table's owner, who may not read the ledger.
    private func delete(_ pair: TablePair, on target: borrowing Session) throws(FerryError) {
        let rows = try target.query(LedgerChunks.transactionsSQL(job: job.number, pair: pair.number))
        let list = ArrayText.format(try rows.map { row throws(FerryError) in try row.string("xid") })
        try pair.actingRole.change(on: target) { () throws(FerryError) in
            _ = try target.execute(
                """
                DELETE FROM \(pair.targetOnly)\(pair.name.quoted) AS r \
                WHERE r.xmin = ANY (\(list.quotedLiteral)::pg_catalog.xid[])
                """, about: pair.name)
        }
    }

    /// Drops tables that the job created.
    ///
    /// - Returns: Whether that was possible: a view created since prevents it.
    private func drop(_ tables: [String], on target: borrowing Session) throws(FerryError) -> Bool {
        try target.execute("SAVEPOINT vecferry_drop")
        do throws(FerryError) {
            try ActingRole(owner: nil).change(on: target) { () throws(FerryError) in
                _ = try target.execute("DROP TABLE \(tables.joined(separator: ", "))")
            }
            return true
        } catch {
            guard error.cause?.sqlState == "2BP01" else { throw error }
            try target.execute("ROLLBACK TO SAVEPOINT vecferry_drop")
            return false
        }
    }
}
