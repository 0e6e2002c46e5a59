import Ferry
import Synchronization

/// Keeps the events of a run for a test to inspect.
final class EventLog: Sendable {
    private let events = Mutex<[Event]>([])

    var take: EventSink { { event in self.events.withLock { $0.append(event) } } }

    var warnings: [Note] {
        events.withLock { $0.compactMap { if case .warning(let note) = $0 { note } else { nil } } }
    }
    var progress: [IndexProgress] {
        events.withLock { $0.compactMap { if case .indexProgress(let progress) = $0 { progress } else { nil } } }
    }
    var retries: Int { events.withLock { $0.count { if case .retry = $0 { true } else { false } } } }
    var plan: Plan? {
        events.withLock { $0.compactMap { if case .planned(let plan) = $0 { plan } else { nil } }.last }
    }
}
