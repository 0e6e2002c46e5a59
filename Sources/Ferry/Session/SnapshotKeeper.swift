internal import Postgres
internal import Synchronization

/// Holds a snapshot of its endpoint open until ``close()``.
///
/// A worker that loses its session asks for the snapshot again. If the keeper's own session is lost too, such as after
/// a restart of the server, it takes a new snapshot, and ``Snapshot/visibility`` shows whether that has the same rows.
///
/// The keeper also locks the tables against changes that a snapshot does not hide: TRUNCATE empties a table for all
/// snapshots, and VACUUM FULL and CLUSTER move its rows to other pages, so that chunks read before and after do not fit
/// together.
final class SnapshotKeeper: SnapshotSource {
    private let kept: ExportedSnapshot
    private let endpoint: Endpoint
    private let keeper: Keeper<ExportedSnapshot>

    /// Opens the session; ``begin(locking:)`` makes it take the snapshot.
    ///
    /// - Parameter beacon: What shows this server to workers.
    init(_ endpoint: Endpoint, beacon: Beacon? = nil, workers: Workers) {
        self.endpoint = endpoint
        kept = ExportedSnapshot(endpoint: endpoint, beacon: beacon)
        keeper = Keeper(kept, on: endpoint, workers: workers)
    }

    /// Takes the snapshot, after locking the tables.
    ///
    /// - Parameter tables: The relations to be read, where they are known.
    func begin(locking tables: [QualifiedName]) { kept.state.withLock { $0.tables = tables } }

    /// Returns the snapshot to read in; waits until there is one.
    func snapshot() throws(FerryError) -> Snapshot {
        try keeper.value { snapshot in kept.state.withLock { snapshot.generation > $0.doubted } }
    }

    /// Locks these relations in the present snapshot, and before each later one.
    func lock(_ tables: [QualifiedName]) throws(FerryError) {
        kept.state.withLock {
            $0.tables = tables
            $0.mustLock = true
        }
        while kept.state.withLock({ $0.mustLock }), !keeper.hasEnded {
            if endpoint.interrupt.isRequested { throw .interrupted }
            Pause.milliseconds(5)
        }
        _ = try snapshot()
    }

    /// Judges an error of a session in `snapshot`, and has the keeper check its own session where that may be lost too.
    ///
    /// - Returns: The error to throw. A snapshot that is alive and that another session can't join is on another
    ///   server.
    func judged(_ error: FerryError, in snapshot: Snapshot) -> FerryError {
        let isLost = error.code == .snapshotLost
        guard isLost || (error.side == endpoint.side && error.cause?.isConnectionGone == true) else { return error }
        kept.doubt(snapshot)
        guard isLost, (try? self.snapshot())?.generation == snapshot.generation else { return error }
        return FerryError(Note.noSnapshot(endpoint.side, error.message))
    }

    /// Ends the snapshot.
    func close() { keeper.close() }
}

private final class ExportedSnapshot: SessionBound {
    struct State {
        /// The number of snapshots that were taken.
        var generations = 0
        /// The newest generation that a worker suspects to be lost, with all before it; 0 for none.
        var doubted = 0
        /// The tables that are locked before every snapshot; nil until they are known.
        var tables: [QualifiedName]?
        /// Whether the present snapshot has yet to lock them.
        var mustLock = false
    }

    let state = Mutex(State())
    private let endpoint: Endpoint
    private let beacon: Beacon?

    init(endpoint: Endpoint, beacon: Beacon?) {
        self.endpoint = endpoint
        self.beacon = beacon
    }

    func doubt(_ snapshot: Snapshot) {
        state.withLock { $0.doubted = max($0.doubted, snapshot.generation) }
    }

    func take(
        over session: borrowing Session, after last: Backend?, isClosed: () -> Bool
    ) throws(FerryError) -> Snapshot? {
        // The tables are locked before the snapshot is taken, so that no rewrite comes between.
        guard let tables = awaitTables(isClosed) else { return nil }
        let lock = TableLock(tables: tables)
        let lockable = try lock.lockable(on: session)
        try beacon?.hold(on: session)
        try session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", .prompt)
        try lock.take(lockable, on: session)
        return try export(session)
    }

    /// Waits until the tables are known.
    ///
    /// - Returns: The tables; nil if the keeper is closed first.
    private func awaitTables(_ isClosed: () -> Bool) -> [QualifiedName]? {
        while !isClosed(), !endpoint.interrupt.isRequested {
            let tables = state.withLock { state in
                if state.tables != nil { state.mustLock = false }
                return state.tables
            }
            if let tables { return tables }
            Pause.milliseconds(5)
        }
        return nil
    }

    /// Exports the snapshot of the session.
    ///
    /// - Throws: ``FerryError/Code/blocked`` where the server does not let the role export a snapshot.
    private func export(_ session: borrowing Session) throws(FerryError) -> Snapshot {
        do throws(FerryError) {
            let row = try session.query(
                "SELECT pg_export_snapshot() AS name, txid_current_snapshot() AS visibility", [], .prompt
            ).only()
            let (name, visibility) = (try row.string("name"), try row.string("visibility"))
            return state.withLock { state in
                state.generations += 1
                return Snapshot(name: name, visibility: visibility, generation: state.generations)
            }
        } catch {
            guard let cause = error.cause, cause.code == .server, !error.isRetryable else { throw error }
            throw FerryError(Note.noSnapshot(endpoint.side, cause.message))
        }
    }

    func check(_ snapshot: Snapshot, over session: borrowing Session) throws(FerryError) {
        let state = state.withLock { $0 }
        do throws(FerryError) {
            if state.mustLock {
                let lock = TableLock(tables: state.tables ?? [])
                try lock.take(try lock.lockable(on: session), on: session)
                self.state.withLock { $0.mustLock = false }
            }
            guard state.doubted >= snapshot.generation else { return }
            try session.execute("SELECT 1", .prompt)
            self.state.withLock { $0.doubted = min($0.doubted, snapshot.generation - 1) }
        } catch {
            doubt(snapshot)
            throw error
        }
    }

    /// Does nothing: workers that lost their snapshot report it.
    func wasLost(_ error: FerryError) {}

    /// Does nothing: ``SnapshotKeeper/snapshot()`` throws the error.
    func wasGivenUp() {}
}

extension Note {
    /// A blocker: sessions of one side can't share a snapshot.
    ///
    /// - Parameter reason: The server's message, as a sentence.
    static func noSnapshot(_ side: Side, _ reason: String) -> Note {
        Note(
            level: .blocker, code: .noSnapshot, side: side, table: nil,
            message: "A second session can't read in the first session's snapshot: \(reason)",
            hint:
                "Give --\(side) the address of one server: the cluster's writer endpoint, not a reader endpoint or a pooler. "
                + "The role must be allowed to export snapshots.")
    }
}
