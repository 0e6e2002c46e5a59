import Foundation
import Testing

@testable import Ferry
@testable import vecferry

@Suite struct ReportTests {
    private func page(_ history: JobHistory) throws -> String {
        // The page names the build, which every commit changes; style and script are files of their own.
        try ReportForm.html.text(of: history).replacing(Build.description, with: "BUILD")
            .replacing(#/<style>:root[\s\S]*?<\/style>/#, with: "<style>\u{2026}</style>")
            .replacing(#/<script>[\s\S]*?<\/script>/#, with: "<script>\u{2026}</script>")
    }

    private func markdown(_ history: JobHistory) throws -> String {
        try ReportForm.markdown.text(of: history).replacing(Build.description, with: "BUILD")
    }

    @Test func `a proven copy's page has every section`() throws {
        try Golden.expect(try page(Fixtures.provenHistory), "report-proven", type: "html")
    }

    @Test func `Markdown says what the page says`() throws {
        try Golden.expect(try markdown(Fixtures.provenHistory), "report-proven", type: "md")
        try Golden.expect(try markdown(Fixtures.stoppedHistory), "report-stopped", type: "md")
    }

    @Test func `the JSON of a report is what the schema describes`() throws {
        for history in [Fixtures.provenHistory, Fixtures.stoppedHistory] {
            _ = try JSONTests.text("report", .report(history, .shown(.json)))
        }
        try Golden.expect(
            try JSONTests.text("report", .report(Fixtures.provenHistory, .shown(.json))), "report", type: "json")
        #expect(try JSONTests.text("report", .noReport(3)).contains("\"nothing\""))
    }

    @Test func `a page needs nothing from elsewhere`() throws {
        let html = try page(Fixtures.provenHistory)
        // What is marked up as an address is not fetched; what is fetched has one of these.
        #expect(!html.contains(#/src=|<link|@import|url\(|http-equiv="refresh"/#))
        #expect(html.contains("default-src 'none'"))
    }

    @Test func `a copy whose processes left no times has a picture of its commits`() throws {
        let html = try page(Fixtures.stoppedHistory)
        #expect(html.contains("committed on the target") && html.contains("Still off on the target"))
        #expect(html.contains("Stopped half-way"))
    }

    @Test func `the state of each copy is its first sentence`() throws {
        func sentence(_ history: JobHistory) -> String {
            let content = ReportContent(history)
            return "\(content.tone): \(content.word): \(content.sentence)"
        }
        var running = Fixtures.stoppedHistory
        running.state = .running
        var failed = Fixtures.provenHistory
        failed.job.report = Fixtures.report(.failed, .proven, .failed)
        var differs = Fixtures.provenHistory
        differs.job.report = Fixtures.report(.differs, .proven, .differs)
        var givenUp = Fixtures.provenHistory
        givenUp.job.summary.state = .abandoned
        var halfGivenUp = givenUp
        halfGivenUp.stillOff = Fixtures.stoppedHistory.stillOff
        try Golden.expect(
            [Fixtures.provenHistory, Fixtures.stoppedHistory, running, failed, differs, givenUp, halfGivenUp].map(
                sentence
            )
            .joined(separator: "\n") + "\n", "report-sentences")
    }

    @Test(arguments: [
        "<script>alert(1)</script>", "\"\u{301} onload=alert(1)", "'><img src=x onerror=alert(1)>", "<!--",
        "</style><b>",
        "{{version}}", "{{{style}}}", "&lt;", "\u{202e}gpj.exe",
    ])
    func `a name from a database is text wherever it stands`(name: String) throws {
        let history = Self.withNames(name)
        let html = try page(history)
        // As many elements and attributes as with a harmless name: nothing of the name became one.
        let tags = { (text: String) in text.matches(of: #/<[a-zA-Z!\/]/#).count }
        let harmless = try page(Self.withNames(String(repeating: "x", count: name.shown.count)))
        #expect(tags(html) == tags(harmless))
        let attributes = { (text: String) in text.unicodeScalars.count { $0 == "\"" } }
        #expect(attributes(html) == attributes(harmless))
        #expect(!html.unicodeScalars.contains("\u{202e}"))
        // Code between fences is shown as it is.
        let markdown = try markdown(history).replacing(#/```[\s\S]*?\n```/#, with: "")
        #expect(!markdown.contains("<"), "\(markdown)")
    }

    /// A history with a name wherever one may come from a database or an operator.
    private static func withNames(_ name: String) -> JobHistory {
        var history = Fixtures.provenHistory
        let hostile = QualifiedName(schema: "public", name: name)
        history.target = name
        history.plan.pairs[0].name = hostile
        history.plan.pairs[0].indexes[1].name = hostile
        history.plan.pairs[0].indexes[1].previousDefinition = name
        history.plan.pairs[0].indexes[1].builds[0].statements = [name]
        history.plan.source.endpoint = name
        history.plan.request.selection.tables = [name]
        history.plan.request.selection.excludedBots = [name]
        history.plan.inventory?.entries[0].name = name
        history.job.runs[1].host = name
        history.job.runs[1].command = name
        history.job.runs[1].timeline?.retries[0].message = name
        history.job.report?.tables[0].name = hostile
        history.job.report?.notes[0].message = name
        history.job.report?.searches?[0].table = hostile
        history.job.report?.rowsByBot?.bots[0].id = name
        history.job.report?.maps?[0].bots[0] = name
        history.job.report?.maps?[0].table = hostile
        history.stillOff = [StillOff(table: hostile, kind: "index", name: name, statements: [name])]
        return history
    }

    @Test func `a file's name says the form of its report`() {
        #expect(
            ["a.html", "a", "A.MD", "a.markdown", "a.json", "md"].map { ReportForm(path: $0) }
                == [.html, .html, .markdown, .markdown, .json, .html])
    }
}
