import Testing

@testable import Ferry
@testable import vecferry

extension CommandResult {
    /// What a pipe is given: standard error's part, then the result.
    var plain: String {
        let text = text()
        let problems = text.problems.map { "stderr: \($0.text)\n" }.joined()
        return problems + text.lines.map { "\($0.text)\n" }.joined()
    }
}

extension PlanText {
    fileprivate var plain: String { lines.map { "\($0.text)\n" }.joined() }
}

@Suite struct PlanTextTests {
    @Test func `a ready plan shows everything that a copy will do`() throws {
        try Golden.expect(CommandResult.plan(Fixtures.plan([Fixtures.itemsPair])).plain, "plan-ready")
    }

    @Test func `a plan with every kind of step shows each of them`() throws {
        try Golden.expect(PlanText(plan: Fixtures.plan([Fixtures.busyPair]), showsAll: true).plain, "plan-everything")
    }

    @Test func `blockers come last, with their hints`() throws {
        let notes = [
            Fixtures.note(
                .blocker, .typeDiffers,
                "Column embedding is vector(1024) on the source and vector(1536) here.",
                hint: "Give the target's column the same type."),
            Fixtures.note(.warning, Note.Code(description: "memory"), "The build of idx_items_embedding will not fit."),
            Fixtures.note(.info, .textFormat, "Rows are copied as text."),
        ]
        let plan = Fixtures.plan([Fixtures.itemsPair], notes: notes)
        try Golden.expect(CommandResult.plan(plan).plain, "plan-blocked")
        try Golden.expect(CommandResult.refused(plan).plain, "copy-refused")
    }

    @Test func `a plan of two thousand tables stays readable`() throws {
        let plain = (1..<2000).map { Fixtures.pair($0, "table_\($0)", rows: 100, bytes: 64 << 10) }
        let notes = (1...40).map { Fixtures.note(.warning, .noKey, "Table \($0) has no key.") }
        let plan = Fixtures.plan([Fixtures.itemsPair] + plain, notes: notes)
        try Golden.expect(CommandResult.plan(plan).plain, "plan-many")
        #expect(PlanText(plan: plan, showsAll: true).plain.contains("public.table_1999  about 100 rows"))
    }

    @Test func `notes that differ in their table alone are one line`() {
        let notes = (1...30).map { number in
            Note(
                level: .warning, code: .leftOut, side: .target,
                table: QualifiedName(schema: "public", name: "t\(number)"),
                message: "Not created on the target: triggers.", hint: "Create them after the copy.")
        }
        #expect(
            NotesText(notes: notes, showsAll: false).lines.map(\.text) == [
                "", "Warnings",
                "- target, public.t1, public.t2, public.t3 and 27 more tables: Not created on the target: triggers.",
                "  Create them after the copy.",
            ])
        #expect(NotesText(notes: notes, showsAll: true).lines.count == 2 + 2 * 30)
    }

    @Test func `a table with a note is not summed up with others`() {
        let plain = (1..<130).map { Fixtures.pair($0, "table_\($0)", rows: 100, bytes: 64 << 10) }
        let note = Note(level: .warning, code: .noKey, side: nil, table: plain[3].name, message: "Look.", hint: nil)
        let text = PlanText(plan: Fixtures.plan(plain, notes: [note])).plain
        #expect(text.contains("\npublic.table_4  "))
        #expect(text.contains("And 128 more tables"))
    }

    @Test func `sixty tables are a line each, aligned and in natural order`() throws {
        var plain = (1...60).map { Fixtures.pair($0, "table_\($0)", rows: $0 * 100, bytes: $0 << 20) }.shuffled()
        plain[7] = Fixtures.busyPair
        let lines = PlanText(plan: Fixtures.plan(plain)).lines.map(\.text)
        let listed = lines.filter { $0.hasPrefix("public.") }
        #expect(listed.count == 60 && lines.count < 70)
        #expect(listed.first?.hasPrefix("public.items") == true)
        let numbers = listed.dropFirst().compactMap { $0.firstMatch(of: #/table_(\d+)/#).flatMap { Int($0.1) } }
        #expect(numbers == numbers.sorted())
        #expect(Set(listed.map { $0.firstRange(of: " chunk")?.lowerBound.utf16Offset(in: $0) }).count == 1)
        #expect(
            listed.first?.hasSuffix(
                "vector(1024), created, replaces rows, as text, 3 indexes to build, 8 constraints, 1 trigger") == true)
    }

    @Test func `counts agree with their nouns`() {
        let notes = (1...2).map { Fixtures.note(.blocker, .noKey, "Blocker \($0).") }
        #expect(
            CommandResult.refused(Fixtures.plan([], notes: [notes[0]])).text().verdict.text
                == "BLOCKED: 1 blocker; nothing was changed.")
        #expect(
            CommandResult.refused(Fixtures.plan([], notes: notes)).text().verdict.text
                == "BLOCKED: 2 blockers; nothing was changed.")
    }

    @Test func `a refusal reports what a restart has removed`() {
        let blocker = Fixtures.note(.blocker, .noKey, "Blocker.")
        let removed = Fixtures.note(.info, .takenBack, "The rows are gone.")
        #expect(
            CommandResult.refused(Fixtures.plan([], notes: [blocker, removed])).text().verdict.text
                == "BLOCKED: 1 blocker; nothing was copied. The rows are gone.")
    }
}

