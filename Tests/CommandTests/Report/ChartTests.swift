import Testing

@testable import Ferry
@testable import vecferry

@Suite struct ChartTests {
    /// The drawing, an element a line, for a reader of the difference.
    private func expect(_ svg: String, _ name: String, location: SourceLocation = #_sourceLocation) throws {
        try Golden.expect(
            svg.replacing("><", with: ">\n<") + "\n", "charts/\(name)", type: "svg", location: location)
    }

    @Test func `data over time`() throws {
        let timeline = Fixtures.timeline
        try expect(
            PaceChart(sent: timeline.sent, read: timeline.read, seconds: timeline.seconds).svg, "pace"
        )
        // Nothing, and a copy that took hours.
        let none = Pace()
        try expect(PaceChart(sent: none, read: none, seconds: 0).svg, "pace-empty")
        try expect(
            PaceChart(
                sent: Pace(binSeconds: 256, bytes: [1 << 36, 1 << 35]), read: none, seconds: 10_000
            ).svg, "pace-long")
    }

    @Test func `when each table was worked on`() throws {
        let rows = [
            WorkChart.Row(name: "public.items", copies: [0...1, 1...2.5], builds: [3...8], readBacks: [3...4]),
            WorkChart.Row(
                name: "a_schema_with_a_name.a_table_with_a_name_that_is_long", copies: [2.5...2.5], readBacks: [9...20]),
        ]
        try expect(WorkChart(rows: rows, seconds: 10).svg, "work")
    }

    @Test func `what searches find, and how long they take`() throws {
        let rows = [
            SearchChart.Row(
                name: "public.items.embedding", source: SearchChart.Side(recall: 1, p50: 4, p95: 21, exact: 140),
                target: SearchChart.Side(recall: 0.8055, p50: 3, p95: 3, exact: 11)),
            SearchChart.Row(
                name: "public.empty.embedding", source: SearchChart.Side(recall: nil, p50: 0, p95: 0, exact: 0),
                target: SearchChart.Side(recall: nil, p50: 0, p95: 0, exact: 0)),
        ]
        try expect(SearchChart(rows: rows).svg, "search")
    }

    @Test func `where vectors lie on both sides`() throws { try expect(MapChart(map: Fixtures.map).svg, "map") }

    @Test func `marks are round numbers`() {
        #expect(Axis(most: 97, count: 4).ticks == [0, 50, 100])
        #expect(Axis(most: 0.9, count: 4).ticks.map(SVG.number) == ["0", "0.5", "1"])
        #expect(Axis(most: 0, count: 4).end > 0 && Axis(most: .infinity, count: 4).end > 0)
        #expect(Axis(seconds: 5.3, count: 6).ticks.map(Axis.seconds) == ["0", "1 s", "2 s", "3 s", "4 s", "5 s"])
        #expect(Axis(seconds: 0.6, count: 6).ticks.map(Axis.seconds).last == "0.6 s")
        #expect(Axis(seconds: 62, count: 6).ticks.map(Axis.seconds) == ["0", "15 s", "30 s", "45 s", "1 min"])
        #expect(Axis(seconds: 4000, count: 6).ticks.map(Axis.seconds) == ["0", "15 min", "30 min", "45 min", "1 h"])
        #expect(Axis(seconds: 40_000, count: 6).ticks.map(Axis.seconds).last == "10 h")
        #expect([-0.04, 1.25, -3.96, .nan].map(SVG.number) == ["0", "1.3", "-4", "0"])
    }
}
