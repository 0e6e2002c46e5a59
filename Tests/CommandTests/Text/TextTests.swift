import Foundation
import Testing

@testable import Ferry
@testable import vecferry

@Suite struct HelpTests {
    @Test func helpIsAsItWasAgreedOn() throws {
        try Golden.expect(Vecferry.helpMessage(columns: 80), "help")
        for command in Vecferry.configuration.subcommands {
            try Golden.expect(Vecferry.helpMessage(for: command, columns: 80), "help-\(command._commandName)")
        }
    }

    @Test func everyCommandShowsAnExample() {
        for command in Vecferry.configuration.subcommands {
            #expect(command.configuration.discussion.contains("Example:\n  vecferry \(command._commandName)"))
        }
    }
}

@Suite struct PlanTextTests {
    @Test func aReadyPlanTellsAllThatHappens() throws {
        try Golden.expect(PlanText(Fixtures.plan([Fixtures.itemsPair])).text, "plan-ready")
    }

    @Test func aPlanWithEverythingTellsAllThatHappens() throws {
        try Golden.expect(PlanText(Fixtures.plan([Self.busyPair]), showsAll: true).text, "plan-everything")
    }

    @Test func blockersComeLastWithTheirHints() throws {
        let notes = [
            Fixtures.note(
                .blocker, .typeDiffers,
                "Column embedding is vector(1024) on the source and vector(1536) here.",
                hint: "Give the target's column the same type."),
            Fixtures.note(.warning, Note.Code(description: "memory"), "The build of idx_items_embedding will not fit."),
            Fixtures.note(.info, .textFormat, "Rows travel as text."),
        ]
        try Golden.expect(PlanText(Fixtures.plan([Fixtures.itemsPair], notes: notes)).text, "plan-blocked")
    }

    @Test func twoThousandTablesStayReadable() throws {
        let plain = (1..<2000).map { Fixtures.pair($0, "table_\($0)", rows: 100, bytes: 64 << 10) }
        let notes = (1...40).map { Fixtures.note(.warning, .noKey, "Table \($0) has no key.") }
        let plan = Fixtures.plan([Fixtures.itemsPair] + plain, notes: notes)
        try Golden.expect(PlanText(plan).text, "plan-many")
        #expect(PlanText(plan, showsAll: true).text.contains("public.table_1999  about 100 rows"))
    }

    @Test func aTableThatANoteSpeaksOfIsNotSummedUp() {
        let plain = (1..<30).map { Fixtures.pair($0, "table_\($0)", rows: 100, bytes: 64 << 10) }
        let note = Note(
            level: .warning, code: Note.Code(description: "x"), side: nil, table: plain[3].name, message: "Look.",
            hint: nil)
        let text = PlanText(Fixtures.plan(plain, notes: [note])).text
        #expect(text.contains("\npublic.table_4  "))
        #expect(text.contains("And 28 more tables"))
    }

    @Test func colorsMarkTheVerdictOnlyWhereTheyAreWanted() {
        let plan = Fixtures.plan([])
        #expect(PlanText(plan, style: Style(isColored: true)).verdict.hasPrefix("\u{1b}[32mREADY\u{1b}[0m: "))
        #expect(!PlanText(plan).text.contains("\u{1b}"))
    }

    @Test func jsonHoldsThePlanItsFormatAndItsVerdict() throws {
        let plan = Fixtures.plan([Self.busyPair])
        let json = try JSONOutput.text(plan)
        #expect(json.contains("\n  \"format\" : 1,\n"))
        #expect(json.contains("\n  \"ready\" : true,\n"))
        #expect(try JSONDecoder().decode(Plan.self, from: Data(json.utf8)) == plan)
    }

    /// One table on which all happens that can.
    private static var busyPair: TablePair {
        var pair = Fixtures.itemsPair
        pair.isCreated = true
        pair.format = .text
        pair.columns[0].textReason = "its binary form holds an OID of the source's cluster"
        pair.filter = BotFilter(only: ["A", "B"], except: ["C", nil])
        pair.load = .replaceBots(["A"])
        pair.indexes[1].previousDefinition =
            "CREATE INDEX idx_items_embedding ON public.items USING ivfflat (embedding)"
        pair.indexes.append(Fixtures.index("idx\u{1b}[31m", "btree", .create, "the table is new"))
        pair.indexes.append(Fixtures.index("idx_items_botid", "btree", .reindex, "it is invalid"))
        pair.constraints = (1...7).map {
            ConstraintPlan(relation: pair.name, name: "fk_\($0)", definition: "", after: [], exists: true)
        }
        pair.triggers = [TriggerPlan(relation: pair.name, name: "audit", enabled: "O")]
        let sequence = QualifiedName(schema: "public", name: "items_seq")
        pair.sequences = [SequencePlan(column: "id", source: sequence, target: sequence, keepsHigher: true)]
        return pair
    }
}

@Suite struct ReportTextTests {
    @Test(arguments: [
        (
            Fixtures.report(.proven, .proven, .proven),
            "Proven: 60,000 rows of 2 tables on the target, byte for byte what the source holds. "
                + "363 MB in 3.0 s (121 MB/s), 2 indexes built on the data, 9.1 s in all."
        ),
        (
            Fixtures.report(.alreadyFinished, .proven),
            "Already finished: job 7 copied and proved 30,000 rows of 1 table at 2026-01-02 03:04 UTC; nothing was changed. "
                + "vecferry verify compares the sides as they are now; --restart copies again."
        ),
        (
            Fixtures.report(.differs, .proven, .differs, .failed),
            "DIFFERS: the target does not hold what the source holds in 1 of 3 tables (public.table_1). "
                + "vecferry verify names the rows; also, 1 of 3 tables (public.table_2) could not be copied."
        ),
        (
            Fixtures.report(.failed, .failed, .proven),
            "FAILED: 1 of 2 tables (public.items) could not be copied; 1 is proven. "
                + "The same command again goes on where it was."
        ),
    ])
    func aCopyEndsWithOneLine(report: JobReport, line: String) {
        #expect(ReportText(report).line == line)
    }

    @Test func eachTableThatIsNotProvenGetsALine() {
        let problems = ReportText(Fixtures.report(.differs, .proven, .differs, .failed)).problems
        #expect(
            problems == [
                "public.table_1: the source gave 30,000 rows, the target has 29,999 (digests "
                    + "00000000000000000000000000000abc and 00000000000000000000000000000def).",
                "public.table_2: target: The disk is full (SQLSTATE 53100).",
            ])
    }

    @Test func whatTheTargetKeptIsSaid() {
        var report = Fixtures.report(.proven, .proven, .proven)
        report.tables[0].keptBots = ["A", "B"]
        report.tables[1].keptBots = ["A"]
        report.tables[1].keptRows = 12
        report.streamedBytes = 0
        #expect(
            ReportText(report).line
                == "Proven: 60,000 rows of 2 tables on the target, byte for byte what the source holds, beside 2 bots and "
                + "12 rows that it had. 2 indexes built on the data, 9.1 s in all.")
    }
}