@Suite struct CopyTextTests {
    @Test(arguments: [
        (
            Fixtures.report(.proven, .proven, .proven),
            "Proven: 60,000 rows in 2 tables on the target, byte for byte as on the source. "
                + "363 MB sent in 3.0 s (121 MB/s), 2 indexes built on the data, 9.1 s in all."
        ),
        (
            Fixtures.report(.alreadyFinished, .proven),
            "Already finished: job 7 copied and proved 30,000 rows in 1 table at 2026-01-02 03:04:05 UTC; nothing was changed. "
                + "To compare both sides as they are now, run vecferry verify. To copy again, add --restart."
        ),
        (
            Fixtures.report(.differs, .proven, .differs, .failed),
            "DIFFERS: the target does not hold what the source holds in 1 of 3 tables (public.table_1), and 1 of 3 tables "
                + "(public.table_2) could not be copied. To list the rows that differ, run vecferry verify."
        ),
        (
            Fixtures.report(.failed, .failed, .proven),
            "FAILED: 1 of 2 tables (public.items) could not be copied; 1 is proven. "
                + "To resume, run the same command again; to give the job up, run vecferry undo."
        ),
    ])
    func `a copy that is not proven ends with one line`(report: JobReport, line: String) {
        #expect(CopyText(report: report).verdict.text == line)
        #expect(CopyText(report: report).lines.count == 1 || report.outcome == .proven)
    }

    @Test func `a proven copy lists its tables with rows, size, time and digest, and the next step`() throws {
        var report = Fixtures.report(.proven, .proven, .proven)
        report.tables[0].bytes = 363 << 20
        report.tables[0].seconds = 62
        report.tables[1].bytes = 8192
        let text = try #require(CommandResult.copy(report).plain as String?)
        try Golden.expect(text, "copy-proven")
        report.tables += Array(repeating: report.tables[1], count: 40)
        let many = CopyText(report: report).lines.map(\.text)
        #expect(many.count == 1 + 10 + 1 + 1 && many[11] == "  and 32 more (--verbose lists them)")
        #expect(CopyText(report: report, showsAll: true).lines.count == 1 + 42 + 1)
    }

