import Ferry
import Postgres
import RigSupport
import Testing

/// Rows that the target has already change only if a flag says so.
@Suite struct ExistingTests {
    private static let items = "CREATE TABLE items (id text PRIMARY KEY, botid text, embedding vector(2));"

    private func request(_ existing: ExistingRows, bots: [String]? = nil, tables: [String] = []) -> CopyRequest {
        var request = CopyRequest()
        request.existing = existing
        request.selection.bots = bots
        request.selection.tables = tables
        return request
    }

    private func ids(_ database: RigDatabase, _ table: String = "items") throws -> String? {
        try database.value("SELECT string_agg(id::text, ' ' ORDER BY id::text COLLATE \"C\") FROM \(table)")
    }

    /// Bots a and b, rows of no bot and of '' on the source; b again, c and no bot, under new ids, on the target.
    private func fill(_ databases: RigDatabases) throws {
        try databases.source.run(
            """
            INSERT INTO items VALUES ('a1', 'a', '[1,1]'), ('a2', 'a', '[1,1]'), ('b1', 'b', '[1,1]'), ('n1', NULL, '[1,1]'),
                ('e1', '', '[1,1]')
            """)
        try databases.target.run(
            "INSERT INTO items VALUES ('B1', 'b', '[2,2]'), ('C1', 'c', '[2,2]'), ('N1', NULL, '[2,2]')")
    }

    @Test(
        arguments: [
            (ExistingRows.keep, "B1 C1 N1 a1 a2 e1"), (.replace, "C1 a1 a2 b1 e1 n1"), (.truncate, "a1 a2 b1 e1 n1"),
        ])
    func `a bot is kept, replaced or truncated as one, with any keys of its rows`(
        existing: ExistingRows, ids expected: String
    ) async throws {
        try await Rig.withDatabases(setup: Self.items) { databases in
            try fill(databases)
            let report = try await databases.engine().copy(request(existing))
            #expect(report.outcome == .proven)
            #expect(try ids(databases.target) == expected)
            let kept: [String?] = existing == .keep ? [nil, "b"] : []
            #expect(Set(report.tables.first?.keptBots ?? []) == Set(kept))
        }
    }

    @Test(
        arguments: [
            (ExistingRows.keep, nil, [], 3), (.replace, nil, [], 5), (.keep, ["a", "b"], [], 2),
            (.replace, ["b", "c"], [], 1),
            (.keep, nil, ["a"], 1), (.truncate, nil, ["a", "zz"], 3),
        ] as [(ExistingRows, [String]?, [String], Int)])
    func `the plan counts the rows that it will copy`(
        existing: ExistingRows, bots: [String]?, excluded: [String], rows: Int
    ) async throws {
        try await Rig.withDatabases(setup: Self.items) { databases in
            try fill(databases)
            var request = request(existing, bots: bots)
            request.selection.excludedBots = excluded
            #expect(try await databases.engine().plan(request).pairs.map(\.estimatedRows) == [rows])
            #expect(try await databases.engine().copy(request).tables.map(\.source.rows) == [rows])
        }
    }

    @Test func `a bot that is excluded stays as the target has it, and verify leaves it out`() async throws {
        try await Rig.withDatabases(setup: Self.items) { databases in
            try fill(databases)
            var request = request(.replace)
            request.selection.excludedBots = ["a", "b"]
            let report = try await databases.engine().copy(request)
            #expect(report.outcome == .proven && report.tables.map(\.keptBots) == [[]])
            #expect(try ids(databases.target) == "B1 C1 e1 n1")
            let comparison = try await databases.verify()
            #expect(comparison.outcome == .same)
            #expect(try comparison.table("items").keptBots == ["a", "b", "c"])
            var limited = VerifyRequest()
            limited.allBots = true
            limited.selection.excludedBots = ["b", "c"]
            #expect(try await databases.verify(limited).table("items").counts.missing == 2)
            // The same selection is the same job; without it, it is another.
            #expect(try await databases.engine().copy(request).outcome == .alreadyFinished)
        }
    }

