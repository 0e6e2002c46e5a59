import Postgres
import Synchronization
import Testing

@testable import Ferry

@Suite struct PairFlowTests {
    /// A flow whose streams and builds the test plays itself.
    private final class Play: Sendable {
        let flow: PairFlow
        let builds: BuildQueue
        let plan: Plan
        private let told = Mutex<[Event]>([])

        init(
            _ pairs: [TablePair], tasks: [IndexTask] = [], open: [Chunk]? = nil, streams: Int = 2,
            isShared: Bool = false
        ) {
            let told = Mutex<@Sendable (Event) -> Void>({ _ in })
            let workers = Workers(
                streams: streams, retry: .standard, interrupt: Interrupt(),
                events: { event in told.withLock { $0 }(event) })
            let plan = PairFixtures.plan(pairs)
            let flow = PairFlow(
                plan, open: open ?? plan.chunks, tasks: tasks, isShared: isShared, workers: workers)
            self.plan = plan
            self.flow = flow
            builds = BuildQueue(
                memory: 1 << 30, isClosed: false, sign: flow.sign, interrupt: workers.interrupt
            ) { flow.built($0) }
            told.withLock { $0 = { [unowned self] event in self.told.withLock { $0.append(event) } } }
            flow.begin(feeding: builds)
        }

        var events: [Event] { told.withLock { $0 } }

        func stages(_ wanted: Stage) -> [String] {
            events.compactMap { event in
                switch event {
                case .began(wanted): "began"
                case .ended(wanted): "ended"
                default: nil
                }
            }
        }

        func take() throws -> PairFlow.Step { try #require(try flow.next()) }

        /// Does a step as a stream would, to which all goes well.
        func finish(_ step: PairFlow.Step) {
            switch step {
            case .copy, .claim: break
            case .settle(let pairs): flow.settled(pairs, open: [])
            case .analyze(let pairs):
                flow.analyzed(
                    pairs, ranges: ranges(pairs), since: ReadMoment(snapshot: "1:1:", time: "2026-01-02 03:04:05 UTC"))
            case .readBack(let ranges): flow.read(ranges, ranges.map { _ in Digest(rows: 1, sum: 1) })
            }
            flow.done(step)
        }

        func ranges(_ pairs: [PairNumber]) -> [PairNumber: [RangeRead]] {
            Dictionary(
                uniqueKeysWithValues: pairs.map { pair in
                    let chunk = Chunk(pair: pair, number: 0, part: 0, pages: PageRange(start: 0, end: nil))
                    return (pair, [RangeRead(table: pair, query: plan[pair].rowQuery(chunk), bytes: 1 << 30)])
                })
        }
    }

    private func name(_ step: PairFlow.Step) -> String {
        switch step {
        case .copy(let batch): "copy \(batch.chunks.map { "\($0.pair).\($0.number)" }.joined(separator: " "))"
        case .claim: "claim"
        case .settle(let pairs): "settle \(pairs)"
        case .analyze(let pairs): "analyze \(pairs)"
        case .readBack(let ranges): "read back \(ranges.map(\.table))"
        }
    }

    @Test func `a pair goes through its stages while another still copies`() throws {
        let play = Play([PairFixtures.pair(0), PairFixtures.pair(1, chunks: 3)])
        var seen: [String] = []
        while let step = try play.flow.next() {
            seen.append(name(step))
            play.finish(step)
        }
        #expect(
            seen == [
                "copy 0.0", "settle [0]", "analyze [0]", "read back [0]", "copy 1.0", "copy 1.1", "copy 1.2",
                "settle [1]", "analyze [1]", "read back [1]",
            ])
        let record = try play.flow.ended(since: .now).record
        #expect([record[0], record[1]].allSatisfy { $0.isLoaded && $0.readBack == Digest(rows: 1, sum: 1) })
    }

    @Test func `one stream alone copies all rows before it reads any back`() throws {
        let play = Play([PairFixtures.pair(0), PairFixtures.pair(1)], streams: 1)
        var seen: [String] = []
        while let step = try play.flow.next() {
            seen.append(name(step))
            play.finish(step)
        }
        #expect(seen.firstIndex(of: "copy 1.0")! < seen.firstIndex(of: "read back [0]")!)
    }

    @Test func `chunks that a crash of the target took back are copied again before the pair's next stage`() throws {
        let play = Play([PairFixtures.pair(0, chunks: 2)])
        for _ in 0..<2 { play.finish(try play.take()) }
        let settle = try play.take()
        #expect(name(settle) == "settle [0]")
        play.flow.settled([0], open: [play.plan.chunks[1]])
        play.flow.done(settle)
        var seen: [String] = []
        while let step = try play.flow.next() {
            seen.append(name(step))
            play.finish(step)
        }
        #expect(seen == ["copy 0.1", "settle [0]", "analyze [0]", "read back [0]"])
    }

    @Test func `an index is built once its own pair is analyzed, and not before`() throws {
        let index = PairFixtures.index("i", of: 0)
        let play = Play(
            [PairFixtures.pair(0), PairFixtures.pair(1, chunks: 9)], tasks: PairFixtures.tasks(index, of: 0))
        while case let step = try play.take(), name(step) != "analyze [0]" {
            #expect(play.stages(.index).isEmpty)
            play.finish(step)
        }
        play.finish(.analyze([0]))
        #expect(play.stages(.index) == ["began"])
        let task = try #require(play.builds.next())
        #expect(task.plan.name.name == "i")
        play.builds.done(task)
        #expect(play.stages(.index) == ["began", "ended"])
        #expect(play.stages(.copy) == ["began"])
    }

