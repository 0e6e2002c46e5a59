internal import Synchronization

/// Stops several sources of work together. Once raised, it stays raised.
final class StopSign: Sendable {
    private let reason = Mutex<FerryError?>(nil)

    /// The reason why work was stopped; nil while it continues.
    var error: FerryError? { reason.withLock { $0 } }

    /// Stops all work that shares this. The first error counts, unless it is only the interrupt that the second one
    /// caused.
    func raise(_ error: FerryError) {
        reason.withLock { reason in
            if reason == nil || reason?.code == .interrupted { reason = error }
        }
    }
}
