internal import Synchronization

/// Makes the target's tables equal to the source's where they differ, in batches of rows, each one transaction.
///
/// All deletions come first, children before parents; then rows are copied, parents before children. So a key that a deletion
/// frees is free, and foreign keys hold at all times. Each pass locates the rows again, in the snapshots of the comparison, so
/// that memory does not grow with the number of rows that differ.
struct Repairer {
    /// The rows of one transaction: a few megabytes of embeddings, and short locks.
    private static let batch = 1_000

    /// The endpoints and the workers. The repair opens sessions of its own, which can write to the target.
    let engine: Engine
    /// The options of the repair.
    let request: VerifyRequest
    /// The comparison's snapshots, which stay open until all is done.
    let sides: BothSides

    /// A table that differs.
    struct Work {
        /// The table.
        var table: ComparedTable
        /// The sums of both sides.
        var sums: Comparer.Result
        /// The numbers of rows that differ.
        var counts: FindingCounts

        /// Whether rows of bots that only the target has are among the extra rows against the request.
        var mayDeleteTargetBots: Bool {
            !table.countsTargetBots && Side.allCases.contains { sums.sums[$0]?.bots?.isOverfull == true }
        }
    }

    /// Repairs the tables.
    ///
    /// - Returns: The repairs, table by table, in the order given.
    /// - Throws: ``FerryError/Code/blocked`` if the role lacks a right, before anything is changed.
    func run(_ work: [Work]) throws(FerryError) -> [TableRepair] {
        for item in work { try requireRights(item) }
        let leader = try engine.workers.retrying { () throws(FerryError) in
            try engine.target.connect()
        }
        try Ledger().acquireLock(leader, for: .repair, engine.workers.interrupt)
        // A copy may have begun, and stopped, since the comparison began.
        try LedgerMemory.requireNoOpenCopy(leader)
        return try engine.workers.during(.repair) { () throws(FerryError) in try repair(work) }
    }

    private func repair(_ work: [Work]) throws(FerryError) -> [TableRepair] {
        let ordered = parentsFirst(work)
        var repairs: [TableNumber: TableRepair] = [:]
        for item in work {
            repairs[item.table.number] = TableRepair(name: item.table.name, deleted: 0, inserted: 0, replaced: 0)
        }
        for item in ordered.reversed() where item.counts.extra > 0 {
            let batch = batch(for: item)
            var places: [RowPlace] = []
            func delete() throws(FerryError) {
                repairs[item.table.number]?.deleted += try once { target, sent throws(FerryError) in
                    try batch.delete(places, on: target, sent: &sent) { () throws(FerryError) in
                        _ = try sides.target.connect()
                    }
                }
                places = []
            }
            try locate(item) { difference throws(FerryError) in
                guard difference.kind == .extra, let place = difference.target?.place else { return }
                places.append(place)
                if places.count == Self.batch { try delete() }
            }
            if !places.isEmpty { try delete() }
        }
        for item in ordered where item.counts.missing + item.counts.differing > 0 {
            let batch = batch(for: item)
            var rows = RepairBatch.Incoming()
            func bring() throws(FerryError) {
                let done = try once { target, sent throws(FerryError) in
                    try batch.bring(rows, from: try sides.source.connect(), to: target, sent: &sent)
                }
                repairs[item.table.number]?.inserted += done.inserted
                repairs[item.table.number]?.replaced += done.replaced
                rows = RepairBatch.Incoming()
            }
            try locate(item) { difference throws(FerryError) in
                guard let place = difference.source?.place else { return }
                switch difference.kind {
                case .missing: rows.missing.append(place)
                case .differs: rows.differing.append(place)
                case .extra: return
                }
                if rows.count == Self.batch { try bring() }
            }
            if rows.count > 0 { try bring() }
        }
        return work.compactMap { repairs[$0.table.number] }
    }

    private func batch(for item: Work) -> RepairBatch {
        RepairBatch(
            table: item.table, relations: relations(of: item.table), lockWait: engine.workers.retry.lockWait)
    }

