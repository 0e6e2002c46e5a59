import Foundation
import RigSupport
import Testing

@testable import Ferry

/// `copy --report` and `vecferry report`, over real copies.
@Suite struct ReportTests {
    private static let setup = """
        CREATE TABLE items (id int PRIMARY KEY, botid text, embedding vector(8));
        CREATE INDEX items_embedding_idx ON items USING hnsw (embedding vector_l2_ops);
        CREATE TABLE keyless (botid text, embedding vector(3));
        CREATE TABLE bots (id int PRIMARY KEY, bot_id text);
        CREATE TABLE other (id int);
        """

    private func withItems(_ body: (RigDatabases, _ folder: URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "vecferry-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await Rig.withDatabases(setup: Self.setup) { databases in
            try databases.source.run(
                """
                INSERT INTO items SELECT i, CASE WHEN i % 50 = 0 THEN NULL ELSE 'bot <i>' || i % 3 END,
                    (SELECT array_agg(sin(i * 7 + j * i)::real) FROM generate_series(1, 8) AS j)::vector
                    FROM generate_series(1, 1000) AS i;
                INSERT INTO keyless VALUES ('bot <i>1', '[1,2,3]');
                INSERT INTO bots VALUES (1, 'bot <i>0'), (2, 'bot <i>1');
                INSERT INTO other VALUES (1); ANALYZE
                """)
            try await body(databases, folder)
        }
    }

    private func run(_ databases: RigDatabases, _ arguments: String...) throws -> Command.Ended {
        let uris = ["VECFERRY_TARGET": databases.target.uri]
        let needsSource = arguments.first != "report"
        return try Ferryman.run(
            arguments, environment: needsSource ? uris.merging(["VECFERRY_SOURCE": databases.source.uri]) { $1 } : uris)
    }

    private func json(_ text: String) throws -> [String: Any] {
        let fault = try JSONSchema("result").fault(in: text)
        #expect(fault == nil)
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
    }

    @Test func `a copy leaves a page, and its ledger has as much later`() async throws {
        try await withItems { databases, folder in
            let page = folder.appending(path: "report.html").path
            let copied = try run(databases, "copy", "--report", page)
            #expect(copied.status == 0, "\(copied.said)")
            let html = try String(contentsOfFile: page, encoding: .utf8)
            #expect(html.contains("1,003 rows in 3 of the source&#39;s 4 tables"), "\(html.prefix(2000))")
            #expect(html.contains("public.other") && html.contains("bot &lt;i&gt;1") && !html.contains("bot <i>"))
            #expect(html.contains("items_embedding_idx") && html.contains("every vector the same on both sides"))
            #expect(!html.contains("rig-secret"))

            let written = try run(databases, "report", "--output", folder.appending(path: "later.html").path)
            #expect(written.status == 0 && written.output.contains("The report of job 1 is in "), "\(written.said)")
            let later = try String(contentsOf: folder.appending(path: "later.html"), encoding: .utf8)
            // All but the line with the time.
            let lines = { (text: String) in text.split(separator: "\n").filter { !$0.contains("Made by vecferry") } }
            #expect(lines(later) == lines(html))

            let markdown = try run(databases, "report", "--format", "markdown")
            #expect(markdown.output.hasPrefix("# Proven: 1,003 rows in 3 of the source's 4 tables"), "\(markdown.said)")
            #expect(markdown.output.contains("vecferry copy --source='dbname="), "\(markdown.output)")
            #expect(!markdown.output.contains("rig-secret"))

            let facts = try json(try run(databases, "report", "--json").output)
            #expect(facts["outcome"] as? String == "proven")
            let bots = try #require(facts["bots"] as? [[String: Any]])
            #expect(Set(bots.map { $0["bot"] as? String ?? "-" }) == ["bot <i>0", "bot <i>1", "bot <i>2", "-"])
            #expect(bots.reduce(0) { $0 + ($1["sourceRows"] as? Int ?? 0) } == 1003)
            #expect(bots.allSatisfy { $0["sourceRows"] as? Int == $0["targetRows"] as? Int })
            let map = try #require((facts["maps"] as? [[String: Any]])?.first)
            let points = try #require(map["points"] as? [[String: Any]])
            #expect(points.count == 400 && map["differing"] as? Int == 0)
            #expect(points.allSatisfy { ($0["source"] as? [Int]) == ($0["target"] as? [Int]) })
            let run = try #require((facts["runs"] as? [[String: Any]])?.first)
            let timeline = try #require(run["timeline"] as? [String: Any])
            #expect((timeline["chunks"] as? [Any])?.count == 3 && (timeline["builds"] as? [Any])?.count == 1)
            let sent = (timeline["sent"] as? [String: Any])?["bytes"] as? [Int]
            #expect(sent?.reduce(0, +) == (facts["copy"] as? [String: Any])?["streamedBytes"] as? Int)
        }
    }

