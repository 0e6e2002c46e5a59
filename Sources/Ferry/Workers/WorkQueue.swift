internal import Synchronization

/// Hands out work to threads, and gathers what became of it. Handing out is apart from doing: a queue in the ledger could
/// stand in its place.
final class WorkQueue<Item: Sendable>: Sendable {
    private struct State {
        var pending: [Item]
        var inFlight = 0
        var fatal: FerryError?
    }

    private enum Answer {
        case item(Item)
        case end
        case wait
    }

    private let state: Mutex<State>

    /// - Parameter items: In the order in which they are to be taken.
    init(_ items: [Item]) { state = Mutex(State(pending: items.reversed())) }

    /// The next item; nil when nothing is left, or when work was stopped. Waits while others still hold items that they
    /// may give back.
    func next() -> Item? {
        while true {
            let answer: Answer = state.withLock { state in
                if state.fatal != nil { return .end }
                if let item = state.pending.popLast() {
                    state.inFlight += 1
                    return .item(item)
                }
                return state.inFlight == 0 ? .end : .wait
            }
            switch answer {
            case .item(let item): return item
            case .end: return nil
            case .wait: Pause.milliseconds(10)
            }
        }
    }

    /// The next item, where there is one to be had without waiting.
    func nextAtHand() -> Item? {
        state.withLock { state in
            guard state.fatal == nil, let item = state.pending.popLast() else { return nil }
            state.inFlight += 1
            return item
        }
    }

    /// An item is finished with, well or not.
    func done() { state.withLock { $0.inFlight -= 1 } }

    /// An item is to be tried again, before the others.
    func giveBack(_ item: Item) {
        state.withLock { state in
            state.inFlight -= 1
            state.pending.append(item)
        }
    }

    /// An item is to be tried again in parts.
    func replace(with items: [Item]) {
        state.withLock { state in
            state.inFlight -= 1
            state.pending += items.reversed()
        }
    }

    /// Takes out items that need not be done any more.
    func remove(where condition: (Item) -> Bool) { state.withLock { $0.pending.removeAll(where: condition) } }

    /// Stops everybody. The first error stays, except that an interrupt is not worth telling over what caused it.
    func stop(_ error: FerryError) {
        state.withLock { state in
            if state.fatal == nil || state.fatal?.code == .interrupted { state.fatal = error }
        }
    }

    /// What stopped the work, if anything did.
    var fatal: FerryError? { state.withLock { $0.fatal } }
}
