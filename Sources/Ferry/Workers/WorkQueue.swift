internal import Synchronization

/// A piece of work that concerns the rows of one table.
protocol TablePiece: Sendable {
    /// The type that identifies a table.
    associatedtype Table: Hashable & Sendable

    /// The table: pieces of one table fail together.
    var table: Table { get }
}

/// A queue of work that is known from the start, in batches of pieces.
final class WorkQueue<Piece: TablePiece>: WorkSource {
    /// Pieces that are done together, such as in one message.
    typealias Item = [Piece]

    /// The effect of a table's failure on the other tables.
    enum Faults: Sendable {
        /// The other tables are done; ``WorkQueue/failures`` holds the failed one.
        case keepToTheirTable
        /// All work stops: without that table, the rest has no value.
        case stopAll
    }

    private struct State {
        var pending: [[Piece]]
        var inFlight = 0
        var failures: [Piece.Table: FerryError] = [:]
    }

    private let state: Mutex<State>
    private let faults: Faults
    private let sign: StopSign
    /// The number of batches at the start.
    let count: Int

    /// - Parameters:
    ///   - batches: The batches in the order in which to take them; none is empty.
    ///   - sign: Stops this queue, and is raised by it; other queues may share it.
    init(_ batches: [[Piece]], faults: Faults, sign: StopSign = StopSign()) {
        state = Mutex(State(pending: batches.reversed()))
        self.faults = faults
        self.sign = sign
        count = batches.count
    }

    /// The error that stopped the work, if any.
    var stopped: FerryError? { sign.error }
    /// The error of each failed table.
    var failures: [Piece.Table: FerryError] { state.withLock { $0.failures } }

    func next() -> [Piece]? {
        while true {
            let (item, hasEnded) = state.withLock { state -> ([Piece]?, Bool) in
                if sign.error != nil { return (nil, true) }
                guard let item = state.pending.popLast() else { return (nil, state.inFlight == 0) }
                state.inFlight += 1
                return (item, false)
            }
            if item != nil || hasEnded { return item }
            Pause.milliseconds(10)
        }
    }

    func nextAtHand() -> [Piece]? {
        state.withLock { state in
            guard sign.error == nil, let item = state.pending.popLast() else { return nil }
            state.inFlight += 1
            return item
        }
    }

    func done(_ item: [Piece]) { state.withLock { $0.inFlight -= 1 } }

    func giveBack(_ item: [Piece]) { replace(with: [item]) }

    func split(_ item: [Piece]) { replace(with: item.map { [$0] }) }

    func fail(_ item: [Piece], _ error: FerryError) {
        guard item.count == 1, let table = item.first?.table else { return split(item) }
        if faults == .stopAll { stop(error) }
        state.withLock { state in
            state.inFlight -= 1
            state.failures[table] = state.failures[table] ?? error
            state.pending.removeAll { $0.allSatisfy { $0.table == table } }
        }
    }

    func stop(_ error: FerryError) { sign.raise(error) }

    private func replace(with items: [[Piece]]) {
        state.withLock { state in
            state.inFlight -= 1
            state.pending += items.reversed()
        }
    }
}
