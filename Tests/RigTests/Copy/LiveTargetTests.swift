import Ferry
import RigSupport
import Testing

/// The application writes to the target while a job works.
@Suite struct LiveTargetTests {
    private static let tables = """
        CREATE TABLE items (id text PRIMARY KEY, botid text, embedding vector(2));
        CREATE TABLE notes (id int PRIMARY KEY, embedding vector(2));
        """
    /// Four bots with 25 rows each, and 40 rows that belong to none.
    private static let fill = """
        INSERT INTO items SELECT 'row' || i, 'bot' || i % 4, ARRAY[i, 1]::vector FROM generate_series(1, 100) AS i;
        INSERT INTO notes SELECT i, ARRAY[i, 1]::vector FROM generate_series(1, 40) AS i
        """
    private static let newBot = "INSERT INTO items SELECT 'new' || i, 'live', '[1,1]' FROM generate_series(1, 7) AS i"
    private static let syncedBot =
        "INSERT INTO items SELECT 'sync' || i, 'bot1', '[2,2]' FROM generate_series(1, 30) AS i"

    private func request(_ existing: ExistingRows = .keep) -> CopyRequest {
        var request = CopyRequest()
        request.existing = existing
        return request
    }

    /// Copies while a statement runs on the target, at the begin of a stage.
    private func copy(
        _ databases: RigDatabases, _ statement: String, at stage: Stage, _ request: CopyRequest = CopyRequest()
    ) async throws -> JobReport {
        let target = databases.target
        return try await databases.engine { event in
            if case .began(stage) = event { _ = try? target.run(statement) }
        }.copy(request)
    }

    @Test(arguments: [ExistingRows.fail, .keep, .replace])
    func `a bot that the application adds meanwhile does not count against the copy`(
        _ existing: ExistingRows
    ) async throws {
        try await Rig.withDatabases(setup: Self.tables) { databases in
            try databases.source.run(Self.fill)
            let report = try await copy(databases, Self.newBot, at: .copy, request(existing))
            #expect(report.outcome == .proven)
            let items = try #require(report.tables.first { $0.name.name == "items" })
            #expect(items.source == items.target && items.target.rows == 100 && items.comparison == nil)
            let note = try #require(report.notes.first { $0.code == .botsOnTargetOnly })
            #expect(note.message.contains("7 rows") && note.message.contains("live"))
            #expect(try databases.target.value("SELECT count(*) FROM items") == "107")
            #expect(try await databases.engine().copy(request(existing)).outcome == .alreadyFinished)
        }
    }

    @Test(arguments: [ExistingRows.keep, .replace])
    func `a bot that the application syncs meanwhile is named, and one command cleans it up`(
        _ existing: ExistingRows
    ) async throws {
        try await Rig.withDatabases(setup: Self.tables) { databases in
            try databases.source.run(Self.fill)
            let report = try await copy(databases, Self.syncedBot, at: .copy)
            #expect(report.outcome == .differs)
            let items = try #require(report.tables.first { $0.name.name == "items" }?.comparison)
            #expect(items.counts == FindingCounts(missing: 0, extra: 30, differing: 0))
            #expect(items.bots?.filter { $0.state == .differs }.map(\.bot) == ["bot1"])
            #expect(report.tables.filter { $0.state == .differs }.map(\.name.name) == ["items"])
            // The job is not finished: the same command says the same, and changes nothing.
            let before = try databases.target.value("SELECT count(*) FROM items")
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .differs)
            #expect(try databases.target.value("SELECT count(*) FROM items") == before)
            #expect(try await databases.engine().copy(request(existing), restart: true).outcome == .proven)
            let rows = try databases.target.run(
                "SELECT left(id, 3), count(*)::text FROM items WHERE botid = 'bot1' GROUP BY 1")
            #expect(rows == (existing == .keep ? [["syn", "30"]] : [["row", "25"]]))
            #expect(try databases.target.value("SELECT count(*) FROM items WHERE botid <> 'bot1'") == "75")
        }
    }

    @Test func `rows that others write to a table without bots are counted apart from the source's`() async throws {
        try await Rig.withDatabases(setup: Self.tables) { databases in
            try databases.source.run(Self.fill)
            let report = try await copy(
                databases, "INSERT INTO notes SELECT i, NULL FROM generate_series(101, 103) AS i", at: .copy)
            #expect(report.outcome == .differs)
            let notes = try #require(report.tables.first { $0.name.name == "notes" }?.comparison)
            #expect(notes.counts == FindingCounts(missing: 0, extra: 3, differing: 0) && notes.source.rows == 40)
        }
    }

    @Test func `what others change after the rows are proven is counted, and the report says when they were`()
        async throws
    {
        try await Rig.withDatabases(setup: Self.tables) { databases in
            try databases.source.run(Self.fill)
            let report = try await copy(
                databases,
                """
                DELETE FROM items WHERE botid = 'bot1'; UPDATE items SET embedding = NULL WHERE id = 'row2';
                INSERT INTO notes VALUES (101, NULL)
                """, at: .finish)
            #expect(report.outcome == .proven)
            func table(_ name: String) throws -> TableReport {
                try #require(report.tables.first { $0.name.name == name })
            }
            #expect(try table("items").changes == TableReport.Changes(gone: 26, written: 1))
            #expect(try table("notes").changes == TableReport.Changes(gone: 0, written: 1))
            let at = try #require(try table("items").provenAt)
            #expect(at.hasPrefix("20") && at.hasSuffix(" UTC"))
            let notes = report.notes.filter { $0.code == .changedSince }.map(\.message)
            #expect(
                notes == [
                    "26 of the 100 rows proven at \(at) have been deleted or changed since, and 1 row has been written since, by "
                        + "other sessions.", "1 row has been written since, by other sessions.",
                ])
            // Run again, it claims no more than that.
            let again = try await databases.engine().copy(CopyRequest())
            let gone = try #require(again.notes.first { $0.code == .rowsGone })
            #expect(gone.message == "The table holds 75 rows, fewer than the 100 that job 1 proved at \(at).")
        }
    }

    @Test(arguments: [ExistingRows.keep, .replace])
    func `rows that the target kept and nobody changed are no changes`(_ existing: ExistingRows) async throws {
        try await Rig.withDatabases(setup: Self.tables) { databases in
            try databases.source.run(Self.fill)
            try databases.target.run(Self.newBot + ";" + Self.syncedBot)
            var request = request(existing)
            request.selection.tables = ["items"]
            let report = try await databases.engine().copy(request)
            #expect(report.outcome == .proven)
            #expect(report.tables.map(\.changes) == [nil])
            #expect(!report.notes.contains { $0.code == .changedSince })
        }
    }
}
