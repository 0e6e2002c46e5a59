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

    /// The rows of a table that copies brought: what one of them left out, or left as it was on the target, counts if another
    /// brought it.
    ///
    /// - Returns: nil where no copy had the table.
    func brought(_ table: QualifiedName) -> BotFilter? {
        let filters = plans.compactMap { $0.pairs.first { $0.name == table }?.readBackFilter }
        guard let first = filters.first else { return nil }
        let named = filters.reduce(into: Set<String>()) { bots, filter in
            bots.formUnion(Set(filter.only ?? []).subtracting(filter.except.compactMap(\.self)))
        }
        let whole = filters.filter { $0.only == nil }
        guard let newest = whole.first else {
            return filters.count == 1 ? first : BotFilter(only: named.sorted(), except: [])
        }
        let left = newest.except.filter { bot in
            whole.allSatisfy { $0.except.contains(bot) } && !named.contains { $0 == bot }
        }
        return BotFilter(only: nil, except: left)
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
