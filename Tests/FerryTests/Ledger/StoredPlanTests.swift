import Foundation
import Testing

@testable import Ferry

@Suite struct StoredPlanTests {
    @Test(arguments: GoldenJob.all)
    func `a released vecferry's plan and report are read, and nothing of them is lost`(job: GoldenJob) throws {
        #expect(TextHash.of(job.plan) == job.planHash)
        let stored = try StoredPlan(text: job.plan)
        #expect(stored.text == job.plan)
        let plan = try stored.plan(job.saved)
        #expect(plan.pairs.flatMap(\.indexes).flatMap(\.builds).allSatisfy { !$0.statements.isEmpty })
        #expect(Self.plain(StoredPlan(plan)) == Self.plain(stored))
        if let text = job.report {
            let report = try StoredReport(text: text)
            #expect(report.text == text)
            var again = StoredReport(report.report)
            (again.format, again.vecferry) = (report.format, report.vecferry)
            #expect(again == report)
        }
    }

    @Test(arguments: GoldenJob.all)
    func `a plan that is stored is the plan that is read`(job: GoldenJob) throws {
        let plan = try StoredPlan(text: job.plan).plan(job.saved)
        let text = StoredPlan(plan).text
        #expect(try StoredPlan(text: text).plan(plan.savedDefinitions) == plan)
        #expect(try StoredPlan(text: text).vecferry == Engine.version)
    }

    @Test func `bots that are left out are stored, and a plan of an older version leaves none out`() throws {
        var plan = try StoredPlan(text: Self.first).plan([])
        #expect(plan.request.selection.excludedBots == [])
        plan.request.selection.excludedBots = ["a", "b"]
        #expect(try StoredPlan(text: StoredPlan(plan).text).plan(plan.savedDefinitions) == plan)
    }

    @Test func `conversions are stored, and a plan of an older version has none`() throws {
        var plan = try StoredPlan(text: Self.first).plan([])
        #expect(plan.request.conversions == [] && plan.pairs.allSatisfy { $0.convertedColumns.isEmpty })
        plan.request.conversions = [ConversionRequest(table: "items", column: "embedding", conversion: .halfvec)]
        plan.pairs[0].columns[0].conversion = .halfvec
        let text = StoredPlan(plan).text
        #expect(text.contains(#""conversions":[{"column":"embedding","table":"items","type":"halfvec"}]"#))
        #expect(text.contains(#"{"conversion":"halfvec","#))
        #expect(try StoredPlan(text: StoredPlan(plan).text).plan(plan.savedDefinitions) == plan)
    }

    @Test func `a plan reads as it was written`() throws {
        let plan = try StoredPlan(text: GoldenJob.named("ledger-1/replaced-bots").plan).plan([])
        #expect(plan.source.version == "15.5" && plan.target.version == "16.14")
        #expect(plan.source.vectorVersion == PgvectorVersion(0, 5, 1))
        #expect(plan.request.selection.bots == ["bot1", "böt \"2\""] && plan.request.selection.excluded == ["audit"])
        #expect(plan.request.index.lists == .fixed(20) && plan.request.index.hnswM == 8)
        #expect(plan.request.index.hnswEfConstruction == 40 && plan.request.index.workers == 1)
        #expect(plan.request.index.maintenanceWorkMem == 64 << 20)
        #expect(plan.pairs.map(\.name.name).contains("Mixed \"Case\"/é"))
        #expect(plan.pairs.map(\.load).contains(.replaceKeys))
        let items = try #require(plan.pairs.first { $0.name.name == "items" })
        #expect(items.load == .replaceBots(["bot1"]) && items.botScope == .column("botid"))
        #expect(items.filter == BotFilter(only: ["bot1", "böt \"2\""], except: []))
        #expect(items.triggers == [TriggerPlan(relation: items.name, name: "always_noted", enabled: "A")])
        let ivfflat = try #require(items.indexes.first { $0.method == "ivfflat" })
        #expect(ivfflat.action == .rebuild && ivfflat.options == ["lists": "20"])
        #expect(ivfflat.builds.map(\.index.name) == ["items_embedding"])
        #expect(plan.notes.map(\.code).contains(.unknownBots))
    }

    // MARK: Age

    @Test func `a fact that is not known here is left alone`() throws {
        let text = Self.first.replacing("{\"notes\":", with: "{\"mood\":\"good\",\"notes\":")
            .replacing("\"columns\":[{", with: "\"columns\":[{\"compression\":\"lz4\",")
        #expect(text != Self.first)
        #expect(try StoredPlan(text: text).plan([]) == StoredPlan(text: Self.first).plan([]))
    }