    @Test func `a pair that is made by the job is read back when its builds have ended, well or not`() throws {
        for error in [nil, FerryError(.database, "No.")] {
            var pair = PairFixtures.pair(0)
            pair.isCreated = true
            let index = PairFixtures.index("i", of: 0)
            let play = Play([pair, PairFixtures.pair(1, chunks: 2)], tasks: PairFixtures.tasks(index, of: 0))
            for _ in 0..<3 { play.finish(try play.take()) }
            let task = try #require(play.builds.next())
            #expect(name(try play.take()) == "copy 1.0")
            if let error { play.builds.fail(task, error) } else { play.builds.done(task) }
            #expect(name(try play.take()) == "read back [0]")
        }
    }

    @Test func `a pair that fails stops only itself`() throws {
        let index = PairFixtures.index("i", of: 0)
        let play = Play(
            [PairFixtures.pair(0, chunks: 3), PairFixtures.pair(1)], tasks: PairFixtures.tasks(index, of: 0))
        let first = try play.take()
        #expect(name(first) == "copy 0.0")
        play.flow.fail(first, FerryError(.database, "No.", table: PairFixtures.name(0)))
        var seen: [String] = []
        while let step = try play.flow.next() {
            seen.append(name(step))
            play.finish(step)
        }
        #expect(seen == ["copy 1.0", "settle [1]", "analyze [1]", "read back [1]"])
        #expect(play.builds.next() == nil)
        let record = try play.flow.ended(since: .now).record
        #expect(record[0].failure?.message == "No.")
        #expect(record[1].failure == nil)
    }

    @Test func `a step of several pairs that fails is done for each on its own`() throws {
        let small = (0..<3).map { PairFixtures.pair($0) }
        let play = Play(small, open: [])
        play.finish(try play.take())
        let step = try play.take()
        #expect(name(step) == "analyze [0, 1, 2]")
        play.flow.fail(step, FerryError(.database, "No.", table: PairFixtures.name(0)))
        #expect(name(try play.take()) == "analyze [0]")
        #expect(name(try play.take()) == "analyze [1]")
    }

    @Test func `what stops the job stops the streams and the builds`() throws {
        let play = Play([PairFixtures.pair(0, chunks: 3)])
        play.flow.stop(FerryError(.database, "Down."))
        #expect(try play.flow.next() == nil)
        #expect(play.flow.nextAtHand().map(name) == nil)
        #expect(play.builds.next() == nil)
        #expect(throws: FerryError(.database, "Down.")) { try play.flow.ended(since: .now) }
    }

    @Test func `each stage begins once and ends once`() throws {
        let index = PairFixtures.index("i", of: 1)
        let play = Play((0..<4).map { PairFixtures.pair($0) }, tasks: PairFixtures.tasks(index, of: 1))
        while let step = try play.flow.next() {
            play.finish(step)
            if case .analyze(let pairs) = step, pairs.contains(1) { play.builds.done(try #require(play.builds.next())) }
        }
        for stage in [Stage.copy, .index, .verify] { #expect(play.stages(stage) == ["began", "ended"]) }
    }

    // MARK: Shared jobs

    @Test func `a pair of a shared job is settled once all its chunks are done, by this process and by others`() throws
    {
        let play = Play([PairFixtures.pair(0, chunks: 3)], isShared: true)
        let chunks = play.plan.chunks
        let step = try play.take()
        #expect(name(step) == "claim")
        // The stream has claimed chunk 1.
        play.flow.done(.copy(ChunkBatch([chunks[1]])))
        play.flow.saw([chunks[0]], bytes: 7, hasFree: false)
        // What this process has done is seen in the ledger too.
        play.flow.saw([chunks[1]], bytes: 0, hasFree: false)
        #expect(play.events.allSatisfy { if case .pairLoaded = $0 { false } else { true } })
        play.flow.saw([chunks[2]], bytes: 5, hasFree: false)
        #expect(play.events.contains { if case .pairLoaded = $0 { true } else { false } })
        var seen: [String] = []
        while let step = try play.flow.next() {
            seen.append(name(step))
            play.finish(step)
        }
        #expect(seen == ["settle [0]", "analyze [0]", "read back [0]"])
        #expect(try play.flow.ended(since: .now).record.streamedBytes == 12)
    }

    @Test func `streams ask the ledger again only when it may have chunks`() throws {
        let play = Play([PairFixtures.pair(0, chunks: 2)], isShared: true)
        let step = try play.take()
        play.flow.foundNothing()
        play.flow.done(step)
        #expect(play.flow.nextAtHand().map(name) == nil)
        play.flow.saw([], bytes: 0, hasFree: true)
        #expect(name(try play.take()) == "claim")
    }

    @Test func `chunks of a shared job that a crash took back are claimed again`() throws {
        let play = Play([PairFixtures.pair(0, chunks: 2)], isShared: true)
        let claim = try play.take()
        play.flow.foundNothing()
        play.flow.done(claim)
        play.flow.saw(play.plan.chunks, bytes: 0, hasFree: false)
        let settle = try play.take()
        play.flow.settled([0], open: [play.plan.chunks[1]])
        play.flow.done(settle)
        #expect(name(try play.take()) == "claim")
    }

    @Test func `a pair that a worker gave up stops no other`() throws {
        let play = Play([PairFixtures.pair(0), PairFixtures.pair(1)], isShared: true)
        let claim = try play.take()
        play.flow.foundNothing()
        play.flow.done(claim)
        play.flow.give(up: 0, FerryError(.database, "No."))
        #expect(play.flow.givenUp == [0] && !play.flow.isCopied)
        play.flow.saw(play.plan[1].chunks, bytes: 0, hasFree: false)
        var seen: [String] = []
        while let step = try play.flow.next() {
            seen.append(name(step))
            play.finish(step)
        }
        #expect(seen == ["settle [1]", "analyze [1]", "read back [1]"])
        #expect(play.flow.isCopied)
    }
}
