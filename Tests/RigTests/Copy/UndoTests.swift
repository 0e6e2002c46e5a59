import Ferry
import RigSupport
import Testing

/// A copy that is given up leaves the target as it was, or says what is not.
@Suite struct UndoTests {
    private static let schema = """
        CREATE TABLE cols (id int PRIMARY KEY);
        CREATE TABLE docs (id int PRIMARY KEY, url text, c int REFERENCES cols, embedding vector(3));
        CREATE INDEX docs_embedding ON docs USING hnsw (embedding vector_l2_ops);
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER noted BEFORE INSERT ON docs FOR EACH ROW EXECUTE FUNCTION note();
        CREATE RULE kept AS ON DELETE TO docs DO ALSO NOTHING;
        """
    private static let rows = """
        INSERT INTO cols VALUES (1); INSERT INTO docs SELECT i, 'u' || i % 4, 1, '[1,2,3]' FROM generate_series(1, 5) AS i;
        """
    private static let state = """
        SELECT concat_ws(' ', (SELECT count(*) FROM pg_constraint WHERE conname = 'docs_c_fkey'), (SELECT count(*) FROM pg_class
            WHERE relname = 'docs_embedding'), (SELECT tgenabled FROM pg_trigger WHERE tgname = 'noted'),
            (SELECT ev_enabled FROM pg_rewrite WHERE rulename = 'kept'), (SELECT count(*) FROM docs), (SELECT count(*) FROM cols))
        """

    /// Runs a copy that fails at a unique index that only the target has.
    private func withFailedCopy(
        _ before: String = "", _ body: (RigDatabases, JobReport) async throws -> Void
    ) async throws {
        try await Rig.withDatabases(setup: Self.schema) { databases in
            try databases.source.run(Self.rows)
            try databases.target.run("CREATE UNIQUE INDEX docs_url ON docs (url);" + before)
            let report = try await databases.engine().copy(CopyRequest())
            #expect(report.outcome == .failed)
            try await body(databases, report)
        }
    }

    @Test func `a failed copy says what is still off, and undo puts it back`() async throws {
        try await withFailedCopy { databases, report in
            #expect(try databases.target.value(Self.state) == "0 0 D D 0 1")
            #expect(
                report.stillOff.map { "\($0.kind) \($0.name)" } == [
                    "index docs_embedding", "constraint docs_c_fkey", "trigger noted", "rule kept",
                ])
            let engine = try databases.engine().targetAlone
            let undone = try await engine.undo(UndoRequest())
            #expect(undone.stillOff.isEmpty)
            #expect(undone.tables.count == 2)
            #expect(!undone.deletedRows)
            #expect(try databases.target.value(Self.state) == "1 1 O O 0 0")
            #expect(try await engine.undo(UndoRequest()).job == nil)
        }
    }

    @Test func `what can't be put back is named, and comes back with the next undo`() async throws {
        try await withFailedCopy { databases, _ in
            // The key's definition is refused as long as its table has another column in that place.
            try databases.target.run("ALTER TABLE cols RENAME id TO number")
            let engine = try databases.engine().targetAlone
            let undone = try await engine.undo(UndoRequest())
            #expect(undone.stillOff.map(\.name) == ["docs_c_fkey"])
            #expect(undone.stillOff.first?.error?.contains("id") == true)
            #expect(try databases.target.value(Self.state) == "0 1 O O 0 0")
            try databases.target.run("ALTER TABLE cols RENAME number TO id")
            #expect(try await engine.undo(UndoRequest()).stillOff.isEmpty)
            #expect(try databases.target.value(Self.state) == "1 1 O O 0 0")
        }
    }

    /// The key was back when the job finished, and goes off again for the rows to be taken back.
    @Test func `what a finished copy had put back, and the undo could not, comes back with the next undo too`()
        async throws
    {
        try await Rig.withDatabases(setup: Self.schema) { databases in
            try databases.source.run(Self.rows)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            try databases.target.run("ALTER TABLE cols RENAME id TO number")
            let engine = try databases.engine().targetAlone
            var request = UndoRequest()
            request.finished = true
            #expect(try await engine.undo(request).stillOff.map(\.name) == ["docs_c_fkey"])
            #expect(try databases.target.value(Self.state) == "0 1 O O 0 0")
            try databases.target.run("ALTER TABLE cols RENAME number TO id")
            #expect(try await engine.undo(UndoRequest()).stillOff.isEmpty)
            #expect(try databases.target.value(Self.state) == "1 1 O O 0 0")
        }
    }

    @Test func `a finished copy is taken back only if that is asked for`() async throws {
        try await Rig.withDatabases(setup: Self.schema) { databases in
            try databases.source.run(Self.rows)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            let engine = try databases.engine().targetAlone
            let error = await #expect(throws: FerryError.self) { try await engine.undo(UndoRequest()) }
            #expect(error?.code == .invalidRequest)
            #expect(try databases.target.value(Self.state) == "1 1 O O 5 1")
            var request = UndoRequest()
            request.finished = true
            #expect(try await engine.undo(request).stillOff.isEmpty)
            #expect(try databases.target.value(Self.state) == "1 1 O O 0 0")
        }
    }

    @Test func `rules do not fire while bots are replaced, and block a repair`() async throws {
        let schema = """
            CREATE TABLE items (id int PRIMARY KEY, botid text, embedding vector(2)); CREATE TABLE log (n int);
            CREATE RULE added AS ON INSERT TO items DO ALSO INSERT INTO log VALUES (1);
            CREATE RULE gone AS ON DELETE TO items DO ALSO INSERT INTO log VALUES (2);
            """
        try await Rig.withDatabases(setup: schema) { databases in
            try databases.source.run("INSERT INTO items VALUES (1, 'a', '[1,1]'), (2, 'a', '[2,2]')")
            try databases.target.run("INSERT INTO items VALUES (9, 'a', '[9,9]'); TRUNCATE log")
            var request = CopyRequest()
            request.existing = .replace
            #expect(try await databases.engine().copy(request).outcome == .proven)
            #expect(try databases.target.value("SELECT count(*) FROM log") == "0")
            try databases.target.run(
                "ALTER TABLE items DISABLE RULE gone; DELETE FROM items WHERE id = 1; ALTER TABLE items ENABLE ALWAYS RULE gone"
            )
            var verify = VerifyRequest()
            verify.repair = .apply
            let error = await #expect(throws: FerryError.self) { try await databases.engine().verify(verify) }
            #expect(error?.code == .blocked)
            #expect(try databases.target.value("SELECT count(*) FROM log") == "0")
            let enabled =
                "SELECT string_agg(ev_enabled::text, '' ORDER BY rulename) FROM pg_rewrite WHERE ev_class = 'items'::regclass"
            #expect(try databases.target.value(enabled) == "OA")
        }
    }
}
