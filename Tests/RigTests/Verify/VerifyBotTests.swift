import Ferry
import RigSupport
import Testing

/// What a copy left out, and what only the target has, is no difference, and no repair touches it unless a flag says so.
@Suite struct VerifyBotTests {
    private static let table = "CREATE TABLE items (id text PRIMARY KEY, botid text, embedding vector(2))"
    /// Three bots with ten rows each.
    private static let fill = """
        INSERT INTO items SELECT 'row' || i, 'bot' || i % 3, ARRAY[i, 1]::vector FROM generate_series(1, 30) AS i
        """

    private func request(repair: RepairMode = .none, allBots: Bool = false, bots: [String]? = nil) -> VerifyRequest {
        var request = VerifyRequest()
        request.repair = repair
        request.allBots = allBots
        request.selection.bots = bots
        return request
    }

    private func copy(_ bots: [String]?, existing: ExistingRows = .fail) -> CopyRequest {
        var copy = CopyRequest()
        copy.selection.bots = bots
        copy.existing = existing
        return copy
    }

    private func bots(_ database: RigDatabase) throws -> [[String?]] {
        try database.run("SELECT botid, count(*)::text FROM items GROUP BY botid ORDER BY botid")
    }

    @Test func `a bot that the copy left out is no difference, and a repair does not bring it back`() async throws {
        try await Rig.withDatabases(setup: Self.table) { databases in
            try databases.source.run(Self.fill)
            #expect(try await databases.engine().copy(copy(["bot0", "bot2"])).outcome == .proven)
            try databases.target.run("DELETE FROM items WHERE id = 'row3'")
            let report = try await databases.verify(request(repair: .apply))
            #expect(report.outcome == .same)
            #expect(
                report.notes.contains { $0.code == .jobHadBots && $0.hint == "Add --all-bots to compare all bots." })
            #expect(try bots(databases.target) == [["bot0", "10"], ["bot2", "10"]])
            // The flag, or the bot's own name, says that it is meant.
            let all = try await databases.verify(request(allBots: true))
            #expect(try all.table("items").counts == FindingCounts(missing: 10, extra: 0, differing: 0))
            #expect(try await databases.verify(request(repair: .apply, bots: ["bot1"])).outcome == .same)
            #expect(try bots(databases.target) == [["bot0", "10"], ["bot1", "10"], ["bot2", "10"]])
        }
    }

    @Test func `bots that were copied one by one are all compared`() async throws {
        try await Rig.withDatabases(setup: Self.table) { databases in
            try databases.source.run(Self.fill)
            #expect(try await databases.engine().copy(copy(["bot0"])).outcome == .proven)
            #expect(try await databases.engine().copy(copy(["bot2"], existing: .keep)).outcome == .proven)
            #expect(try await databases.verify().table("items").source.rows == 20)
            try databases.target.run("DELETE FROM items WHERE botid = 'bot0'")
            let report = try await databases.verify()
            #expect(try report.table("items").bots?.filter { $0.state == .differs }.map(\.bot) == ["bot0"])
        }
    }

    @Test func `a bot that appeared on the target is not counted and not repaired, unless a flag says so`() async throws
    {
        try await Rig.withDatabases(setup: Self.table) { databases in
            try databases.source.run(Self.fill)
            #expect(try await databases.engine().copy(copy(nil, existing: .keep)).outcome == .proven)
            try databases.target.run(
                "INSERT INTO items SELECT 'new' || i, 'live', '[1,1]' FROM generate_series(1, 5) AS i; DELETE FROM items WHERE id = 'row1'"
            )
            let report = try await databases.verify()
            let items = try report.table("items")
            #expect(items.counts == FindingCounts(missing: 1, extra: 0, differing: 0))
            #expect(items.targetBots == [BotRows(bot: "live", rows: 5)])
            #expect(items.findings.map(\.key) == [["id": "row1"]])
            #expect(report.notes.contains { $0.code == .botsOnTargetOnly && $0.message.contains("5 rows") })
            #expect(try await databases.verify(request(repair: .apply)).outcome == .same)
            #expect(try bots(databases.target).contains(["live", "5"]))
            let all = try await databases.verify(request(allBots: true))
            #expect(try all.table("items").counts == FindingCounts(missing: 0, extra: 5, differing: 0))
            #expect(try all.table("items").findings.isEmpty, "the rows of a bot that is there whole are not listed")
            #expect(try await databases.verify(request(repair: .apply, allBots: true)).outcome == .same)
            #expect(try bots(databases.target) == [["bot0", "10"], ["bot1", "10"], ["bot2", "10"]])
        }
    }

    @Test func `a row whose bot was damaged is found and repaired, also where no bot has the new name`() async throws {
        try await Rig.withDatabases(setup: Self.table) { databases in
            try databases.source.run(Self.fill)
            #expect(try await databases.engine().copy(copy(nil)).outcome == .proven)
            try databases.target.run("UPDATE items SET botid = 'b0t1' WHERE id = 'row1'")
            let report = try await databases.verify()
            #expect(try report.table("items").counts == FindingCounts(missing: 0, extra: 0, differing: 1))
            #expect(try await databases.verify(request(repair: .apply)).outcome == .same)
            #expect(try bots(databases.target) == [["bot0", "10"], ["bot1", "10"], ["bot2", "10"]])
        }
    }

    @Test func `a selection of bots that only the target has compares nothing, and the error says so`() async throws {
        try await Rig.withDatabases(setup: Self.table) { databases in
            try databases.source.run(Self.fill)
            #expect(try await databases.engine().copy(copy(nil)).outcome == .proven)
            try databases.target.run("INSERT INTO items VALUES ('new', 'live', '[1,1]')")
            let error = try await databases.engine().verifyError(request(bots: ["live"]))
            #expect(error.code == .notComparable && error.message.contains("1 of them has rows on the target"))
            let report = try await databases.verify(request(allBots: true, bots: ["live"]))
            #expect(try report.table("items").counts.extra == 1)
        }
    }
}
