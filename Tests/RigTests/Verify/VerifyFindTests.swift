import Ferry
import RigSupport
import Testing

/// One thing is changed on the target of a proven copy, and exactly that is found.
@Suite struct VerifyFindTests {
    /// Expects one row of `items` to differ, in these columns.
    private func expectOne(
        _ change: String, row: Int, columns: [String], source: SourceLocation = #_sourceLocation
    ) async throws {
        let found = try await VerifyFixture.findings(change)
        #expect(found.counts.differing == 1 && found.counts.all == 1, sourceLocation: source)
        #expect(found.findings.count == 1, sourceLocation: source)
        let finding = try #require(found.findings.first, sourceLocation: source)
        #expect(finding.kind == .differs, sourceLocation: source)
        #expect(finding.key == VerifyFixture.id(row), sourceLocation: source)
        #expect(finding.columns == columns, sourceLocation: source)
        #expect(finding.bot == "bot\(row % 3)", sourceLocation: source)
    }

    private func update(_ set: String, _ row: Int) -> String {
        "UPDATE items SET \(set) WHERE id::text = lpad('\(row)', 26, '0')"
    }

    @Test func `one bit of one float`() async throws {
        // 0.1 is 0x3dcccccd; 0.10000001 is 0x3dccccce, the next float.
        try await expectOne(update("embedding = '[5,0.10000001,0.71428573,0]'", 5), row: 5, columns: ["embedding"])
    }

    @Test func `zero against minus zero`() async throws {
        try await expectOne(
            update("embedding = ARRAY[7, 0.1, 1, -0.0::float4]::vector", 7), row: 7, columns: ["embedding"])
    }

    @Test func `NULL against an empty string`() async throws {
        try await expectOne(update("content = ''", 17), row: 17, columns: ["content"])
    }

    @Test func `a trailing space`() async throws {
        try await expectOne(update("title = title || ' '", 20), row: 20, columns: ["title"])
    }

    @Test func `upper against lower case`() async throws {
        try await expectOne(update("title = upper(title)", 21), row: 21, columns: ["title"])
    }

    @Test func `a numeric's scale`() async throws {
        try await expectOne(update("price = price::numeric(10, 3)", 22), row: 22, columns: ["price"])
    }

    @Test func `a timestamp's microsecond`() async throws {
        try await expectOne(update("at = at + interval '1 microsecond'", 23), row: 23, columns: ["at"])
    }

    @Test func `values swapped between columns`() async throws {
        let found = try await VerifyFixture.findings(
            "UPDATE items SET title = content, content = title WHERE id::text ~ '0(30|31)$'")
        #expect(found.counts.differing == 2 && found.counts.all == 2)
        #expect(found.findings.allSatisfy { $0.columns == ["title", "content"] })
        #expect(Set(found.findings.compactMap(\.key)) == [VerifyFixture.id(30), VerifyFixture.id(31)])
    }

    @Test func `values swapped between two rows`() async throws {
        let found = try await VerifyFixture.findings(
            """
            UPDATE items AS t SET title = o.title FROM items AS o
            WHERE t.id::text ~ '0(30|31)$' AND o.id::text ~ '0(30|31)$' AND t.id <> o.id
            """)
        #expect(Set(found.findings.compactMap(\.key)) == [VerifyFixture.id(30), VerifyFixture.id(31)])
        #expect(found.counts == FindingCounts(missing: 0, extra: 0, differing: 2))
    }

    @Test func `the same change in four rows`() async throws {
        let found = try await VerifyFixture.findings("UPDATE items SET title = 'same' WHERE id::text ~ '0[1-4]$'")
        #expect(found.counts == FindingCounts(missing: 0, extra: 0, differing: 4))
        #expect(Set(found.findings.compactMap(\.key)) == Set((1...4).map(VerifyFixture.id)))
    }

    @Test func `two rows with opposite changes`() async throws {
        let found = try await VerifyFixture.findings(
            "UPDATE items SET price = price + CASE WHEN id::text ~ '10$' THEN 1 ELSE -1 END WHERE id::text ~ '0(10|11)$'"
        )
        #expect(found.counts == FindingCounts(missing: 0, extra: 0, differing: 2))
        #expect(Set(found.findings.compactMap(\.key)) == [VerifyFixture.id(10), VerifyFixture.id(11)])
    }

    @Test func `a duplicated row in a table without a key`() async throws {
        let found = try await VerifyFixture.findings("INSERT INTO log SELECT * FROM log LIMIT 1", of: "log")
        #expect(found.key == nil)
        #expect(found.counts == FindingCounts(missing: 0, extra: 1, differing: 0))
        let finding = try #require(found.findings.first)
        #expect(finding.kind == .extra && finding.key == nil && finding.hash?.count == 32)
        #expect(finding.sourceCopies == 3 && finding.targetCopies == 4)
    }

