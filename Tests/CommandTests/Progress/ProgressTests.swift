import Postgres
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
                "Copying rows  phase 1 of 3  9%  more than 10 s left  1.0 s so far",
                "  39 MB of 400 MB  36 MB/s  0 of 2 tables",
                "  public.items  10%  6,000 rows  36 MB/s  9.1 s left",
            ])
    }

    /// The moments of a copy, as they look on terminals of several sizes.
    @Test func `frames`() throws {
        var frames = ""
        for (name, board, now) in try Self.moments() {
            for (columns, rows) in [(120, 40), (80, 24), (40, 12)] {
                let lines = ProgressLines(board: board, now: now).live(width: columns, height: rows - 1)
                #expect(lines.count <= 10 && lines.allSatisfy { TextWidth.of($0) < columns })
                frames += "== \(name), \(columns)x\(rows)\n" + lines.map { $0 + "\n" }.joined()
            }
            frames += "== \(name), in a pipe\n\(ProgressLines(board: board, now: now).plain ?? "")\n\n"
        }
        try Golden.expect(frames, "progress-frames")
    }

    private static func moments() throws -> [(name: String, board: ProgressBoard, now: Double)] {
        var moments: [(String, ProgressBoard, Double)] = []
        var board = ProgressBoard()
        var tables = (1...118).map { Fixtures.pair($0 + 1, "tenant_\($0)", rows: 1000, bytes: 37 << 20, chunks: 2) }
        tables.insert(
            Fixtures.pair(
                1, "a_table_whose_name_is_as_long_as_names_are_in_postgresql", rows: 90_000, bytes: 900 << 20, chunks: 9
            ), at: 0)
        board.take(.planned(Fixtures.plan([Fixtures.itemsPair] + tables)), at: 0)
        board.take(.indexesToBuild(8), at: 0)
        board.take(.began(.copy), at: 0)
        for pair in [PairNumber(0), 1] {
            board.take(.chunkBegan(Chunk(pair: pair, number: 0, part: 0, pages: PageRange(start: 0, end: nil))), at: 0)
            board.take(.moved(pair: pair, rows: 0, bytes: 0), at: 0)
        }
        for second in 1...20 {
            let pace = second < 10 ? 10 : 2
            board.take(.moved(pair: 0, rows: 300 * pace, bytes: pace << 20), at: Double(second))
            board.take(.moved(pair: 1, rows: 100 * pace, bytes: pace << 20), at: Double(second))
        }
        moments.append(("rows", board, 20))

        board.take(.began(.index), at: 20)
        board.take(.began(.verify), at: 20)
        board.take(.readBack(pair: 2, rows: 100, bytes: 0), at: 20)
        board.take(.readBack(pair: 2, rows: 900, bytes: 36 << 20), at: 22)
        let build = IndexProgress(
            index: Fixtures.vectorIndex.name, relation: Fixtures.items, phase: "building index: loading tuples",
            fraction: 0.45, seconds: 12, secondsLeft: 20)
        board.take(.indexProgress(build), at: 22)
        moments.append(("rows, a build and reading back", board, 22))

        let lost = FerryError(PostgresError(.connectionLost, "The server closed the connection."), .target)
        for attempt in 2...4 { board.take(.retry(lost, attempt: attempt, of: 8, delay: .seconds(4)), at: 24) }
        moments.append(("the target restarts", board, 26.5))

        var last = ProgressBoard()
        last.take(.planned(Fixtures.plan([Fixtures.itemsPair])), at: 0)
        last.take(.indexesToBuild(1), at: 0)
        last.take(.began(.copy), at: 0)
        last.take(.moved(pair: 0, rows: 60_000, bytes: 300 << 20), at: 1)
        last.take(.pairLoaded(pair: 0), at: 60)
        last.take(.ended(.copy), at: 60)
        last.take(.began(.index), at: 60)
        last.take(.indexProgress(build), at: 72)
        moments.append(("the last build", last, 72))

        var compared = ProgressBoard()
        compared.take(.began(.compare), at: 0)
        compared.take(.scanning(bytes: 800 << 20), at: 0)
        for second in 0...10 {
            for side in Side.allCases {
                compared.take(
                    .compared(
                        side, relation: Fixtures.items, rows: 1000, bytes: 9 << 20, scanned: second == 0 ? 0 : 10 << 20),
                    at: Double(second))
            }
        }
        moments.append(("verify", compared, 10))
        return moments
    }

    @Test func `a loaded table has no line`() {
        var board = copying()
        board.take(.pairLoaded(pair: 0), at: 2)
        #expect(ProgressLines(board: board, now: 2).live(width: 100, height: 10).count == 2)
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
            ProgressLines(board: board, now: 1).live(width: 80, height: 3).last == "  and 2 more")
        #expect(ProgressLines(board: board, now: 1).live(width: 80, height: 1).count == 1)
        #expect(ProgressLines(board: board, now: 1).live(width: 80, height: 0).isEmpty)
    }

    @Test func `a resumed job counts what was done`() {
        var board = ProgressBoard()
        board.take(.planned(plan), at: 0)
        board.take(.resumed(job: 1, doneChunks: 7, allChunks: 14, restoredIndexes: 0), at: 0)
        board.take(.began(.copy), at: 0)
        #expect(ProgressLines(board: board, now: 0).plain == "Copying rows, phase 1 of 3, 50%; 200 MB of 400 MB.")
        let chunk = Chunk(pair: 1, number: 0, part: 0, pages: PageRange(start: 0, end: nil))
        for _ in 0..<7 { board.take(.chunkDone(chunk, Digest(rows: 10, sum: 1)), at: 1) }
        board.take(.began(.index), at: 2)
        #expect(
            ProgressLines(board: board, now: 2).plain
                == "Building indexes, phase 2 of 3, 0 of 1 index built, 2.0 s so far.")
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
                == "Building indexes, phase 2 of 3, 0 of 1 index built, more than 20 s left, 6.0 s so far: public.idx_items_embedding 45% assigning tuples 12 s so far 20 s left."
        )
        board.take(.indexBuilt(Fixtures.vectorIndex, name: name, seconds: 32), at: 7)
        #expect(
            ProgressLines(board: board, now: 7).plain
                == "Building indexes, phase 2 of 3, 1 of 1 index built, 7.0 s so far.")
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
        #expect(
            lines(board, now: 2) == [
                "Copying rows  phase 1 of 3  9%  more than 6 min 15 s left  2.0 s so far",
                "  39 MB of 400 MB  36 MB/s  0 of 2 tables  1 of 8 indexes built  2.0 MB read back",
                "  public.items                10%  6,000 rows  36 MB/s  9.1 s left",
                "  public.idx_items_embedding  45%  loading tuples  0.5 s so far  20 s left",
                "  public.bots                 500 rows read back  2.0 MB/s",
            ])
        #expect(
            ProgressLines(board: board, now: 2).plain
                == "Copying rows, phase 1 of 3, 9%, more than 6 min 15 s left, 2.0 s so far; 39 MB of 400 MB, 36 MB/s, 0 of 2 tables, 1 of 8 indexes built, 2.0 MB read back: public.idx_items_embedding 45% loading tuples 0.5 s so far 20 s left."
        )
    }

    @Test func `a stage that ended leaves the heading`() {
        var board = copying()
        board.take(.began(.index), at: 1)
        board.take(.began(.verify), at: 1)
        board.take(.ended(.copy), at: 2)
        #expect(
            lines(board, now: 2) == [
                "Building indexes  phase 2 of 3  0 of 1 index built  2.0 s so far",
                "  0 bytes read back",
            ])
        board.take(.ended(.index), at: 3)
        #expect(
            lines(board, now: 3) == [
                "Reading the target back  phase 3 of 3  3.0 s so far", "  0 bytes read back",
            ])
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
        #expect(lines(board, now: 2) == ["Comparing both sides  2.0 s so far"])
        board.take(.ended(.compare), at: 3)
        #expect(lines(board, now: 3) == ["Repairing the target  3.0 s so far"])
    }

    @Test func `where all rows are copied, the copy is over even if its end is not reported`() {
        var board = copying()
        board.take(.pairLoaded(pair: 0), at: 1)
        board.take(.pairLoaded(pair: 1), at: 1)
        #expect(
            lines(board, now: 2) == ["Copying rows  phase 1 of 3  2.0 s so far", "  400 MB of 400 MB  2 of 2 tables"])
        board.take(.began(.index), at: 1)
        #expect(lines(board, now: 2) == ["Building indexes  phase 2 of 3  0 of 1 index built  2.0 s so far"])
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
                "Building indexes  0 of 2 indexes built  6.0 s so far",
                "  public.part_2_idx  45%  loading tuples  5.0 s so far  20 s left",
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
        #expect(lines(board, now: 60).count == 2)
        board.take(.readBack(pair: 0, rows: 2000, bytes: 12 << 20), at: 4)
        #expect(lines(board, now: 4).count == 2)
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
