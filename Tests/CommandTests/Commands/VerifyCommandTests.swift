import Foundation
import RigSupport
import Testing

@testable import Ferry
@testable import vecferry

/// `vecferry verify` as an operator runs it.
@Suite struct VerifyCommandTests {
    private static let setup = """
        CREATE TABLE items (id int PRIMARY KEY, botid text, embedding vector(2));
        INSERT INTO items SELECT i, 'bot' || i % 2, ARRAY[i, 1]::vector FROM generate_series(1, 10) AS i
        """

    private func verify(_ databases: RigDatabases, _ arguments: String...) throws -> Tool.Ended {
        try Tool(
            ["verify", "--quiet"] + arguments,
            environment: ["VECFERRY_SOURCE": databases.source.uri, "VECFERRY_TARGET": databases.target.uri]
        ).ended()
    }

    @Test func `same, differs and could not check are three statuses`() async throws {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            let same = try verify(databases)
            #expect(same.status == 0)
            #expect(same.output.contains("Same: 10 rows in 1 table"))
            try databases.target.run(
                "UPDATE items SET embedding = '[0,0]' WHERE id = 3; DELETE FROM items WHERE id = 4")
            let differs = try verify(databases)
            #expect(differs.status == 4)
            #expect(differs.output.contains("differs id=3 (bot bot1): embedding"))
            #expect(differs.output.contains("missing id=4 (bot bot0)"))
            try databases.target.run("DROP TABLE items")
            let unable = try verify(databases)
            #expect(unable.status == 1)
            #expect(unable.output.isEmpty && unable.errors.contains("public.items"))
        }
    }

    @Test func `a repair says first what it will do`() async throws {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            try databases.target.run("DELETE FROM items WHERE id = 4")
            let dry = try verify(databases, "--repair", "--dry-run")
            #expect(dry.status == 4)
            #expect(dry.output.contains("repair public.items: 0 to delete, 1 to insert, 0 to replace"))
            #expect(try databases.target.value("SELECT count(*) FROM items") == "9")
            let repair = try verify(databases, "--repair")
            #expect(repair.status == 0)
            #expect(repair.errors.contains("1 to insert") && repair.errors.contains("missing id=4"))
            #expect(repair.output.contains("0 deleted, 1 inserted, 0 replaced"))
            #expect(try databases.target.value("SELECT count(*) FROM items") == "10")
        }
    }

    /// The shape that the README documents: fields may be added, but none may be removed or changed.
    @Test func `the JSON has its documented shape`() async throws {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            try databases.target.run("UPDATE items SET embedding = '[0,0]' WHERE id = 3")
            let ended = try verify(databases, "--json", "--search", "2")
            #expect(ended.status == 4)
            let document = try JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String: Any]
            let report = try #require(document)
            #expect(report["format"] as? Int == 2 && report["outcome"] as? String == "differs")
            #expect(
                Set(report.keys).isSuperset(of: [
                    "source", "target", "tables", "notes", "searches", "seconds", "sourceBytes", "targetBytes",
                ]))
            let table = try #require((report["tables"] as? [[String: Any]])?.first)
            #expect(table["state"] as? String == "differs")
            #expect(table["name"] as? [String: String] == ["schema": "public", "name": "items"])
            #expect(table["key"] as? [String] == ["id"])
            #expect(table["counts"] as? [String: Int] == ["missing": 0, "extra": 0, "differing": 1])
            #expect((table["source"] as? [String: Any])?["rows"] as? Int == 10)
            #expect(((table["source"] as? [String: Any])?["sum"] as? String)?.count == 32)
            let finding = try #require((table["findings"] as? [[String: Any]])?.first)
            #expect(finding["kind"] as? String == "differs" && finding["bot"] as? String == "bot1")
            #expect(finding["key"] as? [String: String] == ["id": "3"])
            #expect(finding["columns"] as? [String] == ["embedding"])
            let bots = try #require(table["bots"] as? [[String: Any]])
            #expect(bots.map { $0["bot"] as? String } == ["bot0", "bot1"])
            #expect(bots.map { $0["state"] as? String } == ["same", "differs"])
            let search = try #require((report["searches"] as? [[String: Any]])?.first)
            #expect(search["column"] as? String == "embedding" && search["queries"] as? Int == 2)
        }
    }

    @Test(arguments: [
        (["--dry-run"], "--dry-run is an option of --repair"), (["--yes"], "--yes is an option"),
        (["--max-findings", "-1"], "--max-findings"),
        (["--search", "0"], "--search"), (["--search", "5", "--k", "0"], "--k"),
    ])
    func `options that can't be are refused`(_ arguments: [String], _ message: String) throws {
        let ended = try Tool(["verify", "--source", "host=a", "--target", "host=b"] + arguments).ended()
        #expect(ended.status == 64)
        #expect(ended.errors.contains(message))
    }
}