    @Test func `the last lines of a copy say whether searches are as good, or what got worse and what helps`() throws {
        var report = Fixtures.report(.proven, .proven)
        report.searches = [Fixtures.search(differing: 1), Fixtures.search(differing: 0)]
        report.searches?[1].isCut = true
        report.notes = (report.searches ?? []).compactMap(\.loss)
        try Golden.expect(CommandResult.copy(report).plain, "copy-searches")
        report.searches = nil
        #expect(
            CommandResult.copy(report, requiresSearch: true).text().lines.dropLast().last?.text
                == "SEARCHES NOT COMPARED. To compare them now, run vecferry verify --search 100.")
        #expect(CommandResult.copy(report).text().lines.count == 3)
        // They are not said twice.
        #expect(CommandResult.copy(report).notes == [])
    }

    @Test func `rows that were rounded on the way are not said to be as on the source`() {
        var report = Fixtures.report(.proven, .proven)
        report.converted = [JobReport.Converted(table: Fixtures.items, column: "embedding", conversion: .halfvec)]
        let proven = CopyText(report: report).verdict.text
        #expect(proven.contains("as on the source, with public.items.embedding rounded to halfvec."))
        var comparison = Fixtures.fullComparison
        (comparison.tables, comparison.notCompared, comparison.searches) = ([], [], [])
        comparison.notes = [Fixtures.note(.info, .comparedConverted, "The column is compared rounded.")]
        #expect(VerifyText(report: comparison).verdict.text.contains("on both sides, after rounding as a copy does."))
        comparison.notes = []
        #expect(VerifyText(report: comparison).verdict.text.contains("byte for byte on both sides. "))
    }

    @Test func `each table that is not proven gets a line`() {
        let problems = CopyText(report: Fixtures.report(.differs, .proven, .differs, .failed)).problems
        #expect(
            problems.map(\.text) == [
                "public.table_1: 30,000 rows received from the source, 29,999 on the target (digests "
                    + "00000000000000000000000000000abc and 00000000000000000000000000000def).",
                "public.table_2: target: The disk is full (SQLSTATE 53100).",
            ])
    }

    @Test func `rows that others wrote meanwhile are told apart from the source's, with their bots and what to do`() {
        func text(_ counts: FindingCounts, bots: [String]) -> [String] {
            var report = Fixtures.report(.differs, .proven, .differs)
            report.tables[1].comparison = Fixtures.comparison(counts, bots: bots)
            let text = CopyText(report: report)
            return [text.verdict.text] + text.problems.map(\.text)
        }
        #expect(
            text(FindingCounts(missing: 0, extra: 40, differing: 0), bots: ["A"]) == [
                "DIFFERS: all 30,000 source rows are there; 40 more, of 1 bot, are only on the target, in 1 of 2 tables "
                    + "(public.table_1). If the application has synced this bot again, vecferry copy --restart --existing keep "
                    + "leaves it as the application made it, and --existing replace puts the source's rows in their place. "
                    + "To list the rows that differ, run vecferry verify.",
                "public.table_1: all 30,000 source rows are there, and 40 more are only on the target, in 1 bot (A).",
            ])
        #expect(
            text(FindingCounts(missing: 0, extra: 1, differing: 0), bots: []) == [
                "DIFFERS: all 30,000 source rows are there; 1 more is only on the target, in 1 of 2 tables (public.table_1). "
                    + "To list the rows that differ, run vecferry verify.",
                "public.table_1: all 30,000 source rows are there, and 1 more is only on the target.",
            ])
        #expect(
            text(FindingCounts(missing: 1, extra: 40, differing: 2), bots: ["A", "B"]).last
                == "public.table_1: of 30,000 source rows, 2 have other contents and 1 is missing, and 40 more are only on "
                + "the target, in 2 bots (A, B).")
    }

    /// A source that has changed may have lost them since they were copied.
    @Test func `rows that only the target has are not called the application's where the source has changed`() {
        var report = Fixtures.report(.differs, .proven, .differs)
        var comparison = Fixtures.comparison(FindingCounts(missing: 0, extra: 40, differing: 0), bots: ["A"])
        comparison.source = .zero
        report.tables[1].comparison = comparison
        report.notes = [Note(level: .warning, code: .sourceChanged, side: .source, table: nil, message: "", hint: nil)]
        let text = CopyText(report: report)
        #expect(
            text.verdict.text
                == "DIFFERS: the source has no rows; 40 rows, of 1 bot, are only on the target, in 1 of 2 tables (public.table_1). "
                + "To list the rows that differ, run vecferry verify.")
        #expect(
            text.problems.map(\.text) == [
                "public.table_1: the source has no rows, and 40 rows are only on the target, in 1 bot (A)."
            ])
    }

    @Test func `rows that others changed since they were proven are not called there`() {
        var report = Fixtures.report(.proven, .proven)
        report.tables[0].changes = TableReport.Changes(gone: 2_480, written: 12)
        report.streamedBytes = 0
        #expect(
            CopyText(report: report).verdict.text
                == "Proven: 30,000 rows in 1 table on the target, byte for byte as on the source; 2,480 of them have been deleted "
                + "or changed by other sessions since. 1 index built on the data, 9.1 s in all.")
    }

    @Test func `rows that the target kept are shown`() {
        var report = Fixtures.report(.proven, .proven, .proven)
        report.tables[0].keptBots = ["A", "B"]
        report.tables[1].keptBots = ["A"]
        report.tables[1].keptRows = 12
        report.streamedBytes = 0
        #expect(
            CopyText(report: report).verdict.text
                == "Proven: 60,000 rows in 2 tables on the target, byte for byte as on the source, beside 2 bots and "
                + "12 rows that the target kept. 2 indexes built on the data, 9.1 s in all.")
    }
}

@Suite struct VerifyTextTests {
    @Test func `a comparison names the rows that differ`() throws {
        try Golden.expect(CommandResult.verify(Fixtures.fullComparison).plain, "verify-differs")
    }

    @Test func `equal sides are reported as the same`() throws {
        var report = Fixtures.fullComparison
        report.tables.removeAll { $0.state == .differs }
        report.searches.removeAll { $0.differing > 0 }
        report.repair = nil
        try Golden.expect(CommandResult.verify(report).plain, "verify-same")
    }

    @Test func `tables that could not be compared come first, and what the others hold is still said`() throws {
        var report = Fixtures.fullComparison
        report.searches = []
        report.repair = nil
        report.notCompared = [QualifiedName(schema: "public", name: "notes")]
        try Golden.expect(CommandResult.verify(report).plain, "verify-incomplete")
        report.tables.removeAll { $0.state == .differs }
        report.notCompared = (1...7).map { QualifiedName(schema: "public", name: "notes_\($0)") }
        try Golden.expect(CommandResult.verify(report).plain, "verify-incomplete-same")
    }

