/// Restores the foreign keys, checks and triggers that must not be active during the load.
struct Finisher {
    /// The job's number in the ledger.
    let job: JobNumber
    /// How long one try waits for a lock.
    let lockWait: Duration

    /// - Returns: The errors of pairs whose constraints the target does not accept.
    func run(pairs: [TablePair], _ session: inout JobSession) throws(FerryError) -> [PairNumber: FerryError] {
        let plans = Dictionary(uniqueKeysWithValues: pairs.map { ($0.number, $0) })
        var failures: [PairNumber: FerryError] = [:]
        let pending = try session.run { target throws(FerryError) in
            try Ledger().pendingDefinitions(job: job, target)
        }
        for definition in pending where definition.kind != .index {
            guard let role = plans[definition.pair]?.role(for: definition) else { continue }
            do throws(FerryError) {
                try session.run { target throws(FerryError) in try restore(definition, as: role, on: target) }
            } catch {
                guard error.concernsOneTable else { throw error }
                failures[definition.pair] = failures[definition.pair] ?? error
            }
        }
        return failures
    }

    /// Restores one definition and marks it as restored, in one transaction.
    private func restore(
        _ definition: SavedDefinition, as role: ActingRole, on target: borrowing Session
    ) throws(FerryError) {
        let table = definition.relation
        try target.transaction(
            lockWait: lockWait, about: table,
            locking: ([table.sql] + definition.statements).joined(separator: "; ")
        ) { () throws(FerryError) in
            let entry = LedgerEntry(job: job, number: definition.number)
            let state = try target.query(entry.lockSQL, about: table)
            // The answer to an earlier try's COMMIT may have been lost.
            if try state.first?.bool("restored") != true {
                try role.change(on: target) { () throws(FerryError) in
                    for statement in definition.statements { try target.define(statement, about: table) }
                }
                FailPoint.reached(.afterDefinition)
                try target.execute(entry.markSQL, about: table)
            }
            FailPoint.reached(.beforeDefinitionCommit)
        }
        FailPoint.reached(.afterDefinitionCommit)
    }
}

extension TablePair {
    /// The role that restores one of its definitions.
    func role(for definition: SavedDefinition) -> ActingRole {
        let constraint = constraints.first {
            definition.kind == .constraint && $0.relation == definition.relation && $0.name == definition.name
        }
        return constraint?.actingRole ?? ActingRole(owner: nil)
    }
}
