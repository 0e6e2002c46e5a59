import Foundation
import Postgres
import RigSupport
import Testing

@testable import Ferry
@testable import vecferry

/// The JSON that programs read: format 2 promises the fields of these files, and the schema describes them.
@Suite struct JSONTests {
    /// The JSON of a result, which the schema describes.
    static func text(_ command: String, _ result: CommandResult) throws -> String {
        let text = try JSONReporter.text(of: CommandDocument(command, result))
        let fault = try JSONSchema("result").fault(in: text)
        #expect(fault == nil)
        return text
    }

    @Test func `a plan has the fields of format 2`() throws {
        try Golden.expect(try Self.text("plan", .plan(Fixtures.fullPlan)), "plan", type: "json")
    }

    @Test func `a copy that is refused gives its plan`() throws {
        let plan = try Self.text("plan", .plan(Fixtures.fullPlan))
        #expect(plan.contains("\n  \"outcome\" : \"blocked\",\n"))
        #expect(
            try Self.text("copy", .refused(Fixtures.fullPlan))
                == plan.replacing("\n  \"command\" : \"plan\",", with: "\n  \"command\" : \"copy\","))
    }

    @Test func `what has no value is left out`() throws {
        let plan = Fixtures.plan([Fixtures.pair(0, "bots", rows: 7, bytes: 8192)])
        try Golden.expect(try Self.text("plan", .plan(plan)), "plan-sparse", type: "json")
    }

    @Test func `a name can't control the terminal, and is read as it was`() throws {
        let name = "a\u{202e}\u{2028}\u{7f}b\u{1f600}"
        let text = try Self.text("plan", .plan(Fixtures.plan([Fixtures.pair(0, name, rows: 7, bytes: 8192)])))
        #expect(text.contains(#"a\u202e\u2028\u007fb😀"#))
        let plan = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let pair = try #require((plan["pairs"] as? [[String: Any]])?.first)
        #expect((pair["name"] as? [String: String])?["name"] == name)
    }

    @Test func `a copy's report has the fields of format 2`() throws {
        try Golden.expect(try Self.text("copy", .copy(Fixtures.fullReport)), "copy", type: "json")
    }

    @Test func `a comparison has the fields of format 2`() throws {
        try Golden.expect(try Self.text("verify", .verify(Fixtures.fullComparison)), "verify", type: "json")
    }

    @Test func `what was tuned has the fields of format 2`() throws {
        try Golden.expect(try Self.text("tune", .tune(Fixtures.tuneReport(applied: true))), "tune", type: "json")
    }

    @Test func `the index stage has the fields of format 2`() throws {
        let plan = Fixtures.indexPlan(notes: Fixtures.allNotes)
        try Golden.expect(try Self.text("index", .indexPlan(plan)), "index-plan", type: "json")
        try Golden.expect(try Self.text("index", .index(Fixtures.fullIndexReport)), "index", type: "json")
    }

    @Test func `an error, and a command that a signal stopped, have an outcome too`() throws {
        let cause = PostgresError(.server, "permission denied for table items", sqlState: "42501")
        let error = FerryError(cause, .target, table: Fixtures.items)
        let texts = [
            CommandDocument("copy", error), CommandDocument("plan", FerryError(.program, "pg_dump failed.")),
            CommandDocument("copy", stoppedAndResumes: true),
        ]
        let schema = try JSONSchema("result")
        for document in texts { #expect(schema.fault(in: try JSONReporter.text(of: document)) == nil) }
        try Golden.expect(try JSONReporter.text(of: texts[0]), "error", type: "json")
    }

    @Test func `the schema finds what it does not describe`() throws {
        let schema = try JSONSchema("result")
        let text = try Self.text(
            "undo", .undo(UndoReport(job: 1, tables: [Fixtures.items], deletedRows: false, stillOff: [])))
        for (part, other) in [
            ("\"deletedRows\" : false", "\"deletedRows\" : 0"), ("\"job\" : 1", "\"work\" : 1"),
            ("\"undo\"", "\"undone\""),
            ("\"schema\" : \"public\"", "\"schema\" : null"), ("\"format\" : 2", "\"format\" : 1"),
        ] {
            #expect(text.contains(part))
            #expect(schema.fault(in: text.replacing(part, with: other)) != nil, "\(other)")
        }
    }

    @Test func `times are those of ISO 8601, and what is none stays`() {
        #expect(ISOTime.of("2026-11-29 09:38:05 UTC") == "2026-11-29T09:38:05Z")
        #expect(ISOTime.of("2026-11-29 09:38 CET") == "2026-11-29 09:38 CET")
    }
}
