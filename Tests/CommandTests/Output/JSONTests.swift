import Foundation
import Testing

@testable import Ferry
@testable import vecferry

/// The JSON that programs read: format 1 promises the fields of these files.
@Suite struct JSONTests {
    @Test func `a plan has the fields of format 1`() throws {
        try Golden.expect(try JSONReporter.text(of: .plan(Fixtures.fullPlan)), "plan", type: "json")
    }

    @Test func `a copy that is refused gives its plan`() throws {
        let text = try JSONReporter.text(of: .refused(Fixtures.fullPlan))
        #expect(text == (try JSONReporter.text(of: .plan(Fixtures.fullPlan))))
        #expect(text.contains("\n  \"ready\" : false,\n"))
    }

    @Test func `what has no value is left out`() throws {
        let plan = Fixtures.plan([Fixtures.pair(0, "bots", rows: 7, bytes: 8192)])
        try Golden.expect(try JSONReporter.text(of: .plan(plan)), "plan-sparse", type: "json")
    }

    @Test func `a name can't control the terminal, and is read as it was`() throws {
        let name = "a\u{202e}\u{2028}\u{7f}b\u{1f600}"
        let text = try JSONReporter.text(of: .plan(Fixtures.plan([Fixtures.pair(0, name, rows: 7, bytes: 8192)])))
        #expect(text.contains(#"a\u202e\u2028\u007fb😀"#))
        let plan = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let pair = try #require((plan["pairs"] as? [[String: Any]])?.first)
        #expect((pair["name"] as? [String: String])?["name"] == name)
    }

    @Test func `a copy's report has the fields of format 1`() throws {
        try Golden.expect(try JSONReporter.text(of: .copy(Fixtures.fullReport)), "copy", type: "json")
    }

    @Test func `a comparison has the fields of format 1`() throws {
        try Golden.expect(try JSONReporter.text(of: .verify(Fixtures.fullComparison)), "verify", type: "json")
    }

    @Test func `what was tuned has the fields of format 1`() throws {
        try Golden.expect(try JSONReporter.text(of: .tune(Fixtures.tuneReport(applied: true))), "tune", type: "json")
    }

    @Test func `the index stage has the fields of format 1`() throws {
        let plan = Fixtures.indexPlan(notes: Fixtures.allNotes)
        try Golden.expect(try JSONReporter.text(of: .indexPlan(plan)), "index-plan", type: "json")
        try Golden.expect(try JSONReporter.text(of: .index(Fixtures.fullIndexReport)), "index", type: "json")
    }
}
