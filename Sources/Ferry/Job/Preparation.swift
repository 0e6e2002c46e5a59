internal import Postgres

/// Makes the target ready to be loaded, in one transaction together with the ledger of the job: either all of it is done and
/// can be undone from the ledger, or nothing was.
struct Preparation {
    /// A plan without blockers.
    let plan: Plan
    /// What ``JobFingerprint`` gave.
    let fingerprint: String
    /// The source's, as ``Snapshot/visibility``.
    let visibility: String
    /// Statements that make the tables that are missing.
    let creation: [String]
    /// How long one try waits for a lock.
    let lockWait: Duration

    /// - Returns: The job's number.
    func run(on target: borrowing Connection) throws(FerryError) -> Int {
        do throws(FerryError) {
            try on(.target) { () throws(PostgresError) in
                // Whoever uses the tables may finish first, and is not held up for longer by our waiting.
                try target.execute(LockHolder.begin(lockWait))
            }
            try Ledger().prepare(target)
            try on(.target) { () throws(PostgresError) in
                for statement in creation { try target.execute(statement) }
            }
            FailPoint.reached(.afterLedgerSchema)
            try takeOff(on: target)
            FailPoint.reached(.afterTakeOff)
            try clear(on: target)
            FailPoint.reached(.afterClear)
            let saved = try on(.target) { () throws(PostgresError) in try definitions(on: target) }
            let job = try Ledger().begin(
                plan, fingerprint: fingerprint, sourceVisibility: visibility, saved: saved, target)
            FailPoint.reached(.beforePrepareCommit)
            try on(.target) { () throws(PostgresError) in try target.execute("COMMIT") }
            FailPoint.reached(.afterPrepareCommit)
            return job
        } catch {
            if error.cause?.isConnectionGone != true { _ = try? target.execute("ROLLBACK") }
            throw error.naming(LockHolder(behind: error, text: plan.pairs.lockText, on: target))
        }
    }

    // MARK: What goes for the load

    private func takeOff(on target: borrowing Connection) throws(FerryError) {
        for pair in plan.pairs {
            try on(.target, pair.name) { () throws(PostgresError) in
                for constraint in pair.constraints where constraint.exists {
                    let table = try constraint.relation.quoted(on: target)
                    let name = try target.quoteIdentifier(constraint.name)
                    try target.execute("ALTER TABLE \(table) DROP CONSTRAINT \(name)")
                }
                for trigger in pair.triggers { try target.execute(try trigger.disabling(on: target)) }
                for index in pair.indexes where index.action == .rebuild {
                    try target.execute("DROP INDEX \(try index.name.quoted(on: target))")
                }
            }
        }
    }

    private func clear(on target: borrowing Connection) throws(FerryError) {
        let truncated = plan.pairs.filter { $0.load == .truncate }
        if !truncated.isEmpty {
            try on(.target) { () throws(PostgresError) in
                var names: [String] = []
                for pair in truncated { names.append(pair.targetOnly + (try pair.name.quoted(on: target))) }
                try target.execute("TRUNCATE \(names.joined(separator: ", "))")
            }
        }
        // A row finds its bot through its parent, so the parent's rows go last.
        for pair in plan.pairs.sorted(by: { ($0.botScope?.depth ?? 0) > ($1.botScope?.depth ?? 0) }) {
            guard case .replaceBots(let bots) = pair.load, !bots.isEmpty, let scope = pair.botScope else { continue }
            try on(.target, pair.name) { () throws(PostgresError) in
                let condition = try scope.belongs(to: bots, alias: "r", on: target)
                try target.execute(
                    "DELETE FROM \(pair.targetOnly)\(try pair.name.quoted(on: target)) AS r WHERE \(condition)")
            }
        }
    }

    // MARK: What comes back

    /// Everything that is put on after the load, in stages: indexes, constraints, triggers.
    private func definitions(on target: borrowing Connection) throws(PostgresError) -> [SavedDefinition] {
        var definitions: [SavedDefinition] = []
        func add(
            _ pair: TablePair, _ kind: SavedDefinition.Kind, stage: Int, _ relation: QualifiedName, _ name: String,
            _ statements: [String]
        ) {
            definitions.append(
                SavedDefinition(
                    number: definitions.count, pair: pair.number, kind: kind, stage: stage, relation: relation,
                    name: name, statements: statements))
        }
        for pair in plan.pairs {
            for index in pair.indexes where index.action != .keep {
                for build in index.builds {
                    add(pair, .index, stage: build.stage, build.relation, build.index.name, build.statements)
                }
            }
            for constraint in pair.constraints {
                let table = try constraint.relation.quoted(on: target)
                let name = try target.quoteIdentifier(constraint.name)
                add(
                    pair, .constraint, stage: SavedDefinition.constraintStage, constraint.relation, constraint.name,
                    ["ALTER TABLE \(table) ADD CONSTRAINT \(name) \(constraint.definition)"] + constraint.after)
            }
            for trigger in pair.triggers {
                add(
                    pair, .trigger, stage: SavedDefinition.triggerStage, trigger.relation, trigger.name,
                    [try trigger.enabling(on: target)])
            }
        }
        return definitions
    }
}

extension [TablePair] {
    /// The tables' names, for ``LockHolder``.
    var lockText: String { map(\.name.sql).joined(separator: ", ") }
}

extension SavedDefinition {
    /// Constraints come after all indexes: foreign keys need the unique ones of the tables that they refer to.
    static let constraintStage = 10
    /// Triggers come last.
    static let triggerStage = 20
}

extension BotScope {
    /// How many foreign keys lead to the bot column.
    var depth: Int {
        switch self {
        case .column: 0
        case .through(_, _, _, let scope): 1 + scope.depth
        }
    }
}
