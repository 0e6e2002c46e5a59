internal import Synchronization

/// What stops several sources of work together. Once it is raised it stays.
final class StopSign: Sendable {
    private let reason = Mutex<FerryError?>(nil)

    /// Why work was stopped; nil while it goes on.
    var error: FerryError? { reason.withLock { $0 } }

    /// Stops everything that shares this. Of two errors the first counts, unless that is only the interrupt that the second
    /// caused.
    func raise(_ error: FerryError) {
        reason.withLock { reason in
            if reason == nil || reason?.code == .interrupted { reason = error }
        }
    }
}
