/// The plans of earlier copies in the target's ledger, as far as they concern a comparison.
struct LedgerMemory: Sendable {
    /// The plans of all jobs that were not abandoned, the newest first.
    var plans: [Plan] = []
    /// Why the ledger was not read; nil where it was, or where there is none.
    var refusal: FerryError?

    /// The plan of the newest job.
    var newest: Plan? { plans.first }

    /// The table's pair in the newest job that has it.
    func pair(_ table: QualifiedName) -> TablePair? {
        plans.lazy.compactMap { $0.pairs.first { $0.name == table } }.first
    }

    /// Reads the plans.
    static func read(_ session: borrowing Session) throws(FerryError) -> LedgerMemory {
        LedgerMemory(plans: try Ledger().plans(session))
    }

    /// Refuses a repair while a copy is unfinished: the copy has yet to copy rows, and checks its own when it resumes.
    static func requireNoOpenCopy(_ session: borrowing Session) throws(FerryError) {
        guard try Ledger().exists(session), let job = try Ledger().newestJob(session), job.state == .loading,
            try !Ledger().chunks(job, session).open.isEmpty
        else { return }
        throw FerryError(
            .blocked, "A copy into this target began at \(job.startedAt) and is not finished. Nothing was repaired.",
            hint: "Run vecferry copy again to resume.", side: .target)
    }
}
