import RigSupport
import Testing

@testable import Ferry

/// The target is made equal to the source, and nothing else is touched.
@Suite struct VerifyRepairTests {
    private static let damage = """
        DELETE FROM items WHERE id::text ~ '0[1-3]$';
        UPDATE items SET embedding = '[0,0,0,0]' WHERE id::text ~ '1[1-4]$';
        INSERT INTO items (id, botid) VALUES ('extra', 'bot1');
        DELETE FROM log WHERE message = 'line 4';
        INSERT INTO log SELECT * FROM log WHERE message = 'line 5';
        INSERT INTO log VALUES ('new', '[1,1]');
        UPDATE events SET id = 900 WHERE id = 7;
        UPDATE events SET name = NULL WHERE id = 8
        """

    private func request(_ repair: RepairMode, budget: Int = Locator.budget) -> VerifyRequest {
        var request = VerifyRequest()
        request.repair = repair
        request.locateBudget = budget
        request.maxFindings = 2
        return request
    }

    @Test func `a dry run says what it would do and changes nothing`() async throws {
        try await VerifyFixture.withProvenCopy { databases in
            try databases.target.run(Self.damage)
            let report = try await databases.verify(request(.dryRun))
            #expect(report.outcome == .differs)
            let repair = try #require(report.repair)
            #expect(repair.isDryRun)
            let items = try #require(repair.tables.first { $0.name.name == "items" })
            #expect(items == TableRepair(name: items.name, deleted: 1, inserted: 3, replaced: 4))
            let log = try #require(repair.tables.first { $0.name.name == "log" })
            #expect(log == TableRepair(name: log.name, deleted: 4, inserted: 3, replaced: 0))
            let again = try await databases.verify()
            #expect(again.tables.map(\.target) == report.tables.map(\.target))
        }
    }

    /// With a budget of a few rows the key space is cut finer and read many times: the result is the same.
    @Test(arguments: [Locator.budget, 5]) func `all rows that differ are repaired`(_ budget: Int) async throws {
        try await VerifyFixture.withProvenCopy { databases in
            try databases.target.run(Self.damage)
            let report = try await databases.verify(request(.apply, budget: budget))
            #expect(report.outcome == .same)
            let repair = try #require(report.repair)
            #expect(!repair.isDryRun)
            let items = try #require(repair.tables.first { $0.name.name == "items" })
            #expect(items == TableRepair(name: items.name, deleted: 1, inserted: 3, replaced: 4))
            let events = try #require(repair.tables.first { $0.name.name == "events" })
            #expect(events == TableRepair(name: events.name, deleted: 1, inserted: 1, replaced: 1))
            #expect(try await databases.verify().outcome == .same)
            #expect(
                try databases.target.value(
                    "SELECT encode(vector_send(embedding), 'hex') FROM items WHERE id::text ~ '11$'")
                    == databases.source.value(
                        "SELECT encode(vector_send(embedding), 'hex') FROM items WHERE id::text ~ '11$'"))
        }
    }

    @Test func `foreign keys hold while rows go and come`() async throws {
        try await Rig.withDatabases(
            setup: """
                CREATE TABLE bots (id int PRIMARY KEY, name text);
                CREATE TABLE docs (id int PRIMARY KEY, bot int NOT NULL REFERENCES bots, v vector(2))
                """
        ) { databases in
            try databases.both("INSERT INTO bots SELECT i, 'b' || i FROM generate_series(1, 10) AS i")
            try databases.both(
                "INSERT INTO docs SELECT i, i % 10 + 1, ARRAY[i, 1]::vector FROM generate_series(1, 50) AS i")
            try databases.target.run(
                """
                DELETE FROM docs WHERE bot = 3; DELETE FROM bots WHERE id = 3; UPDATE bots SET name = 'x' WHERE id = 4;
                INSERT INTO bots VALUES (11, 'eleven'); INSERT INTO docs VALUES (100, 11, '[1,1]')
                """)
            let report = try await databases.verify(request(.apply))
            #expect(report.outcome == .same)
            #expect(try databases.target.value("SELECT count(*) FROM bots") == "10")
        }
    }

    @Test func `triggers do not fire, and are there afterwards`() async throws {
        try await VerifyFixture.withProvenCopy { databases in
            try databases.target.run(
                """
                CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.title := ''spoilt''; RETURN NEW; END';
                CREATE TRIGGER spoil BEFORE INSERT OR UPDATE ON items FOR EACH ROW EXECUTE FUNCTION spoil();
                ALTER TABLE items ENABLE ALWAYS TRIGGER spoil;
                DELETE FROM items WHERE id::text ~ '0[1-3]$'
                """)
            #expect(try await databases.verify(request(.apply)).outcome == .same)
            #expect(try databases.target.value("SELECT tgenabled FROM pg_trigger WHERE tgname = 'spoil'") == "A")
        }
    }

    @Test func `columns that only the target has keep their values`() async throws {
        try await VerifyFixture.withProvenCopy { databases in
            try databases.target.run(
                "ALTER TABLE items ADD note text; UPDATE items SET note = id; UPDATE items SET title = 'x' WHERE id::text ~ '5$'"
            )
            let report = try await databases.verify(request(.apply))
            #expect(report.outcome == .same)
            #expect(report.notes.contains { $0.code == .columnOnlyOnTarget })
            #expect(try databases.target.value("SELECT count(*) FROM items WHERE note = id") == "60")
        }
    }

    @Test func `only the bots that were named are repaired`() async throws {
        try await VerifyFixture.withProvenCopy { databases in
            try databases.target.run("UPDATE items SET title = 'x' WHERE id::text ~ '[12]$'")
            var request = request(.apply)
            request.selection.tables = ["items"]
            request.selection.bots = ["bot1"]
            #expect(try await databases.verify(request).outcome == .same)
            let left = try databases.target.run("SELECT DISTINCT botid::text FROM items WHERE title = 'x' ORDER BY 1")
            #expect(left == [["bot0"], ["bot2"]])
        }
    }

    @Test func `values that hold OIDs are repaired as text`() async throws {
        try await Rig.withDatabases(setup: "CREATE TABLE t (id int PRIMARY KEY, v vector(2), vs vector[])") {
            databases in
            try databases.both(
                "INSERT INTO t SELECT i, ARRAY[i, 1]::vector, ARRAY['[1,2]', '[-0,0.1]']::vector[] FROM generate_series(1, 9) AS i"
            )
            try databases.target.run("UPDATE t SET vs = NULL WHERE id = 2; DELETE FROM t WHERE id = 3")
            #expect(try await databases.verify(request(.apply)).outcome == .same)
        }
    }
}
