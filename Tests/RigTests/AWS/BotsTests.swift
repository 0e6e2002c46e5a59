import Foundation
import RigSupport
import Testing

extension OnAWS {
    /// The application's bots, from a stand-in for DynamoDB and from files, joined with rows on both sides.
    @Suite struct BotsTests {
        /// A bot of Bedrock Chat, as its table has it.
        static func item(
            _ id: String, title: String? = nil, files: Int = 1, sitemaps: Int = 0, base: Bool = false,
            kind: String = "BOT"
        ) -> [String: Any] {
            var item: [String: Any] = [
                "PK": ["S": "user-1"], "SK": ["S": "user-1#\(kind)#\(id)"], "Title": ["S": title ?? "Bot \(id)"],
                "Knowledge": [
                    "M": [
                        "filenames": ["L": (0..<files).map { ["S": "\($0).pdf"] }], "source_urls": ["L": [Any]()],
                        "sitemap_urls": ["L": (0..<sitemaps).map { ["S": "https://x/\($0)"] }],
                    ]
                ],
                "SyncStatus": ["S": "SUCCEEDED"],
            ]
            if base { item["BedrockKnowledgeBase"] = ["M": ["knowledge_base_id": ["S": "KB"]]] }
            return item
        }

        private static func json(_ value: Any) throws -> String {
            String(decoding: try JSONSerialization.data(withJSONObject: value), as: UTF8.self)
        }

        /// A table of the stand-in with these items.
        static func table(_ items: [[String: Any]]) throws -> String {
            let name = "Conversations-\(UUID().uuidString.prefix(8))"
            try StandIn.aws(
                "dynamodb", "create-table", "--table-name", name, "--billing-mode", "PAY_PER_REQUEST",
                "--attribute-definitions",
                "AttributeName=PK,AttributeType=S", "AttributeName=SK,AttributeType=S", "--key-schema",
                "AttributeName=PK,KeyType=HASH", "AttributeName=SK,KeyType=RANGE")
            for start in stride(from: 0, to: items.count, by: 25) {
                let puts = items[start..<min(start + 25, items.count)].map { ["PutRequest": ["Item": $0]] }
                try StandIn.aws("dynamodb", "batch-write-item", "--request-items", try json([name: puts]))
            }
            return name
        }

        /// What the application has: A to F, an alias and a conversation. DELETED was deleted since the snapshot.
        private static var app: [[String: Any]] {
            [
                item("A"), item("B"), item("C"), item("D", files: 0), item("E", base: true),
                item("F", title: "No rows"),
                item("A", kind: "BOT_ALIAS"), item("x", kind: "CONV"),
            ]
        }

        static let items = "CREATE TABLE items (id char(26) PRIMARY KEY, botid char(26), embedding vector(2));"

        static func rows(_ bot: String, _ ids: ClosedRange<Int>) -> String {
            """
            INSERT INTO items SELECT '\(bot)-' || i, '\(bot)', ARRAY[i, 1]::vector FROM generate_series(\(ids.lowerBound), \(ids.upperBound)) AS i;
            """
        }

        /// A source with bots A, B, C, E and DELETED; a target on which B was re-synced, and DELETED has left rows.
        private func withBots(_ body: (RigDatabases) async throws -> Void) async throws {
            try await Rig.withDatabases(setup: Self.items, atOnce: true) { databases in
                for (bot, count) in [("A", 30), ("B", 20), ("C", 10), ("E", 4), ("DELETED", 7)] {
                    try databases.source.run(Self.rows(bot, 1...count))
                }
                try databases.source.run("INSERT INTO items VALUES ('none', NULL, '[1,2]')")
                try await body(databases)
            }
        }

        private func run(_ databases: RigDatabases, _ arguments: String...) throws -> Command.Ended {
            let sides = ["VECFERRY_SOURCE": databases.source.uri, "VECFERRY_TARGET": databases.target.uri]
            return try Ferryman.run(arguments, environment: try StandIn.environment().merging(sides) { $1 })
        }

        private struct Document: Decodable {
            struct Amount: Decodable {
                var rows: Int
                var bytes: Int
            }
            struct Bot: Decodable {
                var id: String
                var verdict: String
                var source: Amount
                var target: Amount
                var onTargetOnly: Int
            }
            var bots: [Bot]
            var aliases: Int
        }

        private func verdicts(_ databases: RigDatabases, _ arguments: String...) throws -> [String: String] {
            let sides = ["VECFERRY_SOURCE": databases.source.uri, "VECFERRY_TARGET": databases.target.uri]
            let ended = try Ferryman.run(
                ["bots", "--json"] + arguments, environment: try StandIn.environment().merging(sides) { $1 })
            #expect(ended.status == 0, "\(ended.said)")
            let document = try JSONDecoder().decode(Document.self, from: Data(ended.output.utf8))
            return Dictionary(
                uniqueKeysWithValues: document.bots.map { bot in
                    (bot.id, "\(bot.verdict) \(bot.source.rows) \(bot.target.rows) \(bot.onTargetOnly)")
                })
        }

