internal import Postgres
internal import Synchronization

/// Holds the lock that excludes a second copy into the target while a job runs.
///
/// A lock ends with its session. If that is lost, such as after a restart of the target, the keeper takes the lock
/// again; if another session was faster, the job stops. Work in progress is safe meanwhile: each transaction of a job
/// locks its entries in the ledger.
final class LockKeeper: Sendable {
    private let keeper: Keeper<TargetLock>

    /// Begins to take the lock; ``acquired()`` waits for it.
    ///
    /// - Parameter beacon: What shows this server to workers.
    init(_ target: Endpoint, beacon: Beacon? = nil, workers: Workers) {
        keeper = Keeper(TargetLock(target: target, beacon: beacon, workers: workers), on: target, workers: workers)
    }

    /// Waits until the lock is held for the first time.
    func acquired() throws(FerryError) { try keeper.value() }

    /// The reason why the lock was lost, if it was.
    var failure: FerryError? { keeper.failure }

    /// Releases the lock.
    func close() { keeper.close() }
}

private final class TargetLock: SessionBound {
    /// The interval between checks of the session, which also keep firewalls from forgetting it.
    private static let interval: Duration = .seconds(2)

    private let target: Endpoint
    private let beacon: Beacon?
    private let workers: Workers
    private let lastCheck = Mutex(ContinuousClock.now)

    init(target: Endpoint, beacon: Beacon?, workers: Workers) {
        self.target = target
        self.beacon = beacon
        self.workers = workers
    }

    func take(
        over session: borrowing Session, after last: Backend?, isClosed: () -> Bool
    ) throws(FerryError) -> Void? {
        if let last { try session.end(last) } else { try PoolerProbe(endpoint: target).requireSessions(session) }
        try Ledger().acquireLock(session, for: .copy, workers.interrupt)
        try beacon?.hold(on: session)
        return ()
    }

    func check(_ value: Void, over session: borrowing Session) throws(FerryError) {
        let now = ContinuousClock.now
        let isDue = lastCheck.withLock { last in
            guard now - last > Self.interval else { return false }
            last = now
            return true
        }
        if isDue { try session.execute("SELECT 1", .prompt) }
    }

    func wasLost(_ error: FerryError) {
        workers.events(.retry(error, attempt: 2, of: workers.retry.attempts, delay: .zero))
    }

    /// Stops the job: every wait for a server checks the interrupt, and the job then throws the keeper's error.
    func wasGivenUp() { workers.interrupt.request() }
}