    @Test func `of an empty target, that is all that is said, with what to do`() {
        var report = Fixtures.fullComparison
        report.searches = []
        report.repair = nil
        report.tables = [report.tables[0]]
        report.tables[0].target = .zero
        report.tables[0].counts = FindingCounts(missing: 30_000, extra: 0, differing: 0)
        let lines = VerifyText(report: report).lines.map(\.text)
        #expect(lines[0] == "public.items  differs: empty on the target (30,000 rows missing)")
        #expect(!lines.contains { $0.contains("id=") || $0.contains("bot A") })
        #expect(lines.last?.hasSuffix(" To copy them, run vecferry copy.") == true)
        #expect(VerifyText(report: report, showsAll: true).lines.contains { $0.text.contains("id=3") })
    }

    @Test func `ten rows that differ are listed, and the verdict stands before and after a long list`() {
        var report = Fixtures.fullComparison
        report.searches = []
        report.repair = nil
        report.tables = [report.tables[0]]
        report.tables[0].findings = (1...100).map {
            Finding(
                kind: .missing, key: ["id": "\($0)", "part": "a"], hash: nil, sourceCopies: 1, targetCopies: 0,
                columns: [],
                bot: nil)
        }
        report.tables[0].counts = FindingCounts(missing: 250, extra: 0, differing: 0)
        let few = VerifyText(report: report).lines.map(\.text)
        #expect(few.count { $0.contains("missing id=") } == 10)
        #expect(few.contains("  and 239 more rows; --verbose lists more"))
        #expect(few.count { $0.hasPrefix("DIFFERS") } == 1)
        let all = VerifyText(report: report, showsAll: true).lines.map(\.text)
        #expect(all.count { $0.contains("missing id=") } == 100)
        #expect(all.contains("  and 149 more rows; a higher --max-findings lists them"))
        #expect(all.first?.hasPrefix("DIFFERS") == true && all.first == all.last)
    }

    @Test func `rows that were written on the target are not called differences of the source's`() {
        var report = Fixtures.fullComparison
        report.tables = Array(report.tables.dropFirst())
        report.repair = nil
        #expect(
            VerifyText(report: report).verdict.text.hasPrefix(
                "DIFFERS: all 12 source rows are there, and 2 more rows on the target, in 1 of 2 tables."))
    }
}

@Suite struct IndexTextTests {
    @Test func `a dry run shows each index`() throws {
        try Golden.expect(CommandResult.indexPlan(Fixtures.indexPlan()).plain, "index-plan")
        try Golden.expect(CommandResult.indexPlan(Fixtures.indexPlan(notes: Fixtures.allNotes)).plain, "index-blocked")
    }

    @Test func `a run shows each index that could not be built`() throws {
        var report = Fixtures.fullIndexReport
        try Golden.expect(CommandResult.index(report).plain, "index-failed")
        report.indexes.removeLast()
        #expect(CommandResult.index(report).plain == "Done: 1 index built on the data in 34 s.\n")
    }
}

@Suite struct TuneTextTests {
    @Test func `tuning shows what each option gives, the choice and why, and how to apply it or go back`() throws {
        try Golden.expect(CommandResult.tune(Fixtures.tuneReport()).plain, "tune")
        try Golden.expect(CommandResult.tune(Fixtures.tuneReport(applied: true)).plain, "tune-applied")
    }

    @Test func `what can't be reached is said, also where nothing could be searched`() {
        var report = Fixtures.tuneReport()
        report.columns[0].options[1].isAsFast = false
        #expect(
            CommandResult.tune(report).text().verdict.text
                == "NOT REACHED: searches of public.items.embedding are as good as the source, but not as fast, with any of these "
                + "options.")
        report.columns[0].options[1].isAsGood = false
        #expect(ExitStatus(.tune(report)) == .searchesWorse)
        #expect(
            CommandResult.tune(report).text().verdict.text
                == "NOT REACHED: searches of public.items.embedding are not as good as the source with any of these options."
        )
        report.columns = []
        #expect(
            CommandResult.tune(report).text().verdict.text == "Nothing to tune: no embedding column could be searched.")
        #expect(ExitStatus(.tune(Fixtures.tuneReport())) == .done)
    }

    @Test func `what was tuned is taken back by undo, which says so`() {
        var report = UndoReport(job: nil, tables: [], deletedRows: false, stillOff: [])
        report.tunings = [Fixtures.items]
        #expect(
            UndoText(report: report).verdict.text
                == "Done: what vecferry tune changed for public.items is taken back. New connections search as before.")
    }
}