    /// Locates the rows of one table again.
    private func locate(_ item: Work, _ body: (Difference) throws(FerryError) -> Void) throws(FerryError) {
        try Locator(
            sides: sides, table: item.table, chunkBytes: request.chunkBytes, budget: request.locateBudget,
            loneBots: item.sums.loneBots
        ).run(item.sums.space, item.sums.sums.mapValues(\.slots), body)
    }

    /// Carries out a transaction exactly once, with as many tries as it takes.
    private func once<Result>(
        _ body: (borrowing Session, inout RepairCommit<Result>?) throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        var sent: RepairCommit<Result>?
        return try engine.workers.retrying { () throws(FerryError) in
            let toast = request.toastCompression.method(on: sides.target.catalog.server)
            let target = try engine.target.connect(toast?.setting ?? "")
            if let earlier = sent, try earlier.isDone(on: target, engine.workers.interrupt) { return earlier.result }
            sent = nil
            return try body(target, &sent)
        }
    }

    private func relations(of table: ComparedTable) -> [Relation] {
        let catalog = sides.target.catalog
        guard let root = catalog.relation(table.name) else { return [] }
        return [root] + catalog.tree(below: root)
    }

    private func requireRights(_ item: Work) throws(FerryError) {
        let relations = relations(of: item.table)
        guard let root = relations.first else { return }
        var missing: [String] = []
        if item.counts.extra > 0, !root.rights.delete { missing.append("DELETE") }
        if item.counts.missing > 0, !root.rights.insert { missing.append("INSERT") }
        if item.counts.differing > 0, !root.rights.update { missing.append("UPDATE") }
        let user = sides.target.catalog.server.user
        guard missing.isEmpty else {
            let rights = missing.joined(separator: ", ")
            throw FerryError(
                .blocked, "The role \(user) lacks \(rights) on the table.",
                hint: "GRANT \(rights) ON \(root.name.sql) TO \(user.sqlIdentifier).", side: .target, table: root.name)
        }
        var changes: Set<String> = []
        if item.counts.extra > 0 { changes.insert("DELETE") }
        if item.counts.differing > 0 { changes.insert("UPDATE") }
        if let relation = relations.first(where: { !changes.isDisjoint(with: $0.unidentifiedChanges) }) {
            throw FerryError(
                .blocked,
                "\(relation.name) is published and has no replica identity, so its rows can be neither deleted nor changed.",
                hint: "Run ALTER TABLE \(relation.name.sql) REPLICA IDENTITY FULL for the time of the repair.",
                side: .target,
                table: root.name)
        }
        if let (table, rule) = relations.lazy.compactMap({ table in
            table.triggers.first(where: \.isRule).map { (table, $0) }
        })
        .first {
            let (alter, name) = ("ALTER TABLE \(table.name.sql)", rule.name.sqlIdentifier)
            throw FerryError(
                .blocked, "The rule \(rule.name) would change other rows than those that are repaired.",
                hint: "Run \(alter) DISABLE RULE \(name) before the repair, and \(alter) ENABLE RULE \(name) after it.",
                side: .target, table: table.name)
        }
        let triggers = relations.flatMap { relation in relation.triggers.map { (relation, $0.name) } }
        if let (relation, name) = triggers.first(where: { !$0.0.rights.own }) {
            throw FerryError(
                .blocked,
                "The trigger \(name) would fire, and only the owner \(relation.owner) may disable it for the repair.",
                hint: "GRANT \(relation.owner.sqlIdentifier) TO \(user.sqlIdentifier), or disable the trigger.",
                side: .target, table: relation.name)
        }
    }

    /// Orders tables so that each comes after those that its foreign keys reference. Tables that reference each other in a
    /// cycle stay in the order given.
    private func parentsFirst(_ work: [Work]) -> [Work] {
        let catalog = sides.target.catalog
        let names = Set(work.map(\.table.name))
        var ordered: [Work] = []
        var done: Set<QualifiedName> = []
        var left = work
        while !left.isEmpty {
            let ready = left.firstIndex { item in
                relations(of: item.table).flatMap(\.foreignKeys)
                    .compactMap { catalog.relations[$0.referenced]?.name }
                    .allSatisfy { !names.contains($0) || done.contains($0) || $0 == item.table.name }
            }
            let next = left.remove(at: ready ?? 0)
            done.insert(next.table.name)
            ordered.append(next)
        }
        return ordered
    }
}
