internal import Synchronization

/// Something that a test does while it waits for something else, on a thread of its own.
///
/// Not a task: there are as few cooperative threads as cores, and tests that wait for a program hold them. A task that is to
/// catch a moment would come too late for it.
public final class Meanwhile<Result: Sendable>: Sendable {
    private struct State {
        var result: Swift.Result<Result, any Error>?
        var waiting: CheckedContinuation<Result, any Error>?
    }

    private let state = Mutex(State())
    private let isCancelled = Atomic<Bool>(false)

    /// Starts it.
    ///
    /// - Parameter body: Given a test for whether it is still wanted.
    public init(_ body: @escaping @Sendable (_ isWanted: () -> Bool) throws -> Result) {
        Thread.start { [self] in
            let result = Swift.Result { try body { !isCancelled.load(ordering: .relaxed) } }
            let waiting = state.withLock { state in
                state.result = result
                return state.waiting.take()
            }
            waiting?.resume(with: result)
        }
    }

    /// Says that it is no longer wanted, without waiting for its end.
    public func cancel() { isCancelled.store(true, ordering: .relaxed) }

    /// Waits for its end, which one caller may do.
    public var value: Result {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state in
                    if state.result == nil { state.waiting = continuation }
                    return state.result
                }
                if let result { continuation.resume(with: result) }
            }
        }
    }
}

/// Waits on the calling thread until something is so.
///
/// - Returns: Whether it became so within `seconds`.
@discardableResult
public func eventually(within seconds: Double = 30, _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
        if try condition() { return true }
        Thread.sleep(milliseconds: 5)
    }
    return false
}

/// Waits on the calling thread, for moments that a task would be late for.
public func pause(seconds: Double) { Thread.sleep(milliseconds: Int(seconds * 1000)) }