    @Test(arguments: [Side.source, .target])
    func `a key that is DEFERRABLE is called that, with the statement that makes it serve`(_ side: Side) async throws {
        try await Rig.withDatabases(setup: "CREATE TABLE docs (id int, \"No\" int, v vector(2))") { databases in
            let key = "ALTER TABLE docs ADD CONSTRAINT docs_pkey PRIMARY KEY (id, \"No\")"
            try (side == .source ? databases.source : databases.target).run(key + " DEFERRABLE")
            try (side == .source ? databases.target : databases.source).run(key)
            try databases.target.run("INSERT INTO docs VALUES (1, 1, NULL)")
            let plan = try await databases.engine().plan(request(.keep))
            let blocker = try #require(plan.blockers.first)
            #expect(plan.blockers.count == 1 && blocker.code == .noKey && blocker.side == side)
            #expect(blocker.message.contains("its primary key docs_pkey is DEFERRABLE"))
            let statement =
                "ALTER TABLE public.docs DROP CONSTRAINT docs_pkey, ADD CONSTRAINT docs_pkey PRIMARY KEY (id, \"No\")"
            #expect(blocker.hint?.contains(statement) == true, "\(blocker)")
            try (side == .source ? databases.source : databases.target).run(statement)
            #expect(try await databases.engine().copy(request(.keep)).outcome == .proven)
        }
    }

