internal import Synchronization

/// Threads that take work from one source until nothing is left, each with sessions of its own: the one loop that takes
/// items, works, retries, gives back, splits and stops.
///
/// Invariants:
/// - Every item taken is finished, given back, split or failed, after any error, so that no thread waits for it
///   forever.
/// - A transient fault is retried on new sessions. A fault of one table fails that table. Any other fault stops all
///   work.
struct WorkPool<Source: WorkSource>: Sendable {
    let source: Source
    let workers: Workers

    /// Runs `count` workers, and returns when all have ended. An error that stopped them was passed to
    /// ``WorkSource/stop(_:)``.
    func run<Hand: Worker & ~Copyable>(
        _ count: Int, _ make: @escaping @Sendable () -> Hand
    ) where Hand.Item == Source.Item {
        guard count > 0 else { return }
        let staff = Mutex(count)
        WorkerThread.runAll(count) { _ in
            var hand = make()
            do throws(FerryError) {
                try workers.retrying { (tries: inout Tries) throws(FerryError) in try serve(&hand, &tries) }
            } catch {
                // The workers that have a connection do the work of one that gets none.
                guard error.cause?.sqlState == "53300", Self.retire(staff) else { return source.stop(error) }
                workers.events(.warning(.fewerStreams(error, of: count)))
            }
        }
    }

    /// Retires one worker.
    ///
    /// - Returns: Whether others are left to do the work.
    private static func retire(_ staff: borrowing Mutex<Int>) -> Bool {
        staff.withLock { count in
            guard count > 1 else { return false }
            count -= 1
            return true
        }
    }

    private func serve<Hand: Worker & ~Copyable>(
        _ hand: inout Hand, _ tries: inout Tries
    ) throws(FerryError) where Hand.Item == Source.Item {
        var begun: Source.Item?
        while true {
            var taken = begun
            if taken == nil { taken = try source.next() }
            guard let item = taken else { return }
            var turn = Turn(item) { source.nextAtHand() }
            begun = nil
            do throws(FerryError) {
                try hand.work(&turn)
            } catch {
                hand.reset()
                if turn.hasProgressed { tries.progressed() }
                if let next = turn.next { source.giveBack(next) }
                guard error.concernsOneTable else {
                    source.giveBack(turn.item)
                    throw error
                }
                source.fail(turn.item, error)
                tries.progressed()
                continue
            }
            if turn.isSplit { source.split(turn.item) } else { source.done(turn.item) }
            tries.progressed()
            begun = turn.next
        }
    }
}

extension Note {
    /// A warning: a worker got no connection, and the others continue without it.
    fileprivate static func fewerStreams(_ error: FerryError, of streams: Int) -> Note {
        Note(
            level: .warning, code: .fewerStreams, side: error.side, table: nil,
            message: "The server has no connection left for one of \(streams) streams. The others continue.",
            hint: error.hint)
    }
}
