import Testing

@testable import Ferry

@Suite struct AppBotsTests {
    /// As `aws dynamodb scan` prints it: two bots, an alias, a conversation.
    private static let scan = """
        {"Items": [
            {"PK": {"S": "user-1"}, "SK": {"S": "user-1#BOT#B2"}, "Title": {"S": "Manual é"},
             "Knowledge": {"M": {"filenames": {"L": [{"S": "a.pdf"}, {"S": "b.pdf"}]}, "source_urls": {"L": [{"S": "https://x"}]},
                "sitemap_urls": {"L": []}, "s3_urls": {"SS": ["s3://x"]}}},
             "SyncStatus": {"S": "SUCCEEDED"}, "LastUsedBotIds": {"NULL": true}, "Count": {"N": "3"}},
            {"PK": {"S": "user-2"}, "SK": {"S": "user-2#BOT#B1"}, "Title": {"NULL": true}, "Knowledge": {"M": {}},
             "BedrockKnowledgeBase": {"M": {"knowledge_base_id": {"S": "KB"}}}},
            {"PK": {"S": "user-2"}, "SK": {"S": "user-2#BOT#B3"}, "BedrockKnowledgeBase": {"NULL": true}},
            {"PK": {"S": "user-2"}, "SK": {"S": "user-2#BOT_ALIAS#B2"}, "OriginalBotId": {"S": "B2"}},
            {"PK": {"S": "user-2"}, "SK": {"S": "user-2#CONV#c"}, "Title": {"S": "a conversation"}},
            {"PK": {"S": "user-2"}}
        ], "Count": 6, "ScannedCount": 6, "ConsumedCapacity": null}
        """

    private func bots(_ text: String) throws(AppBots.Fault) -> AppBots { try AppBots(scan: text.utf8) }

    @Test func `bots are read, and aliases and conversations are none`() throws {
        let bots = try bots(Self.scan)
        #expect(bots.aliases == 1)
        #expect(
            bots.bots == [
                AppBot(id: "B1", owner: "user-2", title: "", usesKnowledgeBase: true),
                AppBot(
                    id: "B2", owner: "user-1", title: "Manual é",
                    knowledge: AppBot.Knowledge(files: 2, urls: 1, sitemaps: 0, s3: 1), syncStatus: "SUCCEEDED"),
                AppBot(id: "B3", owner: "user-2", title: ""),
            ])
    }

    @Test(arguments: [
        ("", "not the output"), ("[]", "not the output"), (#"{"Count": 3}"#, "not the output"),
        (scan.replacing(#""Count": 6"#, with: #""NextToken": "abc", "Count": 6"#), "NextToken"),
        (
            scan.replacing(#""Count": 6"#, with: #""LastEvaluatedKey": {"PK": {"S": "x"}}, "Count": 6"#),
            "LastEvaluatedKey"
        ),
        (#"{"Items": []}"#, "no bot of Bedrock Chat"),
        (
            #"{"Items": [{"id": {"S": "other app"}}, {"PK": {"S": "u"}, "SK": {"S": "u#BOT#"}}]}"#,
            "no bot of Bedrock Chat"
        ),
        (#"{"Items": [{"PK": {"S": "u"}, "SK": {"S": "u#BOT#b"}}]}"#, "no attribute Knowledge"),
    ])
    func `a part of a table, or another application's, is refused`(text: String, message: String) {
        let fault = #expect(throws: AppBots.Fault.self) { try bots(text) }
        #expect(fault?.message.contains(message) == true)
    }

    @Test func `a scan that ended is no part`() throws {
        #expect(
            try bots(Self.scan.replacing(#""Count": 6"#, with: #""LastEvaluatedKey": {}, "Count": 6"#)).bots.count == 3)
    }

    @Test func `a table is scanned in the region of its ARN`() {
        let arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/Conversations"
        #expect(AppBotsSource.arguments(of: arn).suffix(2) == ["--region", "eu-west-1"])
        #expect(!AppBotsSource.arguments(of: "Conversations").contains("--region"))
    }

    private static let known = AppBot(id: "b", owner: "u", title: "t", knowledge: AppBot.Knowledge(files: 1))
    private static let base = AppBot(
        id: "b", owner: "u", title: "t", knowledge: AppBot.Knowledge(files: 1), usesKnowledgeBase: true)

    @Test(
        arguments: [
            (known, 10, 0, 10, 0, .copy), (known, 10, 10, 0, 0, .copied), (known, 10, 7, 3, 0, .copy),
            (known, 10, 12, 10, 12, .resynced), (known, 10, 11, 0, 1, .resynced), (known, 0, 5, 0, 5, .resynced),
            (known, 0, 0, 0, 0, .needsEmbedding), (AppBot(id: "b", owner: "u", title: ""), 0, 0, 0, 0, .noKnowledge),
            (AppBot(id: "b", owner: "u", title: ""), 4, 0, 4, 0, .copy), (base, 10, 0, 10, 0, .knowledgeBase),
            (base, 0, 0, 0, 0, .knowledgeBase), (nil, 10, 0, 10, 0, .deleted), (nil, 0, 3, 0, 3, .deleted),
        ] as [(AppBot?, Int, Int, Int, Int, BotVerdict)])
    func `what is to be done follows from the application and the rows`(
        app: AppBot?, source: Int, target: Int, missing: Int, extra: Int, verdict: BotVerdict
    ) {
        let rows = BotReport.Sides(
            source: BotReport.Amount(rows: source, bytes: 0), target: BotReport.Amount(rows: target, bytes: 0))
        #expect(BotVerdict.of(app, rows, missing: missing, extra: extra) == verdict)
    }
}
