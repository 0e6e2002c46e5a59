import Foundation
import Testing

@testable import Ferry
@testable import vecferry

/// The JSON that programs read: what stands in these files is promised for format 1.
@Suite struct JSONTests {
    @Test func `a plan has the fields of format 1`() throws {
        try Golden.expect(try JSONOutput.text(Fixtures.fullPlan), "plan", type: "json")
    }

    @Test func `what has no value is left out`() throws {
        let plan = Fixtures.plan([Fixtures.pair(0, "bots", rows: 7, bytes: 8192)])
        try Golden.expect(try JSONOutput.text(plan), "plan-sparse", type: "json")
    }

    @Test func `a copy's report has the fields of format 1`() throws {
        try Golden.expect(try JSONOutput.text(Fixtures.fullReport), "copy", type: "json")
    }

    @Test func `a comparison has the fields of format 1`() throws {
        try Golden.expect(try JSONOutput.text(Fixtures.fullComparison), "verify", type: "json")
    }

    @Test func `the index stage has the fields of format 1`() throws {
        try Golden.expect(try JSONOutput.text(Fixtures.indexPlan(notes: Fixtures.allNotes)), "index-plan", type: "json")
        try Golden.expect(try JSONOutput.text(Fixtures.fullIndexReport), "index", type: "json")
    }
}