    @Test func `a copy that was killed has a report too, and its next run's has both`() async throws {
        try await withItems { databases, folder in
            let killed = try Ferryman.run(
                ["copy", "--source", databases.source.uri, "--target", databases.target.uri],
                environment: ["VECFERRY_FAIL_POINT": "after-copy"])
            #expect(killed.status == 128 + SIGKILL, "\(killed.said)")
            #expect(
                eventually {
                    (try? run(databases, "report", "--format", "markdown").output.hasPrefix("# Stopped half-way: "))
                        == true
                })
            let stopped = try run(databases, "report", "--format", "markdown").output
            #expect(
                stopped.contains("## Still off on the target") && stopped.contains("CREATE INDEX items_embedding_idx"))
            #expect(stopped.contains("dropped, and not built yet"), "\(stopped)")
            let page = folder.appending(path: "report.html").path
            #expect(try run(databases, "copy", "--report", page).status == 0)
            let html = try String(contentsOfFile: page, encoding: .utf8)
            #expect(html.contains("the last of 2 runs") && html.contains("Run 2 of 2"), "\(html.prefix(3000))")
            #expect(html.contains("1 run has no recorded times"))
            #expect(try run(databases, "undo", "--finished").status == 0)
            let givenUp = try run(databases, "report", "--job", "1", "--format", "markdown").output
            #expect(givenUp.hasPrefix("# Given up: The rows of job 1 were removed at "), "\(givenUp)")
            #expect(try run(databases, "report").status == 8)
        }
    }

    @Test func `a real copy's page is without fault in a browser, on a telephone and a screen, by day and by night`()
        async throws
    {
        try await withItems { databases, folder in
            let page = folder.appending(path: "report.html").path
            let copied = try run(databases, "copy", "--report", page)
            #expect(copied.status == 0, "\(copied.said)")
            let html = try String(contentsOfFile: page, encoding: .utf8)
            for (width, dark) in [(380, false), (1400, true)] {
                let found = try await Browser.open(width: width, dark: dark) { html }
                #expect(found.errors.isEmpty && found.faint.isEmpty && found.nameless.isEmpty)
                #expect(found.width == width && found.contentWidth <= width)
            }
        }
    }

    @Test func `a report that can't be written says nothing about the copy`() async throws {
        try await withItems { databases, _ in
            let copied = try run(databases, "copy", "--report", "/nowhere/report.html")
            #expect(copied.status == 0, "\(copied.said)")
            #expect(copied.said.contains("The report could not be written to /nowhere/report.html"), "\(copied.said)")
            #expect(copied.said.contains("vecferry report --output FILE"), "\(copied.said)")
        }
    }

    @Test func `what differs on the target is seen in the map and in the rows of bots`() async throws {
        try await withItems { databases, _ in
            #expect(try run(databases, "copy").status == 0)
            try databases.target.run(
                "UPDATE items SET embedding = '[9,9,9,9,9,9,9,9]' WHERE id % 4 = 0; DELETE FROM items WHERE id % 4 = 1")
            let engine = try databases.engine()
            let (maps, bots) = try await WorkerThread.run { () throws(FerryError) in
                try Verifier(engine: engine, request: VerifyRequest()).inSnapshots {
                    sides, comparison throws(FerryError) in
                    let searcher = Searcher(sides: sides, request: SearchRequest(queries: 1))
                    return (
                        try searcher.maps(of: comparison.tables, most: 4, by: .none),
                        try BotRowCounter(sides: sides, deadline: .none).count(comparison.tables)
                    )
                }
            }
            // The table without a key has no map.
            let map = try #require(maps.first)
            #expect(maps.count == 1 && map.points.count == 400)
            let moved = map.points.filter { $0.target != nil && $0.target != $0.source }
            #expect(map.differing == moved.count && (70...130).contains(moved.count), "\(moved.count)")
            #expect((70...130).contains(map.missing), "\(map.missing)")
            #expect(Set(moved.compactMap { $0.target.map { [$0.x, $0.y] } }).count == 1)
            let counted = try #require(bots?.bots)
            #expect(counted.reduce(0) { $0 + $1.source } == 1003 && counted.reduce(0) { $0 + $1.target } == 753)
        }
    }

    @Test func `a target without a copy has no report`() async throws {
        try await withItems { databases, folder in
            let none = try run(databases, "report", "--output", folder.appending(path: "none.html").path)
            #expect(none.status == 8 && none.output.hasPrefix("NOTHING: "), "\(none.said)")
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "none.html").path))
            #expect(try json(try run(databases, "report", "--json").output)["outcome"] as? String == "nothing")
            #expect(try run(databases, "copy").status == 0)
            let other = try run(databases, "report", "--job", "7", "--format", "markdown")
            #expect(other.status == 8 && other.output.contains("no job 7"), "\(other.said)")
            let failed = try run(databases, "report", "--output", "/nowhere/report.html")
            #expect(failed.status == 1 && failed.said.contains("/nowhere/report.html"), "\(failed.said)")
            let terminal = try Ferryman.start(
                ["report", "--target", databases.target.uri], environment: ["TERM": "xterm"],
                onTerminal: (columns: 80, rows: 24)
            ).ended()
            #expect(terminal.status == 64 && terminal.output.contains("Give --output FILE"), "\(terminal.said)")
        }
    }
}
