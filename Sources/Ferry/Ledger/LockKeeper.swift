internal import Postgres
internal import Synchronization

/// Holds the lock that excludes a second copy into the target while a job runs, on a thread and a connection of its own.
///
/// A lock ends with its session. If that is lost, as after a restart of the target, the keeper takes the lock again; if another
/// session was faster, the job is stopped. Work in progress is safe meanwhile: each transaction of a job locks its entries in
/// the ledger.
final class LockKeeper: Sendable {
    private struct State {
        var acquired: Result<Void, FerryError>?
        var isClosed = false
        var hasEnded = false
    }

    /// How often the session is checked, which also keeps firewalls from dropping it.
    private static let interval: Duration = .seconds(2)

    private let state = Mutex(State())
    private let target: Endpoint
    private let workers: Workers

    /// Begins to take the lock; ``acquired()`` waits for it.
    init(_ target: Endpoint, workers: Workers) {
        self.target = target
        self.workers = workers
        WorkerThread.startDetached { [self] in hold() }
    }

    /// Returns when the lock is held for the first time.
    func acquired() throws(FerryError) {
        while true {
            if let result = state.withLock({ $0.acquired }) { return try result.get() }
            Pause.milliseconds(5)
        }
    }

    /// The reason why the lock was lost, if it was.
    var failure: FerryError? {
        state.withLock { if case .failure(let error)? = $0.acquired { error } else { nil } }
    }

    /// Releases the lock.
    func close() {
        state.withLock { $0.isClosed = true }
        while !state.withLock({ $0.hasEnded }) { Pause.milliseconds(5) }
    }

    // MARK: The holder's thread

    private func hold() {
        var held: Backend?
        while !state.withLock({ $0.isClosed }) {
            do throws(FerryError) {
                let loss = try workers.retrying { () throws(FerryError) in try holdOne(&held) }
                if let loss {
                    workers.events(.retry(loss, attempt: 2, of: workers.retry.attempts, delay: .zero))
                }
            } catch {
                let wasHeld = state.withLock { state in
                    defer { state.acquired = .failure(error) }
                    return state.acquired != nil
                }
                // Every wait for a server ends with the interrupt, and the job then throws this error.
                if wasHeld { workers.interrupt.request() }
                break
            }
        }
        state.withLock { $0.hasEnded = true }
    }

    /// Takes the lock and holds it until it is released or its session is lost.
    ///
    /// - Parameter held: The backend that held it before; one that a cut connection left behind is terminated.
    /// - Returns: The error that the session was lost to; nil where the lock was released.
    private func holdOne(_ held: inout Backend?) throws(FerryError) -> FerryError? {
        let session = try target.connect()
        if let held { try session.end(held) } else { try PoolerProbe(endpoint: target).requireSessions(session) }
        try Ledger().acquireLock(session, workers.interrupt)
        held = session.backend
        state.withLock { $0.acquired = .success(()) }
        return keep(session)
    }

    private func keep(_ session: borrowing Session) -> FerryError? {
        var asked = ContinuousClock.now
        while !state.withLock({ $0.isClosed }), !workers.interrupt.isRequested {
            Pause.milliseconds(20)
            guard ContinuousClock.now - asked > Self.interval else { continue }
            asked = .now
            do throws(FerryError) {
                try session.execute("SELECT 1", .prompt)
            } catch {
                return error.code == .interrupted ? nil : error
            }
        }
        state.withLock { $0.isClosed = true }
        return nil
    }
}
