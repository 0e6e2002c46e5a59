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
        run(Staff(count), make)
    }

    /// Runs as many workers as the staff is to have, which may change meanwhile.
    func run<Hand: Worker & ~Copyable>(
        _ staff: Staff, _ make: @escaping @Sendable () -> Hand
    ) where Hand.Item == Source.Item {
        WorkerThread.run(asManyAs: { staff.wanted }, until: { staff.hasEnded }) {
            guard staff.enter() else { return }
            var hand = make()
            do throws(FerryError) {
                try workers.retrying { (tries: inout Tries) throws(FerryError) in try serve(&hand, &tries, staff) }
                staff.end()
            } catch {
                // The workers that have a connection do the work of one that gets none.
                if error.cause?.sqlState == "53300", staff.retire() {
                    workers.events(.warning(.fewerStreams(error, of: staff.wanted + 1)))
                } else {
                    source.stop(error)
                    staff.end()
                }
            }
        }
    }

    private func serve<Hand: Worker & ~Copyable>(
        _ hand: inout Hand, _ tries: inout Tries, _ staff: Staff
    ) throws(FerryError) where Hand.Item == Source.Item {
        var begun: Source.Item?
        while true {
            if begun == nil, staff.rests() {
                hand.reset()
                guard staff.enter() else { return }
            }
            var taken = begun
            if taken == nil { taken = try source.next() }
            guard let item = taken else { return }
            var turn = Turn(item) { staff.isTooMany ? nil : source.nextAtHand() }
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
