internal import Postgres
internal import SQLStatements

/// Starts over: takes back what a job put into the target, and nothing else, so that a new job finds what this one found.
///
/// Invariants:
/// - Rows are told by their xmin: the ledger holds the transaction of each chunk. A row that somebody has updated since
///   has another one, and stays.
/// - No foreign key deletes along: those of the job's tables are off meanwhile, and tables outside the job that refer to
///   them must be empty.
/// - No trigger fires.
struct Restart {
    let job: Ledger.Job

    func run(on target: borrowing Connection) throws(FerryError) {
        do throws(FerryError) {
            try on(.target) { () throws(PostgresError) in try target.execute("BEGIN; SET LOCAL lock_timeout TO '30s'") }
            // First, since it waits for the job's transactions under way, and none begins after it.
            try Ledger().abandon(job: job.number, target)
            FailPoint.reached(.afterRestartAbandon)
            let pairs = try existingPairs(on: target)
            let referrers = try referrers(to: pairs, on: target)
            try on(.target) { () throws(PostgresError) in
                try takeOff(pairs, on: target)
                try removeRows(pairs, mayTruncate: referrers.isEmpty, on: target)
            }
            FailPoint.reached(.afterRestartRows)
            try putOn(pairs, on: target)
            FailPoint.reached(.beforeRestartCommit)
            try on(.target) { () throws(PostgresError) in try target.execute("COMMIT") }
            FailPoint.reached(.afterRestartCommit)
        } catch {
            if error.cause?.isConnectionGone != true { _ = try? target.execute("ROLLBACK") }
            throw error
        }
    }

    private func existingPairs(on target: borrowing Connection) throws(FerryError) -> [TablePair] {
        var pairs: [TablePair] = []
        for pair in job.plan.pairs {
            let exists = try on(.target, pair.name) { () throws(PostgresError) in
                let table = try pair.name.quoted(on: target)
                return try target.query("SELECT to_regclass($1) IS NOT NULL AS present", [table])[0].bool("present")
            }
            if exists { pairs.append(pair) }
        }
        return pairs
    }

    /// Tables outside the job that refer to its tables.
    ///
    /// - Throws: ``FerryError/Code/invalidRequest`` where one holds rows: taking away what they refer to would break them,
    ///   or delete them too.
    private func referrers(
        to pairs: [TablePair], on target: borrowing Connection
    ) throws(FerryError) -> [QualifiedName] {
        let found = try on(.target) { () throws(PostgresError) in
            var names: [String] = []
            for pair in pairs { names.append(try pair.name.quoted(on: target)) }
            var found: [QualifiedName] = []
            for row in try target.query(Statements.referrers, [ArrayText.format(names)]) {
                found.append(QualifiedName(schema: try row.string("schema"), name: try row.string("name")))
            }
            return found
        }
        for table in found {
            let hasRows = try on(.target, table) { () throws(PostgresError) in
                let quoted = try table.quoted(on: target)
                return try target.query("SELECT EXISTS (SELECT FROM \(quoted)) AS has_rows")[0].bool("has_rows")
            }
            guard !hasRows else {
                throw FerryError(
                    .invalidRequest, "The table holds rows that refer to rows of the job.",
                    hint: "Empty it, or drop its foreign key, before the job can start over.", side: .target,
                    table: table)
            }
        }
        return found
    }

    // MARK: Off and on again

    private func takeOff(_ pairs: [TablePair], on target: borrowing Connection) throws(PostgresError) {
        for pair in pairs {
            let table = try pair.name.quoted(on: target)
            try target.execute("LOCK TABLE \(pair.targetOnly)\(table) IN ACCESS EXCLUSIVE MODE")
            for key in pair.foreignKeys {
                let relation = try key.relation.quoted(on: target)
                let name = try target.quoteIdentifier(key.name)
                try target.execute("ALTER TABLE IF EXISTS \(relation) DROP CONSTRAINT IF EXISTS \(name)")
            }
            for trigger in pair.triggers {
                let relation = try trigger.relation.quoted(on: target)
                let name = try target.quoteIdentifier(trigger.name)
                try target.execute("ALTER TABLE ONLY \(relation) DISABLE TRIGGER \(name)")
            }
        }
    }

    /// Puts on again what the job or this took off. Tables that the job made and that go have nothing left to be put on.
    private func putOn(_ pairs: [TablePair], on target: borrowing Connection) throws(FerryError) {
        let ledger = Ledger()
        let present = Set(try existingPairs(on: target).map(\.number))
        let pending = Set(try ledger.pendingDefinitions(job: job.number, target).map(\.number))
        for definition in try ledger.definitions(job: job.number, target) {
            let isPending = pending.contains(definition.number)
            let isOff = definition.kind == .index ? isPending && isDropped(definition) : true
            try on(.target, definition.relation) { () throws(PostgresError) in
                if isOff, present.contains(definition.pair) {
                    for statement in definition.statements { try target.execute(statement) }
                }
                if isPending {
                    try target.execute(Ledger.markRestoredSQL(job: job.number, number: definition.number))
                }
            }
        }
    }

    /// Whether the job takes an index away before it builds it; REINDEX and CONCURRENTLY leave the old one in its place.
    private func isDropped(_ definition: SavedDefinition) -> Bool {
        job.plan.pairs[definition.pair].indexes.contains { index in
            (index.action == .rebuild || index.action == .create)
                && index.builds.contains {
                    $0.relation == definition.relation && $0.index.name == definition.name && !$0.isConcurrent
                }
        }
    }

    // MARK: Rows

    private func removeRows(
        _ pairs: [TablePair], mayTruncate: Bool, on target: borrowing Connection
    ) throws(PostgresError) {
        var emptied: [String] = []
        var dropped: [String] = []
        for pair in pairs {
            let table = try pair.targetOnly + pair.name.quoted(on: target)
            let own = """
                r.xmin = ANY (ARRAY(SELECT xid FROM vecferry.chunk \
                WHERE job = \(job.number) AND pair = \(pair.number) AND xid IS NOT NULL))
                """
            let hasOthers = try target.query(
                "SELECT EXISTS (SELECT FROM \(table) AS r WHERE NOT \(own)) AS others")[0].bool("others")
            if !hasOthers, mayTruncate, pair.isCreated {
                dropped.append(try pair.name.quoted(on: target))
            } else if !hasOthers, mayTruncate {
                emptied.append(table)
            } else {
                try target.execute("DELETE FROM \(table) AS r WHERE \(own)")
            }
        }
        // Together, since they may refer to each other.
        if !emptied.isEmpty { try target.execute("TRUNCATE \(emptied.joined(separator: ", "))") }
        if !dropped.isEmpty { try target.execute("DROP TABLE \(dropped.joined(separator: ", "))") }
    }
}
