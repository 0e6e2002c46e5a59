import Ferry
import RigSupport
import Testing

/// Tables of many kinds, copied and proven, from which each test of verify starts.
enum VerifyFixture {
    /// `items` is a bot table with a key, `log` has no key, `events` is partitioned.
    static let tables = """
        CREATE TABLE items (
            id char(26) PRIMARY KEY, botid char(26), title text, content text, price numeric, at timestamptz,
            embedding vector(4));
        CREATE TABLE log (message text, embedding vector(2));
        CREATE TABLE events (id int PRIMARY KEY, name text, embedding vector(2)) PARTITION BY RANGE (id);
        CREATE TABLE events_low PARTITION OF events FOR VALUES FROM (0) TO (50);
        CREATE TABLE events_high PARTITION OF events FOR VALUES FROM (50) TO (1000);
        """

    private static let rows = """
        INSERT INTO items
        SELECT lpad(i::text, 26, '0'), 'bot' || i % 3, 'Title ' || i, CASE WHEN i % 10 = 7 THEN NULL ELSE 'text ' || i END,
            i * 1.5, '2026-01-01 00:00:00Z'::timestamptz + i * interval '1 minute', ARRAY[i, 0.1, i / 7.0, 0]::vector
        FROM generate_series(1, 60) AS i;
        INSERT INTO log SELECT 'line ' || i % 10, ARRAY[i % 10, 1]::vector FROM generate_series(0, 29) AS i;
        INSERT INTO events SELECT i, 'event ' || i, ARRAY[i, 1]::vector FROM generate_series(0, 99) AS i;
        """

    /// Runs `body` on two databases that a copy has just proven to be the same.
    static func withProvenCopy(_ body: (RigDatabases) async throws -> Void) async throws {
        try await Rig.withDatabases(setup: tables) { databases in
            try databases.source.run(rows)
            let copied = try await databases.engine().copy(CopyRequest())
            #expect(copied.outcome == .proven)
            try await body(databases)
        }
    }

    /// Changes the target of a proven copy, and returns what verify finds.
    static func findings(_ change: String, of table: String = "items") async throws -> TableComparison {
        var found: TableComparison?
        try await withProvenCopy { databases in
            #expect(try await databases.verify().outcome == .same)
            try databases.target.run(change)
            let report = try await databases.verify()
            #expect(report.outcome == .differs)
            let others = report.tables.filter { $0.name.name != table }
            #expect(others.allSatisfy { $0.state == .same && $0.counts == .zero })
            found = try report.table(table)
        }
        return try #require(found)
    }

    /// The id of `items`' row number `number`.
    static func id(_ number: Int) -> [String: String] {
        let digits = String(number)
        return ["id": String(repeating: "0", count: 26 - digits.count) + digits]
    }
}

extension RigDatabases {
    /// Compares the two.
    func verify(_ request: VerifyRequest = VerifyRequest()) async throws -> VerifyReport {
        try await engine().verify(request)
    }
}

extension VerifyReport {
    /// The comparison of a table of schema public.
    func table(_ name: String) throws -> TableComparison {
        try #require(tables.first { $0.name == QualifiedName(schema: "public", name: name) })
    }
}

extension Engine {
    /// What a comparison that can't be made is refused with.
    func verifyError(_ request: VerifyRequest = VerifyRequest()) async throws -> FerryError {
        do throws(FerryError) {
            let report = try await verify(request)
            Issue.record("The comparison was made, with outcome \(report.outcome).")
        } catch {
            return error
        }
        throw Cancelled()
    }

    private struct Cancelled: Error {}
}
