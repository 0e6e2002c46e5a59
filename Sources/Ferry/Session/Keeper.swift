internal import Postgres
internal import Synchronization

/// A resource on a server that lives only as long as the session that took it, such as a lock or a snapshot.
///
/// All methods run on the thread of its ``Keeper``.
protocol SessionBound: Sendable {
    /// The type that represents the resource to its users.
    associatedtype Value: Sendable

    /// Takes the resource over a new session.
    ///
    /// - Parameters:
    ///   - last: The backend that held the resource before; it may still hold it after its connection was cut.
    ///   - isClosed: Whether the keeper is being closed, for an implementation that waits.
    /// - Returns: The value; nil if the keeper was closed meanwhile.
    func take(
        over session: borrowing Session, after last: Backend?, isClosed: () -> Bool
    ) throws(FerryError) -> Value?

    /// Checks that the resource is still held. Called fifty times a second.
    ///
    /// - Throws: The error that the session was lost to.
    func check(_ value: Value, over session: borrowing Session) throws(FerryError)

    /// Called when the session was lost, before the resource is taken again.
    func wasLost(_ error: FerryError)

    /// Called when the resource was held once and can't be taken again.
    func wasGivenUp()
}

/// Keeps a resource that is bound to a session, on a thread and a session of its own. If that session is lost, takes
/// the resource again over a new one.
final class Keeper<Kept: SessionBound>: Sendable {
    private struct State {
        var current: Result<Kept.Value, FerryError>?
        var isClosed = false
        var hasEnded = false
    }

    private let state = Mutex(State())
    private let endpoint: Endpoint
    private let workers: Workers
    private let kept: Kept

    /// Begins to take the resource; ``value(where:)`` waits for it.
    init(_ kept: Kept, on endpoint: Endpoint, workers: Workers) {
        self.kept = kept
        self.endpoint = endpoint
        self.workers = workers
        WorkerThread.startDetached { [self] in run() }
    }

    /// Waits until the resource is held and passes a test.
    ///
    /// - Throws: The reason why it can't be taken, or ``FerryError/Code/interrupted``.
    func value(where isGood: (Kept.Value) -> Bool = { _ in true }) throws(FerryError) -> Kept.Value {
        while true {
            switch state.withLock({ $0.current }) {
            case .failure(let error)?: throw error
            case .success(let value)? where isGood(value) && !workers.interrupt.isRequested: return value
            default: break
            }
            if workers.interrupt.isRequested { throw .interrupted }
            Pause.milliseconds(5)
        }
    }

    /// The error for which the resource could not be kept; nil if there is none.
    var failure: FerryError? {
        state.withLock { if case .failure(let error)? = $0.current { error } else { nil } }
    }

    /// Whether the keeper has stopped, closed or not.
    var hasEnded: Bool { state.withLock { $0.hasEnded } }

    /// Gives the resource up, and returns when its session is closed.
    func close() {
        state.withLock { $0.isClosed = true }
        while !hasEnded { Pause.milliseconds(5) }
    }

    // MARK: The keeper's thread

    private var isClosed: Bool { state.withLock { $0.isClosed } }

    private func run() {
        var last: Backend?
        while !isClosed, !workers.interrupt.isRequested {
            do throws(FerryError) {
                let loss = try workers.retrying { () throws(FerryError) in try holdOnce(&last) }
                if let loss { kept.wasLost(loss) }
            } catch {
                let wasHeld = state.withLock { state in
                    defer { state.current = .failure(error) }
                    return state.current != nil
                }
                if wasHeld { kept.wasGivenUp() }
                break
            }
        }
        state.withLock { $0.hasEnded = true }
    }

    /// Takes the resource, publishes it, and returns when it is lost or given up.
    ///
    /// - Returns: The error that its session was lost to; nil if it was not lost.
    private func holdOnce(_ last: inout Backend?) throws(FerryError) -> FerryError? {
        let session = try endpoint.connect()
        guard let value = try kept.take(over: session, after: last, isClosed: { isClosed }) else { return nil }
        last = session.backend
        state.withLock { $0.current = .success(value) }
        while !isClosed, !workers.interrupt.isRequested {
            Pause.milliseconds(5)
            do throws(FerryError) {
                try kept.check(value, over: session)
            } catch {
                guard error.code != .interrupted else { return nil }
                guard error.cause?.isConnectionGone == true || error.isRetryable else { throw error }
                return error
            }
        }
        return nil
    }
}
