import Ferry
import RigSupport
import Testing

/// Which tables are copied.
@Suite struct SelectionTests {
    private static let setup = """
        CREATE SCHEMA "Other";
        CREATE TABLE vectors (id int PRIMARY KEY, embedding vector(2));
        CREATE TABLE by_bot (botid char(26), t text);
        CREATE TABLE "Other"."By Bot" (bot_id uuid);
        CREATE TABLE by_column (assistant bigint);
        CREATE TABLE refers (id int PRIMARY KEY, vector int REFERENCES vectors);
        CREATE TABLE two_steps (id int, refers int REFERENCES refers);
        CREATE TABLE parent (id int PRIMARY KEY); ALTER TABLE vectors ADD parent int REFERENCES parent;
        CREATE TABLE users (id int); CREATE TABLE bits (id int, b bit(8)); CREATE TABLE plain_bits (id int, b bit(8));
        """

    /// The chosen tables, each with its role.
    private func chosen(
        onTargetServer: Bool = false, setup: String = SelectionTests.setup, _ change: (inout TableSelection) -> Void
    ) async throws -> (tables: [String], blockers: [Note.Code]) {
        try await Rig.withDatabases(setup: setup, onTargetServer: onTargetServer) { databases in
            var request = CopyRequest()
            change(&request.selection)
            let plan = try await databases.engine().plan(request)
            return (plan.pairs.map { "\($0.name.name) \($0.role)" }.sorted(), plan.blockers.map(\.code))
        }
    }

    @Test func `by default the embedding tables and the bot tables go`() async throws {
        let index = "CREATE INDEX ON bits USING hnsw (b bit_hamming_ops);"
        let result = try await chosen(onTargetServer: true, setup: Self.setup + index) { _ in }
        #expect(
            result.tables == [
                "By Bot bot", "bits embedding", "by_bot bot", "parent bot", "refers bot", "vectors embedding",
            ])
        #expect(result.blockers == [])
    }

    @Test func `the bot column may have another name`() async throws {
        let result = try await chosen { $0.botColumn = "assistant" }
        #expect(result.tables == ["by_column bot", "parent bot", "refers bot", "vectors embedding"])
    }

    @Test func `patterns choose and exclude tables as psql's do`() async throws {
        #expect(try await chosen { $0.tables = ["BY_*"] }.tables == ["by_bot bot", "by_column other"])
        #expect(try await chosen { $0.tables = ["\"Other\".*", "users"] }.tables == ["By Bot bot", "users other"])
        #expect(try await chosen { $0.excluded = ["public.*"] }.tables == ["By Bot bot"])
        #expect(try await chosen { $0.all = true }.tables.count == 10)
        let allBut = try await chosen {
            $0.all = true
            $0.excluded = ["*bits", "\"Other\".*"]
        }
        #expect(allBut.tables.count == 7)
    }

    @Test func `a pattern that means nothing is a blocker`() async throws {
        #expect(try await chosen { $0.tables = ["by bot"] }.blockers == [.noSuchTable])
        #expect(try await chosen { $0.tables = ["a.b.c"] }.blockers.contains(.badPattern))
        #expect(try await chosen { $0.excluded = ["\"open"] }.blockers == [.badPattern])
        #expect(try await chosen { $0.excluded = ["*"] }.blockers == [.nothingToCopy])
    }

    @Test func `bots that can't be found are reported, and tables without bots are copied whole`() async throws {
        let setup = "CREATE TABLE items (botid char(26), embedding vector(2)); CREATE TABLE sizes (id int)"
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run("INSERT INTO items VALUES ('a', '[1,2]')")
            var request = CopyRequest()
            request.selection.all = true
            request.selection.bots = ["a", "nobody"]
            var plan = try await databases.engine().plan(request)
            #expect(plan.warnings.map(\.code) == [.unknownBots, .notLimited])
            request.selection.bots = [String(repeating: "x", count: 27)]
            plan = try await databases.engine().plan(request)
            #expect(plan.blockers.map(\.code) == [.botTooLong])
            request.selection.tables = ["sizes"]
            plan = try await databases.engine().plan(request)
            #expect(plan.blockers.map(\.code) == [.noBotColumn])
        }
    }

    @Test func `every bot finds the same rows on both sides, searching exactly`() async throws {
        let setup = """
            CREATE TABLE items (id char(26) PRIMARY KEY, botid char(26), content text, source text, embedding vector(8));
            CREATE INDEX idx_items_embedding ON items USING ivfflat (embedding vector_l2_ops) WITH (lists = 10);
            CREATE INDEX idx_items_botid ON items (botid);
            """
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run(
                """
                INSERT INTO items SELECT lpad(i::text, 26, '0'), 'bot' || i % 7, 'text ' || i, 's3://' || i % 13,
                    (SELECT array_agg(sin(i * k + i % 7)) FROM generate_series(1, 8) AS k)::real[]::vector
                FROM generate_series(1, 2000) AS i
                """)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            for bot in 0..<7 {
                let nearest = """
                    SELECT id, botid, content, source, embedding FROM items WHERE botid = 'bot\(bot)'
                    ORDER BY embedding <-> '[1,-1,0.5,0,0,0.25,-0.5,1]' LIMIT 20
                    """
                // A CTE that is materialized keeps the index out of it.
                let exact = nearest.replacing("FROM items", with: "FROM (SELECT * FROM items OFFSET 0) AS items")
                #expect(try databases.sameRows(exact) == 20)
            }
        }
    }
}
