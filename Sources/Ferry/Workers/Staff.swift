internal import Synchronization

/// How many threads of a ``WorkPool`` work at a time. The number may change while they do: those that are too many rest after the item that
/// they have in hand, without sessions.
final class Staff: Sendable {
    private struct State {
        var wanted: Int
        /// The threads that work.
        var present = 0
        var hasEnded = false
    }

    private let state: Mutex<State>

    /// - Parameter wanted: The number at the start.
    init(_ wanted: Int) { state = Mutex(State(wanted: wanted)) }

    /// The number of threads that are to work.
    var wanted: Int {
        get { state.withLock(\.wanted) }
        set { state.withLock { $0.wanted = newValue } }
    }

    /// Whether a thread has found that no work is left.
    var hasEnded: Bool { state.withLock(\.hasEnded) }

    /// Whether one of those that work is to rest.
    var isTooMany: Bool { state.withLock { $0.present > $0.wanted } }

    /// Waits until one more is to work.
    ///
    /// - Returns: Whether there is work; otherwise it has ended.
    func enter() -> Bool {
        while true {
            let answer = state.withLock { state -> Bool? in
                if state.hasEnded { return false }
                guard state.present < state.wanted else { return nil }
                state.present += 1
                return true
            }
            if let answer { return answer }
            Pause.milliseconds(20)
        }
    }

    /// Rests, if too many work.
    ///
    /// - Returns: Whether the thread is to rest; ``enter()`` lets it work again.
    func rests() -> Bool {
        state.withLock { state in
            guard state.present > state.wanted, !state.hasEnded else { return false }
            state.present -= 1
            return true
        }
    }

    /// Retires a thread that works.
    ///
    /// - Returns: Whether others are left to do the work.
    func retire() -> Bool {
        state.withLock { state in
            guard state.present > 1 else { return false }
            state.present -= 1
            // Those that rest would get no connection either.
            state.wanted = min(state.wanted, state.present)
            return true
        }
    }

    /// Lets all threads go, since no work is left.
    func end() { state.withLock { $0.hasEnded = true } }
}
