import Testing

@testable import Ferry
@testable import vecferry

@Suite struct BotsTextTests {
    private static func bot(
        _ id: String, _ verdict: BotVerdict, title: String = "A bot", source: Int = 0, target: Int = 0, extra: Int = 0,
        knowledge: AppBot.Knowledge = AppBot.Knowledge(), status: String? = "SUCCEEDED"
    ) -> BotReport {
        let app = AppBot(
            id: id, owner: "4c8e6f52-1111-2222-3333-444455556666", title: title, knowledge: knowledge,
            syncStatus: status,
            usesKnowledgeBase: verdict == .knowledgeBase)
        return BotReport(
            id: id, app: verdict == .deleted ? nil : app,
            rows: BotReport.Sides(
                source: BotReport.Amount(rows: source, bytes: source * 5_000),
                target: BotReport.Amount(rows: target, bytes: target * 5_000)), onTargetOnly: extra, verdict: verdict)
    }

    static var report: BotsReport {
        let all = AppBot.Knowledge(files: 3, urls: 12, sitemaps: 1, s3: 2)
        return BotsReport(
            source: Fixtures.server(.source), target: Fixtures.server(.target), tables: [Fixtures.items],
            bots: [
                bot(
                    "01HQZX5T9V7W8Y0A1B2C3D4E5F", .copy, title: "Manual of the machine, whole", source: 1_862,
                    knowledge: all),
                bot("01HQZX5T9V7W8Y0A1B2C3D4E5G", .copied, title: "説明書の全文検索", source: 1_505, target: 1_505),
                bot(
                    "01HQZX5T9V7W8Y0A1B2C3D4E5H", .resynced, source: 60_000, target: 61_000, extra: 61_000,
                    status: "RUNNING"),
                bot(
                    "01HQZX5T9V7W8Y0A1B2C3D4E5J", .needsEmbedding, knowledge: AppBot.Knowledge(urls: 2),
                    status: "FAILED"),
                bot("01HQZX5T9V7W8Y0A1B2C3D4E5K", .noKnowledge, title: "line\nbreak \u{1b}[31m", status: nil),
                bot("01HQZX5T9V7W8Y0A1B2C3D4E5M", .knowledgeBase),
                bot("01HQZX5T9V7W8Y0A1B2C3D4E5N", .deleted, source: 855, target: 40, extra: 40),
            ], aliases: 2,
            withoutBot: BotReport.Sides(source: BotReport.Amount(rows: 3, bytes: 12_000), target: BotReport.Amount()),
            notes: [], seconds: 1.25)
    }

    @Test func `bots are shown by what is to be done, in a table of 100 columns`() throws {
        let text = CommandResult.bots(Self.report).plain
        try Golden.expect(text, "bots")
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("  ") }
        #expect(rows.count == 8 && rows.allSatisfy { TextWidth.of($0) <= 100 })
    }

    @Test func `the JSON has its documented shape`() throws {
        try Golden.expect(try JSONTests.text("bots", .bots(Self.report)), "bots", type: "json")
    }

    @Test func `thousands of bots are a page, and all of them on request`() {
        var report = Self.report
        report.bots = (0..<5_000).map {
            Self.bot("bot\($0)", $0 % 2 == 0 ? .copy : .copied, source: 10, target: $0 % 2 * 10)
        }
        #expect(BotsText(report: report).lines.count < 60)
        #expect(BotsText(report: report, showsAll: true).lines.count > 5_000)
        #expect(report.toCopy.count == 5_000)
    }

    @Test func `a list for --bots has the bots to copy, and is read as it was written`() throws {
        let text = BotsList(report: Self.report).text
        #expect(text.hasPrefix("# 2 bots to copy, for --bots"))
        #expect(text.contains("01HQZX5T9V7W8Y0A1B2C3D4E5F  # Manual of the machine, whole\n"))
        let others = BotsList(report: Self.report, verdict: .needsEmbedding).text
        #expect(others.hasPrefix("# 1 bot needs_embedding") && others.contains("01HQZX5T9V7W8Y0A1B2C3D4E5J  # A bot\n"))
        let read = try BotsFile.parse(Array(text.utf8), name: "list")
        #expect(read == ["01HQZX5T9V7W8Y0A1B2C3D4E5F", "01HQZX5T9V7W8Y0A1B2C3D4E5G"])
    }
}
