import Testing

@testable import vecferry

@Suite struct LineTests {
    private let line: Line = "\("BLOCKED", .bad): 1 blocker in \("public.items", .name)."

    @Test func `a line keeps the role of each piece`() {
        #expect(
            line.spans.map(\.text) == ["BLOCKED", ": 1 blocker in ", "public.items", "."])
        #expect(line.spans.map(\.role) == [.bad, .plain, .name, .plain])
        #expect(line.text == "BLOCKED: 1 blocker in public.items.")
    }

    @Test func `a terminal paints, a pipe does not`() {
        #expect(Painter(isColored: false).paint(line) == line.text)
        #expect(
            Painter(isColored: true).paint(line)
                == "\u{1b}[31mBLOCKED\u{1b}[0m: 1 blocker in \u{1b}[1mpublic.items\u{1b}[0m.")
    }

    @Test func `what is interpolated can't control a terminal`() {
        let name = "items\u{1b}[2J"
        let nested: Line = "\(name, .name)"
        let line: Line = "\(nested) and \(name)"
        #expect(line.text == "items\\u{1b}[2J and items\\u{1b}[2J")
        #expect(Line(name).indented().text == "  items\\u{1b}[2J")
    }

    @Test func `no sentence of a result holds an escape code`() {
        let results: [CommandResult] = [
            .plan(Fixtures.fullPlan), .refused(Fixtures.fullPlan), .copy(Fixtures.fullReport),
            .verify(Fixtures.fullComparison), .indexPlan(Fixtures.indexPlan()), .index(Fixtures.fullIndexReport),
        ]
        for result in results {
            let text = result.text(showsAll: true)
            #expect(!(text.lines + text.problems).contains { $0.text.contains("\u{1b}") })
            #expect(text.lines.contains(text.verdict))
        }
    }
}
