/// What the target's ledger tells of earlier copies, as far as it concerns a comparison.
struct LedgerMemory: Sendable {
    /// The plans of all jobs that were not taken back, the newest first.
    var plans: [Plan] = []

    /// The newest job's.
    var newest: Plan? { plans.first }

    /// A table as the newest job that has it took it.
    func pair(_ table: QualifiedName) -> TablePair? {
        plans.lazy.compactMap { $0.pairs.first { $0.name == table } }.first
    }

    /// Reads it.
    static func read(_ session: borrowing Session) throws(FerryError) -> LedgerMemory {
        LedgerMemory(plans: try Ledger().plans(session))
    }

    /// Refuses to repair what a copy has still to bring, or will look at when it goes on.
    static func requireNoOpenCopy(_ session: borrowing Session) throws(FerryError) {
        guard try Ledger().exists(session), let job = try Ledger().newestJob(session), job.state == .loading,
            try !Ledger().openChunks(job, session).isEmpty
        else { return }
        throw FerryError(
            .blocked, "A copy into this target began at \(job.startedAt) and is not finished; nothing was repaired.",
            hint: "Run vecferry copy again; it goes on where it was.", side: .target)
    }
}
