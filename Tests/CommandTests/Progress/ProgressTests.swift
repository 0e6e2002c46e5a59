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

    @Test func `a table in progress has a line`() {
        let lines = ProgressLines(board: copying(), now: 1).live(width: 100, height: 10)
        #expect(
            lines == [
                "Copying rows, 0 of 2 tables done, 9%, 36 MB/s, 10 s left",
                "  public.items  6,000 rows  10%  36 MB/s  9.1 s left",
            ])
    }

    @Test func `a loaded table has no line`() {
        var board = copying()
        board.take(.pairLoaded(pair: 0), at: 2)
        #expect(ProgressLines(board: board, now: 2).live(width: 100, height: 10).count == 1)
        #expect(board.loadedTables == 1)
    }

    @Test func `lines fit the terminal`() {
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

    @Test func `a resumed job counts what was done`() {
        var board = ProgressBoard()
        board.take(.planned(plan), at: 0)
        board.take(.resumed(job: 1, doneChunks: 7, allChunks: 14, restoredIndexes: 0), at: 0)
        board.take(.began(.copy), at: 0)
        #expect(ProgressLines(board: board, now: 0).plain == "Copying rows, 50%.")
        let chunk = Chunk(pair: 1, number: 0, part: 0, pages: PageRange(start: 0, end: nil))
        for _ in 0..<7 { board.take(.chunkDone(chunk, Digest(rows: 10, sum: 1)), at: 1) }
        board.take(.began(.index), at: 2)
        #expect(ProgressLines(board: board, now: 2).plain == "Building indexes, 0 of 1 built.")
    }

    @Test func `a pipe gets the phase of a build`() {
        var board = copying()
        board.take(.began(.index), at: 5)
        board.take(.ended(.copy), at: 5)
        let name = Fixtures.vectorIndex.name
        let progress = IndexProgress(
            index: name, relation: Fixtures.items, phase: "building index: assigning tuples", fraction: 0.45,
            seconds: 12,
            secondsLeft: 20)
        board.take(.indexProgress(progress), at: 6)
        #expect(
            ProgressLines(board: board, now: 6).plain
                == "Building indexes, 0 of 1 built: public.idx_items_embedding assigning tuples 45% 12 s so far 20 s left."
        )
        board.take(.indexBuilt(Fixtures.vectorIndex, name: name, seconds: 32), at: 7)
        #expect(ProgressLines(board: board, now: 7).plain == "Building indexes, 1 of 1 built.")
    }

    @Test func `copy, index and verify at the same time are shown together`() {
        var board = copying()
        board.take(.indexesToBuild(8), at: 1)
        board.take(.began(.index), at: 1)
        board.take(.began(.verify), at: 1)
        board.take(
            .indexBuilt(Fixtures.vectorIndex, name: Fixtures.index("a", "btree", .create, "").name, seconds: 1), at: 1)
        board.take(.indexProgress(progress(Fixtures.vectorIndex.name, seconds: 0.5)), at: 1)
        board.take(.readBack(pair: 1, rows: 400, bytes: 0), at: 1)
        board.take(.readBack(pair: 1, rows: 100, bytes: 2 << 20), at: 2)
        board.take(.moved(pair: 0, rows: 0, bytes: 36 << 20), at: 2)
        let heading = "Copying rows, 0 of 2 tables done, 9%, 36 MB/s, 10 s left; 1 of 8 indexes built; 2.0 MB read back"
        #expect(
            lines(board, now: 2) == [
                heading,
                "  public.items                6,000 rows  10%  36 MB/s  9.1 s left",
                "  public.idx_items_embedding  loading tuples  45%  0.5 s so far  20 s left",
                "  public.bots                 500 rows read back  2.0 MB/s",
            ])
        #expect(
            ProgressLines(board: board, now: 2).plain
                == heading + ": public.idx_items_embedding loading tuples 45% 0.5 s so far 20 s left.")
    }

    @Test func `a stage that ended leaves the heading`() {
        var board = copying()
        board.take(.began(.index), at: 1)
        board.take(.began(.verify), at: 1)
        board.take(.ended(.copy), at: 2)
        #expect(lines(board, now: 2) == ["Building indexes, 0 of 1 built; 0 bytes read back"])
        board.take(.ended(.index), at: 3)
        #expect(lines(board, now: 3) == ["Reading the target back, 0 bytes"])
        board.take(.ended(.verify), at: 4)
        #expect(lines(board, now: 4).isEmpty)
    }

    @Test func `a stage whose end is not reported ends when a later one begins`() {
        var board = copying()
        board.take(.began(.index), at: 1)
        board.take(.began(.finish), at: 2)
        #expect(lines(board, now: 2).isEmpty)
        board = ProgressBoard()
        board.take(.began(.compare), at: 0)
        board.take(.began(.repair), at: 1)
        board.take(.began(.compare), at: 2)
        #expect(lines(board, now: 2) == ["Comparing both sides"])
        board.take(.ended(.compare), at: 3)
        #expect(lines(board, now: 3) == ["Repairing the target"])
    }

    @Test func `where all rows are copied, the copy is over even if its end is not reported`() {
        var board = copying()
        board.take(.pairLoaded(pair: 0), at: 1)
        board.take(.pairLoaded(pair: 1), at: 1)
        #expect(lines(board, now: 2) == ["Copying rows, 2 of 2 tables done"])
        board.take(.began(.index), at: 1)
        #expect(lines(board, now: 2) == ["Building indexes, 0 of 1 built"])
    }

    @Test func `a partition's build leaves the board when it ends, and does not come back`() {
        var board = ProgressBoard()
        board.take(.began(.index), at: 0)
        #expect(lines(board, now: 0).isEmpty)
        board.take(.indexesToBuild(2), at: 0)
        let partitions = (1...2).map { QualifiedName(schema: "public", name: "part_\($0)_idx") }
        for partition in partitions { board.take(.indexProgress(progress(partition, seconds: 5)), at: 5) }
        #expect(lines(board, now: 5).count == 3)
        board.take(.buildEnded(index: partitions[0]), at: 6)
        // An answer of the server's that was under way.
        board.take(.indexProgress(progress(partitions[0], seconds: 6)), at: 6)
        #expect(
            lines(board, now: 6) == [
                "Building indexes, 0 of 2 built",
                "  public.part_2_idx  loading tuples  45%  5.0 s so far  20 s left",
            ])
        // A build that is tried again.
        board.take(.indexProgress(progress(partitions[0], seconds: 1)), at: 9)
        #expect(lines(board, now: 9).count == 3)
    }

    @Test func `a table that is read back whole has no line`() {
        var board = copying()
        let chunk = Chunk(pair: 0, number: 0, part: 0, pages: PageRange(start: 0, end: nil))
        board.take(.chunkDone(chunk, Digest(rows: 6000, sum: 1)), at: 2)
        board.take(.pairLoaded(pair: 0), at: 2)
        board.take(.began(.verify), at: 2)
        board.take(.readBack(pair: 0, rows: 4000, bytes: 24 << 20), at: 3)
        #expect(lines(board, now: 3).last == "  public.items  4,000 rows read back")
        // A connection that was lost is noticed by nothing coming.
        #expect(lines(board, now: 60).count == 1)
        board.take(.readBack(pair: 0, rows: 2000, bytes: 12 << 20), at: 4)
        #expect(lines(board, now: 4).count == 1)
    }

    private func progress(_ index: QualifiedName, seconds: Double) -> IndexProgress {
        IndexProgress(
            index: index, relation: Fixtures.items, phase: "building index: loading tuples", fraction: 0.45,
            seconds: seconds, secondsLeft: 20)
    }

    private func lines(_ board: ProgressBoard, now: Double) -> [String] {
        ProgressLines(board: board, now: now).live(width: 120, height: 10)
    }

    @Test func `nothing is shown before there is work`() {
        var board = ProgressBoard()
        #expect(ProgressLines(board: board, now: 0).plain == nil)
        board.take(.began(.plan), at: 0)
        #expect(ProgressLines(board: board, now: 0).live(width: 80, height: 10).isEmpty)
        // The engine knows better what pairs there are; a number out of range moves nothing.
        board.take(.moved(pair: 99, rows: 1, bytes: 1), at: 0)
        #expect(board.tables.isEmpty)
    }

    @Test func `a meter forgets old measurements`() {
        var meter = Meter()
        for second in 0...10 { meter.add(1000, at: Double(second)) }
        #expect(meter.perSecond(at: 10) == 1000)
        for second in 11...30 { meter.add(10, at: Double(second)) }
        #expect(meter.perSecond(at: 30) == 10)
        #expect(meter.total == 11_200)
        #expect(Meter().perSecond(at: 1) == nil)
    }
}
