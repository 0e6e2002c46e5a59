internal import Synchronization

/// Holds a snapshot of its endpoint open until ``close()``, on a thread and a connection of its own.
///
/// A worker that loses its connection asks for the snapshot again. If the keeper's own session is lost too, as after a restart
/// of the server, it takes a new snapshot, and ``Snapshot/visibility`` shows whether that has the same rows.
///
/// The keeper also locks the tables against changes that a snapshot does not hide: TRUNCATE empties a table for all snapshots,
/// and VACUUM FULL and CLUSTER move its rows to other pages, so that chunks read before and after do not fit together.
final class SnapshotKeeper: Sendable {
    private struct State {
        var current: Result<Snapshot, FerryError>?
        /// The latest generation that a worker doubts is alive.
        var doubted = 0
        var isClosed = false
        var hasEnded = false
        /// The tables to lock before each snapshot; nil until they are known.
        var tables: [QualifiedName]?
        /// Whether the present snapshot has yet to lock them.
        var mustLock = false
    }

    private let state: Mutex<State>
    private let endpoint: Endpoint
    private let workers: Workers

    /// Opens the session; ``begin(locking:)`` makes it take the snapshot.
    init(_ endpoint: Endpoint, workers: Workers) {
        state = Mutex(State())
        self.endpoint = endpoint
        self.workers = workers
        WorkerThread.startDetached { [self] in hold() }
    }

    /// Takes the snapshot, after locking the tables.
    ///
    /// - Parameter tables: The relations to be read, where they are known.
    func begin(locking tables: [QualifiedName]) { state.withLock { $0.tables = tables } }

    /// The snapshot to read in; waits until there is one.
    func snapshot() throws(FerryError) -> Snapshot {
        while true {
            if endpoint.interrupt.isRequested { throw .interrupted }
            let known =
                state.withLock { state in
                    if case .success(let snapshot)? = state.current, snapshot.generation <= state.doubted { return nil }
                    return state.current
                } as Result<Snapshot, FerryError>?
            if let known { return try known.get() }
            Pause.milliseconds(5)
        }
    }

    /// Locks these relations in the present snapshot, and before each later one.
    func lock(_ tables: [QualifiedName]) throws(FerryError) {
        state.withLock {
            $0.tables = tables
            $0.mustLock = true
        }
        while state.withLock({ $0.mustLock && !$0.hasEnded }) {
            if endpoint.interrupt.isRequested { throw .interrupted }
            Pause.milliseconds(5)
        }
        _ = try snapshot()
    }

    /// Reports that a session in `snapshot` was lost, so that the keeper checks its own.
    func doubt(_ snapshot: Snapshot) {
        state.withLock { $0.doubted = max($0.doubted, snapshot.generation) }
    }

    /// Reports an error of a session in `snapshot`, so that the keeper checks its own session where that may be lost too.
    ///
    /// - Returns: The error to throw. A snapshot that is alive and that another session can't join is on another server.
    func look(at error: FerryError, in snapshot: Snapshot) -> FerryError {
        let isLost = error.code == .snapshotLost
        guard isLost || (error.side == endpoint.side && error.cause?.isConnectionGone == true) else { return error }
        doubt(snapshot)
        guard isLost, (try? self.snapshot())?.generation == snapshot.generation else { return error }
        return FerryError(Note.noSnapshot(endpoint.side, error.message))
    }

    /// Ends the snapshot.
    func close() {
        state.withLock { $0.isClosed = true }
        while !state.withLock({ $0.hasEnded }) { Pause.milliseconds(5) }
    }

    // MARK: The holder's thread

    private func hold() {
        var generation = 0
        while !state.withLock({ $0.isClosed }) {
            do throws(FerryError) {
                generation += 1
                let next = generation
                try workers.retrying { () throws(FerryError) in try holdOne(generation: next) }
            } catch {
                state.withLock { $0.current = .failure(error) }
                break
            }
        }
        state.withLock { $0.hasEnded = true }
    }

    /// Takes a snapshot, publishes it and returns when it is closed or lost after it was published.
    private func holdOne(generation: Int) throws(FerryError) {
        if state.withLock({ $0.isClosed }) { return }
        let session = try endpoint.connect()
        // Before the snapshot, so that no rewrite comes between.
        guard let tables = awaitTables() else { return }
        let lock = TableLock(tables: tables)
        let lockable = try lock.lockable(on: session)
        try session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", .prompt)
        try lock.take(lockable, on: session)
        let snapshot = try export(session, generation)
        state.withLock { $0.current = .success(snapshot) }
        while true {
            Pause.milliseconds(20)
            if endpoint.interrupt.isRequested { return }
            let state = state.withLock { $0 }
            if state.isClosed { return }
            do throws(FerryError) {
                if state.mustLock {
                    let lock = TableLock(tables: state.tables ?? [])
                    try lock.take(try lock.lockable(on: session), on: session)
                    self.state.withLock { $0.mustLock = false }
                }
                guard state.doubted >= generation else { continue }
                try session.execute("SELECT 1", .prompt)
                self.state.withLock { $0.doubted = min($0.doubted, generation - 1) }
            } catch {
                doubt(snapshot)
                guard error.cause?.isConnectionGone == true || error.isRetryable else { throw error }
                return
            }
        }
    }

    /// - Returns: nil where the keeper is closed first.
    private func awaitTables() -> [QualifiedName]? {
        while !state.withLock({ $0.isClosed }), !endpoint.interrupt.isRequested {
            let tables = state.withLock { state in
                if state.tables != nil { state.mustLock = false }
                return state.tables
            }
            if let tables { return tables }
            Pause.milliseconds(5)
        }
        return nil
    }
}

extension SnapshotKeeper {
    /// - Throws: ``FerryError/Code/blocked`` where the server does not let the role export one.
    private func export(_ session: borrowing Session, _ generation: Int) throws(FerryError) -> Snapshot {
        do throws(FerryError) {
            let row = try session.query(
                "SELECT pg_export_snapshot() AS name, txid_current_snapshot() AS visibility", [], .prompt
            ).only()
            return Snapshot(
                name: try row.string("name"), visibility: try row.string("visibility"), generation: generation)
        } catch {
            guard let cause = error.cause, cause.code == .server, !error.isRetryable else { throw error }
            throw FerryError(Note.noSnapshot(endpoint.side, cause.message))
        }
    }
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
