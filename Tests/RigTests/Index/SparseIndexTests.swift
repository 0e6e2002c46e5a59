import Postgres
import RigSupport
import Testing

@testable import Ferry

/// Sparse vectors that hnsw does not take: more than 1,000 non-zero elements.
@Suite struct SparseIndexTests {
    private static let setup = """
        CREATE TABLE items (id int PRIMARY KEY, botid text, embedding sparsevec(4000));
        CREATE TABLE notes (id int PRIMARY KEY, item int, t text);
        """
    private static let index = "CREATE INDEX e ON items USING hnsw (embedding sparsevec_l2_ops)"

    /// A vector of as many ones.
    private static func vector(_ count: Int) -> String {
        """
        (SELECT '{' || string_agg(d || ':1', ',' ORDER BY d) || '}/4000' FROM generate_series(1, \(count)) AS d)::sparsevec
        """
    }

    private func fill(_ databases: RigDatabases, longest: Int) throws {
        try databases.source.run(
            """
            INSERT INTO items SELECT i, 'b' || i % 2, ('{1:' || i || '}/4000')::sparsevec FROM generate_series(1, 100) AS i;
            INSERT INTO items VALUES (101, 'b1', \(Self.vector(longest)))
            """)
    }

    @Test func `1,000 elements are indexed, and one more is a blocker that names the index`() async throws {
        try await Rig.withDatabases(setup: Self.setup, onTargetServer: true) { databases in
            try databases.target.run(Self.index)
            try fill(databases, longest: 1_000)
            let engine = try databases.engine()
            #expect(try await engine.plan(CopyRequest()).isReady)
            try databases.source.run("UPDATE items SET embedding = \(Self.vector(1_001)) WHERE id = 101")
            let plan = try await engine.plan(CopyRequest())
            #expect(plan.blockers.map(\.code) == [.indexSparse])
            #expect(plan.blockers.first?.message.contains("public.e can't be built") == true)
            // The statement in the hint finds the row.
            let query = try #require(plan.blockers.first?.hint?.split(separator: "Find them with ").last?.dropLast())
            #expect(try databases.source.run(String(query)).map { $0[0] } == ["101"])
            // Of some bots' rows nobody knows before they are read.
            var request = CopyRequest()
            request.selection.bots = ["b0"]
            let some = try await engine.plan(request)
            #expect(some.isReady)
            #expect(some.warnings.map(\.code).contains(.indexSparse))
            #expect(try await engine.copy(request).outcome == .proven)
        }
    }

    @Test func `an index of a part of the rows is no blocker where the long ones are not in it`() async throws {
        try await Rig.withDatabases(setup: Self.setup, onTargetServer: true) { databases in
            try databases.target.run(Self.index + " WHERE id <= 100")
            try fill(databases, longest: 1_500)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
        }
    }

    /// Compressed, a long vector hides from the plan.
    @Test(arguments: [false, true])
    func `where the plan does not see it, rows and constraints are whole and the copy continues with another index`(
        online: Bool
    ) async throws {
        let setup = Self.setup + "ALTER TABLE items ALTER embedding SET STORAGE EXTENDED;"
        try await Rig.withDatabases(setup: setup, onTargetServer: true) { databases in
            try databases.target.run(
                Self.index + "; ALTER TABLE notes ADD CONSTRAINT fk FOREIGN KEY (item) REFERENCES items")
            try fill(databases, longest: 1_001)
            var request = CopyRequest()
            request.index.online = online
            #expect(try await databases.engine().plan(request).isReady)
            let report = try await databases.engine().copy(request)
            #expect(report.outcome == .failed)
            let table = try #require(report.tables.first { $0.name.name == "items" })
            #expect(table.error?.contains("non-zero elements") == true)
            #expect(table.error?.contains("index of the same name") == true)
            if !online {
                #expect(try databases.sameRows("SELECT * FROM items ORDER BY id") == 101)
                #expect(try databases.target.value("SELECT count(*) FROM pg_constraint WHERE conname = 'fk'") == "1")
            }
            // As the hint says.
            try databases.target.run("DROP INDEX IF EXISTS e; \(Self.index) WHERE id <= 100")
            let log = EventLog()
            #expect(try await databases.engine(events: log.take).copy(request).outcome == .proven)
            #expect(try databases.sameRows("SELECT * FROM items ORDER BY id") == 101)
            #expect(try databases.target.value("SELECT count(*) FROM pg_constraint WHERE conname = 'fk'") == "1")
            #expect(log.warnings.map(\.code).contains(.indexReplaced) == !online)
        }
    }
}
