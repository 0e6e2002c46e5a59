import Testing

@testable import Ferry

@Suite struct TimelineTests {
    private func chunk(_ pair: Int, _ number: Int) -> Chunk {
        Chunk(
            pair: PairNumber(pair), number: ChunkNumber(number), part: 0,
            pages: PageRange(start: number, end: number + 1))
    }

    @Test func `a timeline is made from the events of a process`() {
        let recorder = TimelineRecorder()
        recorder.take(.chunkBegan(chunk(0, 0)), at: 1)
        recorder.take(.chunkBegan(chunk(0, 1)), at: 1.5)
        recorder.take(.moved(pair: 0, rows: 1, bytes: 100), at: 1.75)
        recorder.take(.chunkDone(chunk(0, 1), .zero), at: 2)
        recorder.take(.chunkDone(chunk(0, 0), .zero), at: 3)
        recorder.take(.readBack(pair: 0, rows: 1, bytes: 40), at: 4)
        recorder.take(.readBack(pair: 0, rows: 1, bytes: 60), at: 5)
        let lost = FerryError(.database, "The server is gone.", side: .source)
        for now in 0..<60 { recorder.take(.retry(lost, attempt: 2, of: 8, delay: .zero), at: Double(now)) }
        let timeline = recorder.timeline
        #expect(
            timeline.chunks == [
                Timeline.Span(pair: 0, began: 1.5, ended: 2), Timeline.Span(pair: 0, began: 1, ended: 3),
            ])
        #expect(timeline.readBacks == [Timeline.Span(pair: 0, began: 4, ended: 5)])
        #expect(timeline.sent.total == 100 && timeline.read.total == 100)
        #expect(timeline.retryCount == 60 && timeline.retries.count == Timeline.mostRetries)
        #expect(timeline.retries[1] == Timeline.Retry(at: 1, side: .source, message: "The server is gone."))
        #expect(timeline.seconds == 49)
    }

    @Test
    func `the timeline of a copy with a hundred thousand chunks stays small, and shows when each table was copied`() {
        let recorder = TimelineRecorder()
        for number in 0..<100_000 {
            recorder.take(.chunkBegan(chunk(number % 2, number)), at: Double(number))
            recorder.take(.moved(pair: 0, rows: 1, bytes: 1), at: Double(number))
            recorder.take(.chunkDone(chunk(number % 2, number), .zero), at: Double(number) + 1)
        }
        let timeline = recorder.timeline
        #expect(timeline.chunks.count == Timeline.mostChunks && timeline.chunks.map(\.ended).max() == 100_000)
        #expect(timeline.sent.bytes.count <= Pace.most && timeline.sent.total == 100_000)
        #expect(StoredTimeline(timeline).timeline == timeline)
        // Bins grow with the time, and not beyond it.
        #expect(timeline.sent.binSeconds * Double(timeline.sent.bytes.count) < 2 * 100_000)
    }

    @Test func `amounts keep their place when bins grow`() {
        var pace = Pace()
        for second in 0..<30 { pace.add(second == 20 ? 8 : 0, at: Double(second)) }
        #expect(pace.binSeconds == 0.25 && pace.bytes[80] == 8 && pace.total == 8)
        pace.add(1, at: 1000)
        #expect(pace.binSeconds == 16 && pace.bytes[1] == 8 && pace.bytes[62] == 1)
    }
}