    @Test func `copies of one row are one finding, and all are counted`() async throws {
        let found = try await VerifyFixture.findings("DELETE FROM log WHERE message = 'line 4'", of: "log")
        #expect(found.counts == FindingCounts(missing: 3, extra: 0, differing: 0))
        #expect(found.findings.count == 1)
        #expect(found.findings.first?.sourceCopies == 3 && found.findings.first?.targetCopies == 0)
    }

    /// Under XOR, both pairs would cancel.
    @Test func `two copies of a row turned into two copies of another`() async throws {
        let found = try await VerifyFixture.findings(
            """
            UPDATE log SET (message, embedding) = (SELECT message, embedding FROM log WHERE message = 'line 5' LIMIT 1)
            WHERE ctid IN (SELECT ctid FROM log WHERE message = 'line 4' LIMIT 2)
            """, of: "log")
        #expect(found.source.rows == found.target.rows)
        #expect(found.counts == FindingCounts(missing: 2, extra: 2, differing: 0))
        #expect(Set(found.findings.map { [$0.sourceCopies, $0.targetCopies] }) == [[3, 1], [3, 5]])
    }

    @Test func `one row lost and another added`() async throws {
        let found = try await VerifyFixture.findings(
            update("id = 'another'", 40))
        #expect(found.source.rows == found.target.rows)
        #expect(found.counts == FindingCounts(missing: 1, extra: 1, differing: 0))
        let missing = try #require(found.findings.first { $0.kind == .missing })
        #expect(missing.key == VerifyFixture.id(40))
        #expect(found.findings.first { $0.kind == .extra }?.key == ["id": "another"])
    }

    @Test func `a row lost in one partition`() async throws {
        let found = try await VerifyFixture.findings("DELETE FROM events WHERE id = 77", of: "events")
        #expect(found.counts == FindingCounts(missing: 1, extra: 0, differing: 0))
        #expect(found.findings.map(\.key) == [["id": "77"]])
    }

    @Test func `a row that only a partition of the target has`() async throws {
        let found = try await VerifyFixture.findings("INSERT INTO events VALUES (500, 'new', '[1,2]')", of: "events")
        #expect(found.counts == FindingCounts(missing: 0, extra: 1, differing: 0))
        #expect(found.findings.map(\.key) == [["id": "500"]])
    }

    @Test func `an embedding moved to another bot`() async throws {
        let found = try await VerifyFixture.findings(update("botid = 'bot2'", 3))
        #expect(found.counts == FindingCounts(missing: 0, extra: 0, differing: 1))
        #expect(found.findings.first?.columns == ["botid"])
        #expect(found.findings.first?.bot == "bot0")
        let bots = try #require(found.bots)
        #expect(bots.map(\.bot) == ["bot0", "bot1", "bot2"])
        #expect(bots.map(\.source.rows) == [20, 20, 20])
        #expect(bots.map(\.target.rows) == [19, 20, 21])
        #expect(bots.map(\.state) == [.differs, .same, .differs])
    }

    @Test func `rows named by a unique index where there is no primary key`() async throws {
        try await Rig.withDatabases(
            setup: "CREATE TABLE t (a int NOT NULL, b text NOT NULL, v vector(2)); CREATE UNIQUE INDEX ON t (b, a)"
        ) { databases in
            try databases.both(
                "INSERT INTO t SELECT i, 'b' || i % 2, ARRAY[i, 1]::vector FROM generate_series(1, 20) AS i")
            try databases.target.run("UPDATE t SET v = '[0,0]' WHERE a = 5; DELETE FROM t WHERE a = 6")
            let found = try await databases.verify().table("t")
            #expect(found.key == ["b", "a"])
            #expect(found.counts == FindingCounts(missing: 1, extra: 0, differing: 1))
            #expect(found.findings.first { $0.kind == .differs }?.key == ["a": "5", "b": "b1"])
            #expect(found.findings.first { $0.kind == .missing }?.key == ["a": "6", "b": "b0"])
        }
    }

    @Test func `the list is limited and the count is not`() async throws {
        try await VerifyFixture.withProvenCopy { databases in
            try databases.target.run("UPDATE items SET title = title || '!'; DELETE FROM events WHERE id < 30")
            var request = VerifyRequest()
            request.maxFindings = 7
            let report = try await databases.verify(request)
            #expect(try report.table("items").counts == FindingCounts(missing: 0, extra: 0, differing: 60))
            #expect(try report.table("items").findings.count == 7)
            #expect(try report.table("events").counts.missing == 30)
        }
    }
}
