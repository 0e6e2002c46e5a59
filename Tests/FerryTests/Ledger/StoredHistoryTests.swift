import Testing

@testable import Ferry

/// What the ledger holds for reports, as vecferry 0.1.0 stored it.
@Suite struct StoredHistoryTests {
    private static let items = QualifiedName(schema: "public", name: "items")

    private static let run = """
        {"command":"vecferry copy --jobs 4","format":4,"host":"worker-1","process":4711,"streams":4,"timeline":\
        {"builds":[{"began":2500,"ended":6700,"index":{"name":"items_idx","schema":"public"}}],"chunks":[[0,500,2000],[1,500,2250]],\
        "read":{"binMilliseconds":125,"bytes":[0,7]},"readBacks":[[0,2600,4000]],"retries":[{"at":1250,"message":"Gone.","side":"target"},\
        {"at":1500,"message":"Gone."}],"retryCount":12,"sent":{"binMilliseconds":250,"bytes":[1,2,3]}},"vecferry":"0.1.0"}
        """

    @Test func `when a process did what is read, and nothing of it is lost`() throws {
        let stored = try StoredRun(text: Self.run)
        #expect(stored.text == Self.run)
        let run = stored.run(beganAt: "a", endedAt: "b", seconds: 9)
        let timeline = try #require(run.timeline)
        #expect(run.command == "vecferry copy --jobs 4")
        #expect(StoredTimeline(timeline) == stored.timeline)
        #expect(timeline.chunks[1] == Timeline.Span(pair: 1, began: 0.5, ended: 2.25))
        #expect(
            timeline.builds[0]
                == Timeline.Build(index: QualifiedName(schema: "public", name: "items_idx"), began: 2.5, ended: 6.7))
        #expect(timeline.sent == Pace(binSeconds: 0.25, bytes: [1, 2, 3]) && timeline.retries[1].side == nil)
    }

    @Test func `a span of another form is no span, and a place of a bot that is not there is no point`() throws {
        let stored = try StoredRun(text: Self.run.replacing("[1,500,2250]", with: "[1]"))
        #expect(stored.timeline?.timeline.chunks.count == 1)
        let map = EmbeddingMap(
            table: Self.items, column: "embedding", bots: ["A", nil],
            points: [
                EmbeddingMap.Point(
                    bot: 1, source: EmbeddingMap.Place(x: -1000, y: 5), target: EmbeddingMap.Place(x: -999, y: 5)),
                EmbeddingMap.Point(bot: 0, source: EmbeddingMap.Place(x: 1, y: 2), target: nil),
            ], share: 0.25, differing: 1)
        var strange = StoredMap(map)
        #expect(strange.map == map)
        strange.points += [[2, 0, 0], [0, 1]]
        #expect(strange.map == map)
    }

    private static let facts = """
        "maps":[{"bots":["A",null],"column":"embedding","differing":1,"points":[[1,-1000,5,-999,5],[0,1,2]],"share":0.25,\
        "table":{"name":"items","schema":"public"}}],"rowsByBot":{"bots":[{"id":"A","source":3,"target":2},{"source":1,"target":1}],"others":4}
        """

    @Test func `maps and the rows of bots are read, and nothing of them is lost`() throws {
        let text = """
            {"copySeconds":1,"format":4,"job":7,\(Self.facts.split(separator: ",\"rowsByBot\"")[0]),"notes":[],"outcome":"proven",\
            "rowsByBot"\(Self.facts.split(separator: "\"rowsByBot\"")[1]),"seconds":2,"streamedBytes":3,"tables":[],"vecferry":"0.1.0"}
            """
        let stored = try StoredReport(text: text)
        #expect(stored.text == text)
        #expect(
            stored.report.rowsByBot?.bots == [
                .init(id: "A", source: 3, target: 2), .init(id: nil, source: 1, target: 1),
            ])
        #expect(stored.report.maps?.first?.missing == 1)
        #expect(StoredReport(stored.report).text == text)
    }
}
