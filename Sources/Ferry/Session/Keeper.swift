internal import Postgres
internal import Synchronization

/// Something on a server that lives only as long as the session that took it, such as a lock or a snapshot.
///
/// All methods run on the thread of its ``Keeper``.
protocol SessionBound: Sendable {
    /// What it is to those who use it.
    associatedtype Value: Sendable

    /// Takes it over a new session.
    ///
    /// - Parameters:
    ///   - last: The backend that held it before. A cut connection may have left it behind, still holding on.
    ///   - isClosed: Whether the keeper is being closed, for an implementation that waits.
    /// - Returns: nil if the keeper was closed meanwhile.
    func take(
        over session: borrowing Session, after last: Backend?, isClosed: () -> Bool
    ) throws(FerryError) -> Value?

    /// Checks that it is still held. Called fifty times a second.
    ///
    /// - Throws: What the session was lost to.
    func check(_ value: Value, over session: borrowing Session) throws(FerryError)

    /// Its session was lost, and it is about to be taken again.
    func wasLost(_ error: FerryError)

    /// It was held once and can't be taken again.
    func wasGivenUp()
}

/// Keeps something that is bound to a session, on a thread and a session of its own, and takes it again over a new session
/// where the old one is lost.
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

    /// Begins to take it; ``value(where:)`` waits for it.
    init(_ kept: Kept, on endpoint: Endpoint, workers: Workers) {
        self.kept = kept
        self.endpoint = endpoint
        self.workers = workers
        WorkerThread.startDetached { [self] in run() }
    }

    /// Waits until it is held, and passes a test.
    ///
    /// - Throws: Why it can't be taken, or ``FerryError/Code/interrupted``.
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

    /// Why it could not be kept, if it could not.
    var failure: FerryError? {
        state.withLock { if case .failure(let error)? = $0.current { error } else { nil } }
    }

    /// Whether the keeper has stopped, closed or not.
    var hasEnded: Bool { state.withLock { $0.hasEnded } }

    /// Gives it up, and returns when its session is closed.
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

    /// Takes it, publishes it, and returns when it is given up.
    ///
    /// - Returns: What its session was lost to, if it was.
    private func holdOnce(_ last: inout Backend?) throws(FerryError) -> FerryError? {
        let session = try endpoint.connect()
        guard let value = try kept.take(over: session, after: last, isClosed: { isClosed }) else { return nil }
        last = session.backend
        state.withLock { $0.current = .success(value) }
        while !isClosed, !workers.interrupt.isRequested {
            Pause.milliseconds(20)
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