    @Test func `a note's code that is not known here is kept`() throws {
        let text = Self.first.replacing(
            "\"notes\":[]", with: #""notes":[{"level":"info","code":"x_y","message":"M."}]"#)
        let note = Note(level: .info, code: Note.Code(description: "x_y"), side: nil, table: nil, message: "M.")
        #expect(try StoredPlan(text: text).plan([]).notes == [note])
    }

    @Test(arguments: [
        ("{\"notes\":", "{\"format\":\(Ledger.format + 1),\"vecferry\":\"9.9\",\"other\":"),
        ("{\"append\":{}}", "{\"teleport\":{}}"),
        ("\"existing\":\"fail\"", "\"existing\":\"merge\""), ("{\"keep\":{}}", "{\"best\":{\"_0\":1}}"),
        ("\"format\":\"binary\"", "\"format\":\"arrow\""), ("{\"column\":{\"_0\":", "{\"guess\":{\"_0\":"),
        ("\"role\":\"bot\"", "\"role\":\"robot\""),
    ])
    func `what a newer vecferry wrote is not taken for damage`(old: String, new: String) throws {
        #expect(Self.first.contains(old))
        var text = Self.first.replacing(old, with: new)
        if !text.contains("9.9") { text = text.replacing("{\"notes\":", with: "{\"vecferry\":\"9.9\",\"notes\":") }
        #expect(throws: StoredFault.newer(writer: "9.9")) { try StoredPlan(text: text) }
    }

    @Test func `a newer report is not taken for damage`() throws {
        let text = try #require(GoldenJob.named("ledger-1/finished").report)
        #expect(throws: StoredFault.newer(writer: nil)) {
            try StoredReport(text: text.replacing("\"outcome\":\"proven\"", with: "\"outcome\":\"certain\""))
        }
        #expect(throws: StoredFault.newer(writer: "9.9")) {
            try StoredReport(text: #"{"format":\#(Ledger.format + 1),"vecferry":"9.9"}"#)
        }
    }

    // MARK: Damage

    @Test(arguments: ["", "{", "[]", "{}", "null"])
    func `what is no plan is damage`(text: String) throws {
        #expect(throws: StoredFault.damaged) { try StoredPlan(text: text) }
        #expect(throws: StoredFault.damaged) { try StoredReport(text: text) }
    }

    @Test func `a field that every format has is damage where it is missing`() throws {
        let text = Self.first.replacing("\"chunkBytes\":1048576,", with: "")
        #expect(text != Self.first)
        #expect(throws: StoredFault.damaged) { try StoredPlan(text: text) }
    }

    @Test func `a sum that is none is damage`() throws {
        let text = try #require(GoldenJob.named("ledger-1/finished").report)
        #expect(throws: StoredFault.damaged) {
            try StoredReport(text: text.replacing("\"sum\":\"", with: "\"sum\":\"x"))
        }
    }

    // MARK: Saved definitions

    @Test func `statements stand in the saved definitions, and a plan takes them from there`() throws {
        let plan = try StoredPlan(text: Self.first).plan([])
        let stored = StoredPlan(plan)
        #expect(!stored.text.contains("CREATE INDEX"))
        var saved = plan.savedDefinitions
        let first = try #require(saved.firstIndex { $0.kind == .index })
        saved[first].statements = ["CREATE INDEX by_hand"]
        let builds = try stored.plan(saved.reversed()).pairs.flatMap(\.indexes).flatMap(\.builds)
        #expect(builds.first?.statements == ["CREATE INDEX by_hand"])
        saved.remove(at: first)
        #expect(throws: StoredFault.damaged) { try stored.plan(saved) }
        #expect(throws: StoredFault.damaged) { try stored.plan([]) }
    }

    @Test func `constraints are read from the saved definitions`() throws {
        let plan = try StoredPlan(text: Self.first).plan([])
        let stored = StoredPlan(plan)
        #expect(!stored.text.contains("FOREIGN KEY"))
        var saved = plan.savedDefinitions
        let first = try #require(saved.firstIndex { $0.kind == .constraint })
        let added = saved[first].statements[0]
        saved[first].statements = [added + " DEFERRABLE", "ALTER TABLE after"]
        let constraint = try #require(stored.plan(saved).pairs.flatMap(\.constraints).first)
        #expect(constraint.definition.hasSuffix(" DEFERRABLE") && constraint.after == ["ALTER TABLE after"])
        #expect(constraint.statements == saved[first].statements)
        saved[first].statements = ["DROP TABLE items"]
        #expect(throws: StoredFault.damaged) { try stored.plan(saved) }
        saved.remove(at: first)
        #expect(throws: StoredFault.damaged) { try stored.plan(saved) }
    }

    private static let first = GoldenJob.named("ledger-1/chunks-of-a-mib").plan

    /// What is left of a stored plan when its format, its writer and its statements are left out.
    private static func plain(_ stored: StoredPlan) -> StoredPlan {
        var stored = stored
        (stored.format, stored.vecferry) = (nil, nil)
        for pair in stored.pairs.indices {
            for index in stored.pairs[pair].indexes.indices {
                for build in stored.pairs[pair].indexes[index].builds.indices {
                    stored.pairs[pair].indexes[index].builds[build].statements = nil
                }
            }
            for constraint in stored.pairs[pair].constraints.indices {
                stored.pairs[pair].constraints[constraint].definition = nil
                stored.pairs[pair].constraints[constraint].after = nil
            }
        }
        return stored
    }
}