    @Test func `without a flag a table that holds rows is refused, and nothing is touched`() async throws {
        try await Rig.withDatabases(setup: Self.items) { databases in
            try fill(databases)
            let before = try databases.target.fingerprint()
            let plan = try await databases.engine().plan(request(.fail))
            #expect(plan.blockers.map(\.code) == [.notEmpty])
            #expect(
                plan.blockers.map(\.message) == [
                    "The table already holds 3 rows of 3 bots: no bot (1, 1 on the source), b (1, 1 on the source), "
                        + "c (1, none on the source)."
                ])
            let error = await #expect(throws: FerryError.self) { try await databases.engine().copy(request(.fail)) }
            #expect(error?.code == .blocked)
            #expect(try databases.target.fingerprint() == before)
        }
    }

    @Test(
        arguments: [
            (ExistingRows.keep, "B1 C1 N1 a1 a2"), (.replace, "C1 N1 a1 a2 b1"), (.truncate, "a1 a2 b1"),
        ])
    func `named bots alone are copied, and only their rows go`(
        existing: ExistingRows, ids expected: String
    ) async throws {
        try await Rig.withDatabases(setup: Self.items) { databases in
            try fill(databases)
            let engine = try databases.engine()
            #expect(try await engine.copy(request(existing, bots: ["a", "b", "gone"])).outcome == .proven)
            #expect(try ids(databases.target) == expected)
        }
    }

    private static let joined = """
        CREATE TABLE documents (id int PRIMARY KEY, botid text, title text);
        CREATE TABLE chunks (id int PRIMARY KEY, document int REFERENCES documents ON DELETE CASCADE, embedding vector(2));
        CREATE TABLE notes (id int PRIMARY KEY, chunk int REFERENCES chunks, note text);
        """

    private func fillJoined(_ databases: RigDatabases) throws {
        try databases.source.run(
            """
            INSERT INTO documents VALUES (1, 'a', 's'), (2, 'b', 's'), (3, NULL, 's');
            INSERT INTO chunks VALUES (10, 1, '[1,1]'), (11, 1, '[1,1]'), (20, 2, '[1,1]'), (30, 3, '[1,1]'), (99, NULL, '[1,1]');
            INSERT INTO notes VALUES (100, 10, 's'), (200, 20, 's'), (300, 30, 's'), (999, NULL, 's')
            """)
    }

    @Test func `named bots are copied through foreign keys`() async throws {
        try await Rig.withDatabases(setup: Self.joined) { databases in
            try fillJoined(databases)
            #expect(try await databases.engine().copy(request(.fail, bots: ["a"])).outcome == .proven)
            #expect(try ids(databases.target, "documents") == "1")
            #expect(try ids(databases.target, "chunks") == "10 11")
            #expect(try ids(databases.target, "notes") == "100")
        }
    }

    @Test(arguments: [(ExistingRows.keep, "1 25 3", "10 11 225 30 99"), (.replace, "1 2 3", "10 11 20 30 99")])
    func `a bot found through foreign keys is kept or replaced in all tables`(
        existing: ExistingRows, documents: String, chunks: String
    ) async throws {
        try await Rig.withDatabases(setup: Self.joined) { databases in
            try fillJoined(databases)
            // Bot b under other keys, and without a note: the bot is there all the same.
            try databases.target.run(
                "INSERT INTO documents VALUES (25, 'b', 't'); INSERT INTO chunks VALUES (225, 25, '[2,2]')")
            #expect(try await databases.engine().copy(request(existing)).outcome == .proven)
            #expect(try ids(databases.target, "documents") == documents)
            #expect(try ids(databases.target, "chunks") == chunks)
            #expect(try ids(databases.target, "notes") == (existing == .keep ? "100 300 999" : "100 200 300 999"))
        }
    }

    @Test(arguments: [
        (ExistingRows.keep, "1 t|2 t|3 s|7 t"), (.replace, "1 s|2 s|3 s|7 t"), (.truncate, "1 s|2 s|3 s"),
    ])
    func `a table without bots is kept, replaced or truncated by its key`(
        existing: ExistingRows, rows: String
    ) async throws {
        let setup = """
            CREATE TABLE items (id int GENERATED ALWAYS AS IDENTITY, part text COLLATE "C", t text, embedding vector(2),
                twice int GENERATED ALWAYS AS (id * 2) STORED, PRIMARY KEY (part, id));
            """
        try await Rig.withDatabases(setup: setup) { databases in
            let insert = "INSERT INTO items (id, part, t, embedding) OVERRIDING SYSTEM VALUE"
            try databases.source.run("\(insert) SELECT i, 'p', 's', '[-0,1e-45]' FROM generate_series(1, 3) AS i")
            try databases.target.run("\(insert) SELECT i, 'p', 't', '[2,2]' FROM unnest('{1,2,7}'::int[]) AS i")
            let report = try await databases.engine().copy(request(existing))
            #expect(report.outcome == .proven)
            #expect(report.tables.first?.keptRows == (existing == .keep ? 2 : 0))
            #expect(
                try databases.target.value("SELECT string_agg(id || ' ' || t, '|' ORDER BY id) FROM items") == rows)
            #expect(try databases.sameRows("SELECT * FROM items WHERE t = 's' AND id = 3") == 1)
            #expect(try databases.target.value("SELECT count(*) FROM items WHERE twice <> id * 2") == "0")
        }
    }

    @Test func `rows without a key can't be distinguished`() async throws {
        try await Rig.withDatabases(setup: "CREATE TABLE items (id int, embedding vector(2), UNIQUE (id))") {
            databases in
            try databases.both("INSERT INTO items VALUES (NULL, '[1,1]')")
            for existing in [ExistingRows.keep, .replace] {
                #expect(try await databases.engine().plan(request(existing)).blockers.map(\.code) == [.noKey])
            }
        }
    }

    @Test(arguments: [ExistingRows.keep, .replace])
    func `rows are distinguished only by a key that both sides have`(existing: ExistingRows) async throws {
        let columns = "a int NOT NULL, b int NOT NULL, embedding vector(2)"
        try await Rig.withDatabases { databases in
            try databases.source.run("CREATE TABLE items (\(columns), UNIQUE (a, b))")
            try databases.target.run("CREATE TABLE items (\(columns), PRIMARY KEY (a))")
            // On the source, two rows share what names one on the target.
            try databases.source.run("INSERT INTO items VALUES (1, 1, '[1,1]'), (1, 2, '[1,1]')")
            try databases.target.run("INSERT INTO items VALUES (1, 9, '[1,1]')")
            #expect(try await databases.engine().plan(request(existing)).blockers.map(\.code) == [.noKey])
            // The order of a key's columns does not matter.
            try databases.target.run("ALTER TABLE items DROP CONSTRAINT items_pkey, ADD PRIMARY KEY (b, a)")
            #expect(try await databases.engine().copy(request(existing)).outcome == .proven)
            #expect(try databases.target.value("SELECT string_agg(b::text, ' ' ORDER BY b) FROM items") == "1 2 9")
        }
    }

    @Test(arguments: [ExistingRows.truncate, .replace])
    func `no row is deleted that a table outside the job refers to`(existing: ExistingRows) async throws {
        let setup = Self.items + "CREATE TABLE favourites (item text REFERENCES items ON DELETE CASCADE)"
        try await Rig.withDatabases(setup: setup) { databases in
            try fill(databases)
            try databases.target.run("INSERT INTO favourites VALUES ('B1')")
            let plan = try await databases.engine().plan(request(existing, tables: ["items"]))
            #expect(plan.blockers.map(\.code) == [.referenced])
            #expect(plan.blockers.first?.hint?.contains("public.favourites") == true)
            #expect(try databases.target.value("SELECT count(*) FROM favourites") == "1")
            // With it in the job, its rows are the source's too: none.
            #expect(try await databases.engine().copy(request(existing)).outcome == .proven)
            #expect(try databases.target.value("SELECT count(*) FROM favourites") == "0")
        }
    }
}
