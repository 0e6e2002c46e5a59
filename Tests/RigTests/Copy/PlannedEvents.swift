import Ferry
import Synchronization

/// Keeps the plans that a job announced, and counts its chunks.
final class PlannedEvents: Sendable {
    private let state = Mutex<(plans: [Plan], chunks: Int)>(([], 0))

    var plans: [Plan] { state.withLock { $0.plans } }
    var chunks: Int { state.withLock { $0.chunks } }

    func take(_ event: Event) {
        state.withLock { state in
            switch event {
            case .planned(let plan): state.plans.append(plan)
            case .chunkDone: state.chunks += 1
            default: break
            }
        }
    }
}
