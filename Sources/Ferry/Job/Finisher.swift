/// Restores the foreign keys, checks and triggers that must not be active during the load.
struct Finisher {
    /// The job's number in the ledger.
    let job: JobNumber
    /// How long one try waits for a lock.
    let lockWait: Duration

    /// - Returns: The errors of pairs whose constraints the target does not accept.
    func run(pairs: [TablePair], _ session: inout JobSession) throws(FerryError) -> [PairNumber: FerryError] {
        let numbers = Set(pairs.map(\.number))
        var failures: [PairNumber: FerryError] = [:]
        let pending = try session.run { target throws(FerryError) in
            try Ledger().pendingDefinitions(job: job, target)
        }
        for definition in pending where definition.kind != .index && numbers.contains(definition.pair) {
            do throws(FerryError) {
                try session.run { target throws(FerryError) in try restore(definition, on: target) }
            } catch {
                guard error.concernsOneTable else { throw error }
                failures[definition.pair] = failures[definition.pair] ?? error
            }
        }
        return failures
    }

    /// Restores one definition and marks it as restored, in one transaction.
    private func restore(_ definition: SavedDefinition, on target: borrowing Session) throws(FerryError) {
        let table = definition.relation
        try target.transaction(
            lockWait: lockWait, about: table,
            locking: ([table.sql] + definition.statements).joined(separator: "; ")
        ) { () throws(FerryError) in
            let entry = LedgerEntry(job: job, number: definition.number)
            let state = try target.query(entry.lockSQL, about: table)
            // The answer to an earlier try's COMMIT may have been lost.
            if try state.first?.bool("restored") != true {
                for statement in definition.statements { try target.define(statement, about: table) }
                FailPoint.reached(.afterDefinition)
                try target.execute(entry.markSQL, about: table)
            }
            FailPoint.reached(.beforeDefinitionCommit)
        }
        FailPoint.reached(.afterDefinitionCommit)
    }
}
