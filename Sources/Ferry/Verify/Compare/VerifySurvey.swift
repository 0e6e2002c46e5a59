/// Reads both servers and their catalogs, in the snapshots to compare.
struct VerifySurvey {
    let engine: Engine
    /// The tables to compare.
    let selection: TableSelection

    /// Opens both sides. The caller closes the keepers of the snapshots.
    func open(_ source: SnapshotKeeper, _ target: SnapshotKeeper) throws(FerryError) -> BothSides {
        let (left, right) = (engine.source.readOnly, engine.target.readOnly)
        let (sourceSnapshot, targetSnapshot) = (try source.snapshot(), try target.snapshot())
        return try engine.workers.retrying { () throws(FerryError) in
            let onSource = try left.connect()
            let onTarget = try right.connect()
            try PoolerProbe(endpoint: left).requireSessions(onSource)
            try PoolerProbe(endpoint: right).requireSessions(onTarget)
            try sourceSnapshot.join(over: onSource)
            try targetSnapshot.join(over: onTarget)
            if try Surveyor.sharesDatabase(onSource, onTarget) {
                throw FerryError(
                    .invalidRequest, "Source and target are the same database.",
                    hint: "Give --source the restored snapshot and --target the new cluster.")
            }
            return BothSides(
                source: try reader(left, source, sourceSnapshot, onSource),
                target: try reader(right, target, targetSnapshot, onTarget), workers: engine.workers)
        }
    }

    private func reader(
        _ endpoint: Endpoint, _ keeper: SnapshotKeeper, _ snapshot: Snapshot, _ session: borrowing Session
    ) throws(FerryError) -> SideReader {
        let catalog = try CatalogReader().read(session) { $0.chosen(selection) }
        return SideReader(
            endpoint: endpoint, keeper: keeper, snapshot: snapshot, catalog: catalog,
            generation: try GenerationExpressions.read(of: catalog.chosen(selection), on: session))
    }

    /// Reads the plans of earlier copies, if the target has a ledger that this role may read and trust. Otherwise everything is
    /// compared.
    ///
    /// - Throws: Before a repair, an error if the ledger can't be read or a copy is not finished.
    func memory(_ target: SideReader, for repair: RepairMode) throws(FerryError) -> LedgerMemory {
        try engine.workers.retrying { () throws(FerryError) in
            let session = try target.connect()
            if repair == .none, let refusal = try LedgerTrust(session).refusal { return LedgerMemory(refusal: refusal) }
            guard try Ledger().exists(session) else { return LedgerMemory() }
            if repair != .none { try LedgerMemory.requireNoOpenCopy(session) }
            return try LedgerMemory.read(session)
        }
    }

    /// Refuses a repair if the role may not create its temporary table, before anything is read for it.
    func requireTemporary(_ target: SideReader) throws(FerryError) {
        let mayCreate = try engine.workers.retrying {
            () throws(FerryError) in try Surveyor.mayCreateTemporary(try target.connect())
        }
        guard !mayCreate else { return }
        let (user, database) = (target.catalog.server.user, target.catalog.server.database)
        throw FerryError(
            .blocked, "The role \(user) may not create temporary tables, which a repair requires.",
            hint: "GRANT TEMPORARY ON DATABASE \(database.sqlIdentifier) TO \(user.sqlIdentifier).", side: .target)
    }
}

extension Engine {
    /// Runs a block with keepers of both sides' snapshots, which are open until it ends.
    func withSnapshots<Result>(
        _ body: (_ source: SnapshotKeeper, _ target: SnapshotKeeper) throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        let source = SnapshotKeeper(self.source.readOnly, workers: workers)
        let target = SnapshotKeeper(self.target.readOnly, workers: workers)
        defer {
            source.close()
            target.close()
        }
        for keeper in [source, target] { keeper.begin(locking: []) }
        return try body(source, target)
    }
}