        @Test func `each bot has its rows on both sides, and what is to be done about it`() async throws {
            try await withBots { databases in
                let table = try Self.table(Self.app)
                try databases.target.run(Self.rows("DELETED", 6...9))
                #expect(
                    try verdicts(databases, "--bots-table", table) == [
                        "A": "copy 30 0 0", "B": "copy 20 0 0", "C": "copy 10 0 0", "D": "no_knowledge 0 0 0",
                        "E": "knowledge_base 4 0 0", "F": "needs_embedding 0 0 0", "DELETED": "deleted 7 4 2",
                    ])
                // Embedded again, with new ids; a copy that stopped half-way; one that is done.
                try databases.target.run(
                    Self.rows("B", 101...120) + Self.rows("C", 1...6) + Self.rows("A", 1...30)
                        + "UPDATE items SET embedding = '[5,5]' WHERE botid = 'A'")
                let after = try verdicts(databases, "--bots-table", table)
                #expect(
                    after["A"] == "copied 30 30 0" && after["B"] == "re_synced 20 20 20" && after["C"] == "copy 10 6 0")

                let list = FileManager.default.temporaryDirectory.appending(path: "bots-\(UUID().uuidString)").path
                defer { try? FileManager.default.removeItem(atPath: list) }
                let shown = try run(databases, "bots", "--bots-table", table, "--write-list", list)
                #expect(shown.status == 0 && shown.output.contains("Re-synced since  1 bot"), "\(shown.said)")
                #expect(shown.output.contains("1 alias left out"))
                #expect(
                    shown.output.split(separator: "\n").filter { $0.hasPrefix("  ") }.allSatisfy { $0.count <= 100 })
                let written = try String(contentsOfFile: list, encoding: .utf8)
                #expect(written.split(separator: "\n").dropFirst() == ["A  # Bot A", "C  # Bot C"])
            }
        }

        @Test func `deleted bots are left out by themselves, of the plan, the copy and the comparison`() async throws {
            try await withBots { databases in
                let table = try Self.table(Self.app)
                try databases.target.run(Self.rows("B", 101...125) + Self.rows("DELETED", 6...9))
                let plan = try run(databases, "plan", "--bots-table", table)
                #expect(plan.status == 3, "\(plan.said)")
                #expect(
                    plan.output.contains("7 rows of 1 bot that was deleted in the application are left out: DELETED"))
                #expect(plan.output.contains("--existing keep") && plan.output.contains("B (25, 20 on the source)"))
                #expect(plan.output.contains("4 rows of 1 bot that was deleted in the application lie on the target"))

                let copied = try run(databases, "copy", "--bots-table", table, "--existing", "keep")
                #expect(copied.status == 0, "\(copied.said)")
                #expect(copied.said.contains("deleted in the application"))
                let rows = try databases.target.run("SELECT botid, count(*) FROM items GROUP BY 1 ORDER BY 1")
                #expect(
                    rows.map { "\($0[0]?.split(separator: " ").first ?? "-") \($0[1] ?? "")" }
                        == ["A 30", "B 25", "C 10", "DELETED 4", "E 4", "- 1"])
                let verified = try run(databases, "verify", "--bots-table", table)
                #expect(verified.status == 0, "\(verified.said)")
                // Without the application's bots, the copy's own memory leaves them out.
                #expect(try run(databases, "verify").status == 0)
                try databases.target.run("DELETE FROM items WHERE id LIKE 'A-1%'")
                #expect(try run(databases, "verify", "--bots-table", table).status == 4)
            }
        }

        @Test func `rows of deleted bots are no differences, on either side`() async throws {
            try await Rig.withDatabases(setup: Self.items, atOnce: true) { databases in
                let table = try Self.table(Self.app)
                try databases.both(Self.rows("A", 1...30))
                try databases.source.run(Self.rows("DELETED", 1...7))
                try databases.target.run(Self.rows("GONE", 1...3))
                #expect(try run(databases, "verify", "--all-bots").status == 4)
                let verified = try run(databases, "verify", "--all-bots", "--bots-table", table)
                #expect(verified.status == 0, "\(verified.said)")
                #expect(
                    verified.said.contains(
                        "3 rows of 1 bot that was deleted in the application lie on the target: GONE"))
            }
        }

        @Test func `a job goes on although the application has deleted another bot meanwhile`() async throws {
            try await withBots { databases in
                let table = try Self.table(Self.app)
                let sides = ["VECFERRY_SOURCE": databases.source.uri, "VECFERRY_TARGET": databases.target.uri]
                let variables = try StandIn.environment().merging(sides) { $1 }
                let killed = try Ferryman.run(
                    ["copy", "--bots-table", table],
                    environment: variables.merging(["VECFERRY_FAIL_POINT": "after-chunk-commit"]) { $1 })
                #expect(killed.status == 137)
                try StandIn.aws(
                    "dynamodb", "delete-item", "--table-name", table, "--key",
                    try Self.json(["PK": ["S": "user-1"], "SK": ["S": "user-1#BOT#C"]]))
                let resumed = try run(databases, "copy", "--bots-table", table)
                #expect(resumed.status == 0, "\(resumed.said)")
                #expect(try databases.target.value("SELECT count(*) FROM items") == "65")
                #expect(try run(databases, "copy", "--bots-table", table).output.contains("Already finished"))
                #expect(try verdicts(databases, "--bots-table", table)["C"] == "deleted 10 10 0")
            }
        }

        @Test func `a part of a table, another application's and what AWS refuses are told apart from a list of bots`()
            async throws
        {
            try await withBots { databases in
                let file = FileManager.default.temporaryDirectory.appending(path: "scan-\(UUID().uuidString)").path
                defer { try? FileManager.default.removeItem(atPath: file) }
                func scan(_ document: [String: Any], _ command: String = "bots") throws -> Command.Ended {
                    try Self.json(document).write(toFile: file, atomically: true, encoding: .utf8)
                    return try run(databases, command, "--bots-scan", file)
                }
                #expect(try scan(["Items": Self.app, "Count": 8]).status == 0)
                for command in ["bots", "plan", "copy", "verify"] {
                    let part = try scan(["Items": Self.app, "NextToken": "x"], command)
                    #expect(part.status == 64 && part.errors.contains("a part of the table"), "\(part.said)")
                }
                #expect(try databases.target.value("SELECT count(*) FROM items") == "0")
                let other = try scan(["Items": [["id": ["S": "1"]]]])
                #expect(other.status == 64 && other.errors.contains("no bot of Bedrock Chat"), "\(other.said)")
                let both = try run(databases, "plan", "--bots-scan", file, "--bots-table", "t")
                #expect(both.status == 64 && both.errors.contains("either --bots-table or --bots-scan"))
                #expect(try run(databases, "bots").errors.contains("Give --bots-table"))

                let missing = try run(databases, "plan", "--bots-table", "nope")
                #expect(missing.status == 1 && missing.errors.contains("AWS_REGION"), "\(missing.said)")
                let empty = try Self.table([Self.item("x", kind: "CONV")])
                let wrong = try run(databases, "copy", "--bots-table", empty)
                #expect(wrong.status == 64 && wrong.errors.contains("ConversationTableName"), "\(wrong.said)")
                let table = try Self.table(Self.app)
                try StandIn.setFaults([
                    StandIn.Fault(
                        "Scan", "AccessDeniedException",
                        "User: u is not authorized to perform: dynamodb:Scan on resource: r")
                ])
                let denied = try run(databases, "plan", "--bots-table", table)
                #expect(
                    denied.status == 1 && denied.errors.contains("Allow the action dynamodb:Scan"), "\(denied.said)")
                try StandIn.setFaults([])
                #expect(try databases.target.value("SELECT count(*) FROM items") == "0")
            }
        }

        @Test func `thousands of bots over several tables, one by a foreign key, are counted`() async throws {
            let more = """
                CREATE TABLE document (id int PRIMARY KEY, bot_id text);
                CREATE TABLE document_part (document_id int REFERENCES document, n int, embedding vector(2), PRIMARY KEY (document_id, n));
                """
            try await Rig.withDatabases(setup: Self.items + more, atOnce: true) { databases in
                try databases.source.run(
                    """
                    INSERT INTO items SELECT i, 'bot' || i % 3000, '[1,2]' FROM generate_series(1, 9000) AS i;
                    INSERT INTO document SELECT i, 'bot' || i FROM generate_series(1, 100) AS i;
                    INSERT INTO document_part SELECT i, n, '[1,2]' FROM generate_series(1, 100) AS i, generate_series(1, 2) AS n;
                    """)
                let file = FileManager.default.temporaryDirectory.appending(path: "scan-\(UUID().uuidString)").path
                defer { try? FileManager.default.removeItem(atPath: file) }
                let bots = (0..<4000).map { Self.item("bot\($0)", files: $0 % 2) }
                try Self.json(["Items": bots]).write(toFile: file, atomically: true, encoding: .utf8)
                let found = try verdicts(databases, "--bots-scan", file)
                // A document and its two parts beside three items.
                #expect(found.count == 4000 && found["bot1"] == "copy 6 0 0" && found["bot2000"] == "copy 3 0 0")
                #expect(found["bot3000"] == "no_knowledge 0 0 0" && found["bot3001"] == "needs_embedding 0 0 0")
                #expect(try run(databases, "bots", "--bots-scan", file).output.split(separator: "\n").count < 80)
            }
        }
    }
}
