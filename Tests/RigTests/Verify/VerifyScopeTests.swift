import Ferry
import RigSupport
import Testing

/// The tables and bots that are compared, and those that can't be.
@Suite struct VerifyScopeTests {
    private func comparison(after change: String) async throws -> VerifyReport {
        var report: VerifyReport?
        try await VerifyFixture.withProvenCopy { databases in
            try databases.target.run(change)
            report = try await databases.verify()
        }
        return try #require(report)
    }

    private func blockers(_ report: VerifyReport) -> [String] {
        report.notes.filter { $0.level == .blocker }.map { "\($0.table.map(\.name) ?? "-"): \($0.message)" }
    }

    @Test func `a table that is missing does not keep the others from being compared`() async throws {
        let report = try await comparison(after: "DROP TABLE log; UPDATE items SET title = 'x' WHERE botid = 'bot1'")
        #expect(report.outcome == .incomplete)
        #expect(report.notCompared.map(\.name) == ["log"])
        #expect(blockers(report) == ["log: The table does not exist on the target."])
        #expect(report.tables.map(\.name.name).sorted() == ["events", "items"])
        #expect(try report.table("items").counts.differing == 20)
    }

    @Test func `a table whose column is missing or has another type is not compared, and the report says why`()
        async throws
    {
        let report = try await comparison(
            after:
                "ALTER TABLE items DROP content, ALTER embedding TYPE vector(5) USING NULL; ALTER TABLE log DROP message"
        )
        #expect(report.outcome == .incomplete)
        #expect(report.notCompared.map(\.name) == ["items", "log"])
        #expect(
            blockers(report) == [
                "items: The column content is missing on the target.",
                "items: The column embedding has type vector(5) on the target and vector(4) on the source.",
                "log: The column message is missing on the target.",
            ])
        #expect(try report.table("events").state == .same)
    }

    @Test func `where no table can be compared, the error names each obstacle`() async throws {
        try await VerifyFixture.withProvenCopy { databases in
            try databases.target.run(
                "DROP TABLE log; ALTER TABLE items DROP content; ALTER TABLE events RENAME TO other")
            let error = try await databases.engine().verifyError()
            #expect(error.code == .notComparable)
            for part in ["public.log: The table does not exist", "The column content is missing", "public.events"] {
                #expect(error.description.contains(part))
            }
        }
    }

    @Test func `rows that the role may not read are an error`() async throws {
        try await Rig.withDatabases(setup: VerifyFixture.tables) { databases in
            let role = "r\(databases.target.name)"
            try databases.target.run(
                """
                CREATE ROLE \(role) LOGIN PASSWORD 'verify-test'; GRANT SELECT ON items, events, events_low, events_high TO \(role);
                GRANT SELECT ON log TO \(role); ALTER TABLE log ENABLE ROW LEVEL SECURITY
                """)
            defer { _ = try? databases.target.run("DROP OWNED BY \(role); DROP ROLE \(role)") }
            var engine = try databases.engine()
            var parameters = engine.target.parameters
            parameters["user"] = role
            parameters["password"] = "verify-test"
            engine.target = Endpoint(.target, parameters, interrupt: engine.workers.interrupt)
            let error = try await engine.verifyError()
            #expect(error.cause?.sqlState == "42501")
            #expect(error.description.contains("log"))
            // A role that may only read is enough for the rest.
            var request = VerifyRequest()
            request.selection.excluded = ["log"]
            let report = try await engine.verify(request)
            #expect(report.outcome == .same)
        }
    }

    @Test func `a table that only the target has can be left out by name, and a mistyped name is an error`()
        async throws
    {
        try await VerifyFixture.withProvenCopy { databases in
            try databases.target.run("CREATE TABLE scratch (n int)")
            var request = VerifyRequest()
            request.selection.all = true
            request.selection.excluded = ["scratch"]
            let report = try await databases.engine().verify(request)
            #expect(!report.notes.contains { $0.code == .tableOnlyOnTarget })
            request.selection.excluded = ["scratsch"]
            #expect(try await databases.engine().verifyError(request).message.contains("scratsch"))
        }
    }

    @Test func `one database is not compared with itself`() async throws {
        try await Rig.withDatabases(setup: VerifyFixture.tables) { databases in
            var engine = try databases.engine()
            engine.target = Endpoint(.target, engine.source.parameters, interrupt: engine.workers.interrupt)
            let error = try await engine.verifyError()
            #expect(error.code == .invalidRequest)
        }
    }

    @Test func `only the chosen tables and bots are compared`() async throws {
        try await VerifyFixture.withProvenCopy { databases in
            try databases.target.run("UPDATE items SET title = 'x' WHERE botid = 'bot1'; TRUNCATE log")
            var request = VerifyRequest()
            request.selection.tables = ["items"]
            request.selection.bots = ["bot0", "bot2"]
            let report = try await databases.verify(request)
            #expect(report.outcome == .same)
            #expect(report.tables.map(\.name.name) == ["items"])
            #expect(try report.table("items").source.rows == 40)
            request.selection.bots = ["bot1", "nobody"]
            let other = try await databases.verify(request)
            #expect(try other.table("items").counts.differing == 20)
            #expect(other.notes.contains { $0.code == .unknownBots })
        }
    }

    @Test func `a comparison of nothing is an error`() async throws {
        try await VerifyFixture.withProvenCopy { databases in
            var request = VerifyRequest()
            request.selection.tables = ["items"]
            request.selection.bots = ["nobody"]
            let engine = try databases.engine()
            let error = try await engine.verifyError(request)
            #expect(error.code == .notComparable)
        }
    }

    @Test func `bots that a copy kept are left out, and the report says so`() async throws {
        try await Rig.withDatabases(setup: VerifyFixture.tables) { databases in
            try databases.source.run(
                "INSERT INTO items SELECT 'new' || i, 'bot' || i % 3 FROM generate_series(1, 30) AS i")
            try databases.target.run("INSERT INTO items VALUES ('old1', 'bot1'), ('old9', 'bot9')")
            var copy = CopyRequest()
            copy.existing = .keep
            #expect(try await databases.engine().copy(copy).outcome == .proven)
            let report = try await databases.verify()
            #expect(report.outcome == .same)
            let items = try report.table("items")
            #expect(items.source.rows == 20)
            #expect(items.keptBots == ["bot1", "bot9"])
            #expect(report.notes.contains { $0.code == .botsKept })
            // Without a ledger, everything is compared.
            try databases.target.run("DROP SCHEMA vecferry CASCADE")
            let all = try await databases.verify()
            #expect(try all.table("items").counts == FindingCounts(missing: 10, extra: 1, differing: 0))
            #expect(try all.table("items").bots?.filter { $0.state == .differs }.map(\.bot) == ["bot1"])
            #expect(try all.table("items").targetBots == [BotRows(bot: "bot9", rows: 1)])
        }
    }

    @Test func `a later copy of another table does not make the kept bots forgotten`() async throws {
        try await Rig.withDatabases(setup: VerifyFixture.tables) { databases in
            try databases.source.run(
                "INSERT INTO items SELECT 'new' || i, 'bot' || i % 3 FROM generate_series(1, 30) AS i")
            try databases.target.run("INSERT INTO items VALUES ('old1', 'bot1'), ('old9', 'bot9')")
            var copy = CopyRequest()
            copy.existing = .keep
            copy.selection.tables = ["items"]
            #expect(try await databases.engine().copy(copy).outcome == .proven)
            copy.selection.tables = ["events"]
            #expect(try await databases.engine().copy(copy).outcome == .proven)
            let report = try await databases.verify()
            #expect(report.outcome == .same)
            #expect(try report.table("items").keptBots == ["bot1", "bot9"])
        }
    }

    @Test func `a change during the comparison is not seen by half`() async throws {
        try await VerifyFixture.withProvenCopy { databases in
            let target = databases.target
            let engine = try databases.engine { event in
                if case .began(.compare) = event { _ = try? target.run("DELETE FROM items WHERE botid = 'bot1'") }
            }
            #expect(try await engine.verify(VerifyRequest()).outcome == .same)
            #expect(try await databases.verify().table("items").counts.missing == 20)
        }
    }

    @Test func `nothing is written on either side`() async throws {
        try await VerifyFixture.withProvenCopy { databases in
            try databases.both(
                "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only TO on', current_database()); END $$"
            )
            #expect(try await databases.verify().outcome == .same)
        }
    }
}
