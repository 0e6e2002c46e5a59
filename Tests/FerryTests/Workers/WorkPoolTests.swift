import Postgres
import Synchronization
import Testing

@testable import Ferry

@Suite struct WorkPoolTests {
    private struct Piece: TablePiece, Hashable {
        var table: Int
        var number = 0
    }

    /// What the workers of a test have done, in order.
    private final class Diary: Sendable {
        private let state = Mutex<(done: [Piece], sessions: Int)>(([], 0))
        var done: [Piece] { state.withLock { $0.done } }
        var sessions: Int { state.withLock { $0.sessions } }
        func write(_ pieces: [Piece]) { state.withLock { $0.done += pieces } }
        func open() { state.withLock { $0.sessions += 1 } }
    }

    /// A worker whose every batch is done by a closure that the test gives.
    private struct Hand: Worker, ~Copyable {
        let diary: Diary
        let body: @Sendable ([Piece]) throws(FerryError) -> Void
        var isOpen = false

        init(_ diary: Diary, _ body: @escaping @Sendable ([Piece]) throws(FerryError) -> Void) {
            self.diary = diary
            self.body = body
        }

        mutating func work(_ turn: inout Turn<[Piece]>) throws(FerryError) {
            if !isOpen { diary.open() }
            isOpen = true
            try body(turn.item)
            diary.write(turn.item)
        }

        mutating func reset() { isOpen = false }
    }

    private let retry = RetryPolicy(attempts: 3, firstDelay: .milliseconds(1), longestDelay: .milliseconds(1))

    private func workers(_ events: @escaping EventSink = { _ in }) -> Workers {
        Workers(streams: 2, retry: retry, interrupt: Interrupt(), events: events)
    }

    private func lost() -> FerryError { FerryError(PostgresError(.connectionLost, "Gone."), .target) }
    private func broken(_ table: Int) -> FerryError {
        FerryError(PostgresError(.server, "No.", sqlState: "23514"), .target, table: PairFixtures.name(table))
    }

    @Test func `every piece is done once`() {
        let batches = (0..<50).map { [Piece(table: $0), Piece(table: $0, number: 1)] }
        let (queue, diary) = (WorkQueue(batches, faults: .keepToTheirTable), Diary())
        WorkPool(source: queue, workers: workers()).run(4) { Hand(diary) { _ throws(FerryError) in } }
        #expect(Set(diary.done) == Set(batches.flatMap(\.self)))
        #expect(diary.done.count == 100)
        #expect(queue.stopped == nil)
    }

    @Test func `what a lost session had in hand is done by a new one`() {
        let (queue, diary) = (WorkQueue((0..<9).map { [Piece(table: $0)] }, faults: .keepToTheirTable), Diary())
        let losses = Mutex(2)
        WorkPool(source: queue, workers: workers()).run(1) {
            Hand(diary) { batch throws(FerryError) in
                let isLost =
                    batch[0].table == 4
                    && losses.withLock { left in
                        left -= 1
                        return left >= 0
                    }
                if isLost { throw lost() }
            }
        }
        #expect(diary.done.map(\.table).sorted() == Array(0..<9))
        #expect(diary.sessions == 3)
        #expect(queue.stopped == nil)
    }

    @Test func `tries count failures in a row, and progress gives them back`() {
        let (queue, diary) = (WorkQueue((0..<9).map { [Piece(table: $0)] }, faults: .keepToTheirTable), Diary())
        let tried = Mutex<Set<Int>>([])
        // Each piece fails once: nine failures in all, never two in a row.
        WorkPool(source: queue, workers: workers()).run(1) {
            Hand(diary) { batch throws(FerryError) in
                if tried.withLock({ $0.insert(batch[0].table).inserted }) { throw lost() }
            }
        }
        #expect(queue.stopped == nil)
        #expect(diary.done.count == 9)
    }

    @Test func `a fault that does not heal stops all workers, and says how often it was tried`() {
        let (queue, diary) = (WorkQueue((0..<9).map { [Piece(table: $0)] }, faults: .keepToTheirTable), Diary())
        WorkPool(source: queue, workers: workers()).run(2) { Hand(diary) { _ throws(FerryError) in throw lost() } }
        #expect(queue.stopped?.tries == 3)
        #expect(diary.done.isEmpty)
    }

    @Test func `a fault of one table keeps no other from being done, in the same batch either`() {
        let batch = (0..<4).map { Piece(table: $0) }
        let (queue, diary) = (
            WorkQueue([batch, [Piece(table: 2, number: 1)]], faults: .keepToTheirTable), Diary()
        )
        WorkPool(source: queue, workers: workers()).run(1) {
            Hand(diary) { batch throws(FerryError) in
                if batch.contains(where: { $0.table == 2 }) { throw broken(batch[0].table) }
            }
        }
        #expect(queue.failures.keys.sorted() == [2])
        #expect(diary.done.map(\.table).sorted() == [0, 1, 3])
        #expect(queue.stopped == nil)
    }

    @Test func `where a part is worth nothing, a fault of one table stops all`() {
        let (queue, diary) = (WorkQueue((0..<9).map { [Piece(table: $0)] }, faults: .stopAll), Diary())
        WorkPool(source: queue, workers: workers()).run(1) { Hand(diary) { _ throws(FerryError) in throw broken(0) } }
        #expect(queue.stopped?.table == PairFixtures.name(0))
        #expect(diary.done.isEmpty)
    }

    @Test func `workers that get no connection leave the work to those that have one`() {
        let (queue, diary) = (WorkQueue((0..<9).map { [Piece(table: $0)] }, faults: .keepToTheirTable), Diary())
        let warnings = Mutex<[Note]>([])
        let events: EventSink = { event in
            if case .warning(let note) = event { warnings.withLock { $0.append(note) } }
        }
        let hands = Mutex(0)
        WorkPool(source: queue, workers: workers(events)).run(3) {
            let number = hands.withLock { count in
                count += 1
                return count
            }
            return Hand(diary) { _ throws(FerryError) in
                guard number == 1 else {
                    throw FerryError(PostgresError(.connectFailed, "Too many.", sqlState: "53300"), .target)
                }
                // Slow enough for the others to have had their tries.
                Pause.milliseconds(20)
            }
        }
        #expect(diary.done.count == 9)
        #expect(queue.stopped == nil)
        #expect(warnings.withLock { $0.map(\.code) } == [.fewerStreams, .fewerStreams])
    }

    @Test func `a queue that shares a stop sign stops with the other`() {
        let sign = StopSign()
        let first = WorkQueue([[Piece(table: 0)]], faults: .stopAll, sign: sign)
        let second = WorkQueue([[Piece(table: 0)]], faults: .stopAll, sign: sign)
        first.stop(.interrupted)
        first.stop(broken(1))
        first.stop(broken(2))
        #expect(second.next() == nil)
        // An interrupt is what follows from a fault more often than the other way round.
        #expect(second.stopped?.table == PairFixtures.name(1))
    }
}
