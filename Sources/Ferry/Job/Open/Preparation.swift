/// Prepares the target for the load, in one transaction with the job's ledger entries: either all of it is done and can be
/// undone from the ledger, or nothing is changed.
struct Preparation {
    /// A plan without blockers.
    let plan: Plan
    /// The ``JobFingerprint`` of the job.
    let fingerprint: String
    /// The source's ``Snapshot/visibility``.
    let visibility: String
    /// The definitions of the missing tables; nil where none is created.
    let creation: CreationScripts?
    /// How long one try waits for a lock.
    let lockWait: Duration

    /// - Returns: The job's number, and why the tables of some pairs could not be created.
    func run(on target: borrowing Session) throws(FerryError) -> (job: JobNumber, refused: [PairNumber: FerryError]) {
        let begun = try target.transaction(lockWait: lockWait, locking: plan.pairs.lockText) { () throws(FerryError) in
            try Ledger().prepare(target)
            let refused = try createTables(on: target)
            FailPoint.reached(.afterLedgerSchema)
            try takeOff(on: target)
            FailPoint.reached(.afterTakeOff)
            try clear(on: target)
            FailPoint.reached(.afterClear)
            let job = try Ledger().begin(
                plan, fingerprint: fingerprint, sourceVisibility: visibility, saved: plan.savedDefinitions, target)
            FailPoint.reached(.beforePrepareCommit)
            return (job, refused)
        }
        FailPoint.reached(.afterPrepareCommit)
        return begun
    }

    private func createTables(on target: borrowing Session) throws(FerryError) -> [PairNumber: FerryError] {
        guard let creation else { return [:] }
        let refused = try creation.run(on: target)
        // A job without a table would be of no use.
        if refused.count == plan.pairs.count, let first = refused.min(by: { $0.key < $1.key }) { throw first.value }
        return refused
    }

    // MARK: Dropped and disabled objects

    private func takeOff(on target: borrowing Session) throws(FerryError) {
        // For the sake of event triggers.
        try ActingRole(owner: nil).change(on: target) { () throws(FerryError) in
            let constraints = try plan.pairs.constraintsToDrop(on: target).filter(\.constraint.exists).map {
                pair, constraint in
                (sql: constraint.dropping, table: pair.name)
            }
            let others = plan.pairs.flatMap { pair in
                let indexes = pair.indexes.filter { $0.action == .rebuild }.map { "DROP INDEX \($0.name.quoted)" }
                return (pair.triggers.map(\.disabling) + indexes).map { (sql: $0, table: pair.name) }
            }
            try target.execute(constraints + others)
        }
    }

    private func clear(on target: borrowing Session) throws(FerryError) {
        try plan.pairs.filter { $0.load == .truncate }.truncate(on: target)
        // The bot of a row may be found in its parent, so the parent's rows are deleted last.
        for pair in plan.pairs.sorted(by: { ($0.botScope?.depth ?? 0) > ($1.botScope?.depth ?? 0) }) {
            guard case .replaceBots(let bots) = pair.load, !bots.isEmpty, let scope = pair.botScope else { continue }
            try pair.actingRole.change(on: target) { () throws(FerryError) in
                _ = try target.execute(
                    "DELETE FROM \(pair.targetOnly)\(pair.name.quoted) AS r WHERE \(scope.belongs(to: bots, alias: "r"))",
                    about: pair.name)
            }
        }
    }
}

extension [TablePair] {
    /// Empties the tables, whose foreign keys to each other are dropped: those of each owner as that owner, whose trigger may be
    /// newer than the plan.
    func truncate(on target: borrowing Session) throws(FerryError) {
        for (owner, pairs) in Dictionary(grouping: self, by: \.owner).sorted(by: { ($0.key ?? "") < ($1.key ?? "") }) {
            let list = pairs.map { $0.targetOnly + $0.name.quoted }.joined(separator: ", ")
            try ActingRole(owner: owner).change(on: target) { () throws(FerryError) in
                _ = try target.execute("TRUNCATE \(list)")
            }
        }
    }

    /// The tables' names, for ``LockHolder``.
    var lockText: String { map(\.name.sql).joined(separator: ", ") }
}

extension BotScope {
    /// The number of foreign keys on the path to the bot column.
    var depth: Int {
        switch self {
        case .column: 0
        case .through(_, _, _, let scope): 1 + scope.depth
        }
    }
}
