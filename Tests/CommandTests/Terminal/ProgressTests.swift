import Testing

@testable import Ferry
@testable import vecferry

@Suite struct ProgressTests {
    private let plan = Fixtures.plan([
        Fixtures.itemsPair, Fixtures.pair(1, "bots", rows: 1000, bytes: 37 << 20, chunks: 2),
    ])

    /// A board after a second in which `items` moved 36 MB.
    private func copying() -> ProgressBoard {
        var board = ProgressBoard()
        board.take(.planned(plan), at: 0)
        board.take(.began(.copy), at: 0)
        board.take(.moved(pair: 0, rows: 0, bytes: 0), at: 0)
        board.take(.moved(pair: 0, rows: 6000, bytes: 36 << 20), at: 1)
        return board
    }

    @Test func aTableAtWorkHasALine() {
        let lines = ProgressLines(board: copying(), now: 1).live(width: 100, height: 10)
        #expect(
            lines == [
                "Copying rows, 0 of 2 tables done, 9%, 36 MB/s, 10 s left",
                "  public.items  6,000 rows  10%  36 MB/s  9.1 s left",
            ])
    }

    @Test func aLoadedTableHasNone() {
        var board = copying()
        board.take(.pairLoaded(pair: 0), at: 2)
        #expect(ProgressLines(board: board, now: 2).live(width: 100, height: 10).count == 1)
        #expect(board.loadedTables == 1)
    }

    @Test func linesFitTheTerminal() {
        var board = copying()
        board.take(.moved(pair: 1, rows: 1, bytes: 1), at: 1)
        for width in [1, 20, 40] {
            let lines = ProgressLines(board: board, now: 1).live(width: width, height: 10)
            #expect(lines.allSatisfy { TextWidth.of($0) <= max(1, width - 1) })
        }
        #expect(
            ProgressLines(board: board, now: 1).live(width: 80, height: 2).last == "  and 2 more")
        #expect(ProgressLines(board: board, now: 1).live(width: 80, height: 1).count == 1)
        #expect(ProgressLines(board: board, now: 1).live(width: 80, height: 0).isEmpty)
    }

    @Test func aResumedJobCountsWhatWasDone() {
        var board = ProgressBoard()
        board.take(.planned(plan), at: 0)
        board.take(.resumed(job: 1, doneChunks: 7, allChunks: 14, restoredIndexes: 0), at: 0)
        board.take(.began(.copy), at: 0)
        #expect(ProgressLines(board: board, now: 0).plain == "Copying rows, 0 of 2 tables done, 50%.")
    }

    @Test func aPipeIsToldOfTheBuildsPhase() {
        var board = copying()
        board.take(.began(.index), at: 5)
        let name = Fixtures.vectorIndex.name
        let progress = IndexProgress(
            index: name, relation: Fixtures.items, phase: "building index: assigning tuples", fraction: 0.45,
            seconds: 12,
            secondsLeft: 20)
        board.take(.indexProgress(progress), at: 6)
        #expect(
            ProgressLines(board: board, now: 6).plain
                == "Building indexes, 0 of 1 done: public.idx_items_embedding assigning tuples 45% 12 s so far 20 s left."
        )
        board.take(.indexBuilt(Fixtures.vectorIndex, name: name, seconds: 32), at: 7)
        #expect(ProgressLines(board: board, now: 7).plain == "Building indexes, 1 of 1 done.")
    }

    @Test func nothingIsSaidBeforeThereIsWork() {
        var board = ProgressBoard()
        #expect(ProgressLines(board: board, now: 0).plain == nil)
        board.take(.began(.plan), at: 0)
        #expect(ProgressLines(board: board, now: 0).live(width: 80, height: 10).isEmpty)
        // The engine knows better what pairs there are; a number out of range moves nothing.
        board.take(.moved(pair: 99, rows: 1, bytes: 1), at: 0)
        #expect(board.tables.isEmpty)
    }

    @Test func aMeterForgetsWhatIsLongAgo() {
        var meter = Meter()
        for second in 0...10 { meter.add(1000, at: Double(second)) }
        #expect(meter.perSecond(at: 10) == 1000)
        for second in 11...30 { meter.add(10, at: Double(second)) }
        #expect(meter.perSecond(at: 30) == 10)
        #expect(meter.total == 11_200)
        #expect(Meter().perSecond(at: 1) == nil)
    }
}

@Suite struct EventLogTests {
    private let log = EventLog(.init(label: "test"))

    @Test func retriesSayWhyAndWhen() {
        let error = FerryError(.database, "The connection was lost.", side: .target)
        let record = log.record(.retry(error, attempt: 2, of: 8, delay: .milliseconds(500)))
        #expect(record?.level == .warning)
        #expect(record?.message == "target: The connection was lost. Trying again in 0.5 s, try 2 of 8.")
    }

    @Test func whatComesManyTimesASecondIsNotLogged() {
        #expect(log.record(.moved(pair: 0, rows: 1, bytes: 1)) == nil)
        #expect(log.record(.readBack(pair: 0, rows: 1, bytes: 1)) == nil)
    }

    @Test func whatAnEarlierRunDidIsSaid() {
        let record = log.record(.resumed(job: 3, doneChunks: 1, allChunks: 12, restoredIndexes: 2))
        #expect(record?.message == "Job 3 goes on: 1 of 12 chunks was already done; 2 saved indexes put back.")
    }
}
