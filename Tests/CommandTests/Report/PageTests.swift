import RigSupport
import Testing

@testable import Ferry
@testable import vecferry

/// Pages in a real browser.
@Suite(.serialized) struct PageTests {
    /// A page that has everything, with many rows and hostile names.
    private static func page(tables: Int, bots: Int) throws -> String {
        var history = Fixtures.provenHistory
        let first = try #require(history.job.report?.tables.first)
        let pair = history.plan.pairs[1]
        for number in 0..<tables {
            var (table, another) = (first, pair)
            table.name = QualifiedName(schema: "public", name: "table_\(number) <img src=x onerror=alert(1)>")
            another.number = PairNumber(history.plan.pairs.count)
            another.name = table.name
            history.plan.pairs.append(another)
            history.job.report?.tables.append(table)
            history.job.runs[1].timeline?.chunks.append(
                Timeline.Span(pair: another.number, began: 0.001 * Double(number), ended: 3))
        }
        history.job.report?.rowsByBot?.bots += (0..<bots).map { number in
            RowsByBot.Bot(id: "bot \(number) \"onload='alert(2)'", source: (number * 7919) % 10_007, target: number)
        }
        return try ReportForm.html.text(of: history)
    }

    @Test(arguments: [380, 1400], [false, true])
    func
        `a page has no error, no horizontal scroll and enough contrast, on a telephone and a screen, by day and by night`(
            width: Int, dark: Bool
        ) async throws
    {
        let pages: [@Sendable () throws -> String] = [
            { try Self.page(tables: 40, bots: 100) },
            { try ReportForm.html.text(of: Fixtures.stoppedHistory) },
        ]
        for page in pages {
            let found = try await Browser.open(width: width, dark: dark, page)
            #expect(found.errors.isEmpty)
            #expect(found.width == width && found.contentWidth <= width, "\(found.contentWidth)")
            #expect(found.faint.isEmpty)
            #expect(found.nameless.isEmpty)
        }
    }

    @Test
    func
        `with 5,000 bots and 2,000 tables, sorting sorts, searching finds, and all rows are shown where they are asked for`()
        async throws
    {
        let found = try await Browser.open(width: 1400, dark: false) { try Self.page(tables: 2000, bots: 5000) }
        #expect(found.errors.isEmpty)
        // A test asserts no time.
        print("A page with 5,000 bots and 2,000 tables was laid out after \(Int(found.milliseconds)) ms.")
        #expect(found.all.contains(5003) && found.all.contains(2002), "\(found.all)")
        let bots = try #require(found.all.firstIndex(of: 5003))
        #expect(found.few[bots] == 20)
        // The order of the copy, then by the rows on the source, and the other way round.
        #expect(found.begun[bots].prefix(3) == ["40,000", "19,998", "2"])
        #expect(found.sorted[bots].prefix(4) == ["40,000", "19,998", "10,006", "10,005"])
        #expect(found.reversed[bots].prefix(2) == ["0", "2"])
        let tables = try #require(found.all.firstIndex(of: 2002))
        #expect(found.searched[tables].count == 5 && found.few[tables] == 20)
    }
}
