import Ferry
import RigSupport
import Testing

/// Searches are run as the app runs them, on both sides.
@Suite struct VerifySearchTests {
    /// Random vectors around 20 centres: what embeddings look like more than uniform noise does.
    private static let fill = """
        SELECT setseed(0.42);
        CREATE TEMP TABLE centre AS
            SELECT c, ARRAY(SELECT random() FROM generate_series(1, 16) WHERE c IS NOT NULL) AS v FROM generate_series(0, 19) AS c;
        INSERT INTO items
        SELECT lpad(i::text, 26, '0'), 'bot' || i % 4, 'content ' || i,
            (SELECT array_agg(x + random() * 0.4 ORDER BY n) FROM unnest(centre.v) WITH ORDINALITY AS u (x, n))::vector
        FROM generate_series(1, 4000) AS i JOIN centre ON centre.c = i % 20
        """

    private static let table =
        "CREATE TABLE items (id char(26) PRIMARY KEY, botid char(26), content text, embedding vector(16))"
    private static let index =
        "CREATE INDEX items_embedding ON items USING ivfflat (embedding vector_l2_ops) WITH (lists = 20)"

    private func request(queries: Int = 20) -> VerifyRequest {
        var request = VerifyRequest()
        request.search = SearchRequest(queries: queries, k: 5)
        return request
    }

    @Test func `the same rows give the same exact answers, and recall is measured`() async throws {
        try await Rig.withDatabases(setup: Self.table) { databases in
            try databases.source.run(Self.fill)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            try databases.both(Self.index)
            let report = try await databases.verify(request())
            #expect(report.outcome == .same)
            let search = try #require(report.searches.first)
            #expect(search.queries == 20 && search.k == 5 && search.distance == "<->" && search.differing == 0)
            for side in [search.source, search.target] {
                #expect(side.index?.name == "items_embedding" && side.method == "ivfflat")
                #expect(side.options["lists"] == "20" && side.settings["ivfflat.probes"] == "1")
                #expect(side.figures.queries == 20 && side.figures.expected == 100)
                #expect(side.figures.recall ?? 0 > 0.2 && side.figures.p95 >= side.figures.p50)
                #expect(
                    side.choosesIndex && side.plans.reduce(0) { $0 + $1.queries } == 20 && side.exactMilliseconds > 0)
            }
        }
    }

    @Test func `with all lists probed nothing is missed`() async throws {
        try await Rig.withDatabases(setup: Self.table) { databases in
            try databases.source.run(Self.fill)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            try databases.both(Self.index)
            try databases.both(
                "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET ivfflat.probes TO 20', current_database()); END $$")
            let search = try #require(try await databases.verify(request()).searches.first)
            #expect(search.source.figures.recall == 1 && search.target.figures.recall == 1)
            #expect(search.target.settings["ivfflat.probes"] == "20")
        }
    }

    @Test func `other rows give other answers`() async throws {
        try await Rig.withDatabases(setup: Self.table) { databases in
            try databases.source.run(Self.fill)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            try databases.target.run("DELETE FROM items WHERE botid = 'bot1'")
            let report = try await databases.verify(request())
            #expect(report.outcome == .differs)
            let search = try #require(report.searches.first)
            #expect(search.differing > 0 && search.differing < 20)
            #expect(search.source.index == nil && search.target.plans.map(\.kind) == [.allRows])
        }
    }

    @Test func `an index that the target lacks is reported`() async throws {
        try await Rig.withDatabases(setup: Self.table) { databases in
            try databases.source.run(Self.fill)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            try databases.source.run(Self.index)
            let report = try await databases.verify(request(queries: 3))
            #expect(report.outcome == .same)
            #expect(report.notes.contains { $0.code == .indexMissing })
        }
    }

    @Test func `worse recall on the target is a warning with its reason`() async throws {
        try await Rig.withDatabases(setup: Self.table) { databases in
            try databases.source.run(Self.fill)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            try databases.both(Self.index.replacing("lists = 20", with: "lists = 200"))
            try databases.source.run(
                "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET ivfflat.probes TO 200', current_database()); END $$")
            let report = try await databases.verify(request())
            let note = try #require(report.notes.first { $0.code == .recallLower })
            #expect(note.message.contains("1 of 200 lists"))
            let remedy = try #require(report.searches.first?.remedy)
            #expect(
                note.hint?.contains(remedy.statements.joined(separator: "; ")) == true
                    && remedy.setting == "ivfflat.probes")
            #expect(remedy.figures.recall ?? 0 > 0.9)
            // The statements work as they stand, also for a role that is no superuser but owns the database, and so does the way back.
            let role = try TestRole(on: databases.target, "LOGIN")
            defer { role.drop() }
            try databases.target.run("ALTER DATABASE \(databases.target.name) OWNER TO \(role.name)")
            try Psql.run(role.uri, remedy.statements.joined(separator: "; "))
            let search = try #require(try await databases.verify(request()).searches.first)
            #expect(!search.isWorse && search.target.settings["ivfflat.probes"] == "\(remedy.value)")
            try Psql.run(role.uri, remedy.undo.joined(separator: "; "))
            #expect(try await databases.verify(request()).searches.first?.isWorse == true)
        }
    }

    @Test(arguments: [true, false]) func `a repair searches too, whether it had work or not`(
        _ hasWork: Bool
    ) async throws {
        try await Rig.withDatabases(setup: Self.table) { databases in
            try databases.source.run(Self.fill)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            if hasWork { try databases.target.run("DELETE FROM items WHERE botid = 'bot1'") }
            var request = request(queries: 3)
            request.repair = .apply
            let report = try await databases.verify(request)
            #expect(report.outcome == .same && report.searches.first?.queries == 3)
        }
    }

    private func searched(_ setup: String, source: String = "", target: String = "") async throws -> VerifyReport {
        var report: VerifyReport?
        // Both on the target's server: the source's pgvector may be older than these types.
        try await Rig.withDatabases(setup: setup, onTargetServer: true) { databases in
            try databases.source.run(source)
            try databases.target.run(target)
            report = try await databases.verify(request(queries: 4))
        }
        return try #require(report)
    }

    @Test func `vectors of mixed dimensions are searched each among its own`() async throws {
        let report = try await searched(
            """
            CREATE TABLE docs (id int PRIMARY KEY, embedding vector);
            INSERT INTO docs SELECT i, CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN ARRAY[i, 1]::vector ELSE ARRAY[i, 1, 2]::vector END
            FROM generate_series(1, 300) AS i;
            CREATE INDEX e3 ON docs USING hnsw ((embedding::vector(3)) vector_cosine_ops) WHERE vector_dims(embedding) = 3
            """)
        #expect(report.outcome == .same)
        #expect(report.searches.map(\.differing) == [0] && report.searches[0].queries > 0)
        #expect(!report.notes.contains { $0.code == .searchNotTried })
    }

    @Test(arguments: [Side.source, .target])
    func `an index over an expression on one side alone is searched through`(_ side: Side) async throws {
        let rows = """
            CREATE TABLE docs (id int PRIMARY KEY, embedding vector(8));
            INSERT INTO docs
            SELECT i, ARRAY[i % 7 - 3, i % 5 - 2, i % 3 - 1, 1, -1, 1, i % 2, i % 11 - 5]::vector FROM generate_series(1, 1000) AS i
            """
        for (expression, method) in [
            ("(binary_quantize(embedding)::bit(8)) bit_hamming_ops", "<~>"),
            ("(embedding::halfvec(8)) halfvec_l2_ops", "<->"),
        ] {
            let index = "CREATE INDEX docs_embedding ON docs USING hnsw (\(expression))"
            let report = try await searched(
                rows, source: side == .source ? index : "", target: side == .target ? index : "")
            #expect(report.outcome == .same)
            let search = try #require(report.searches.first)
            #expect(search.distance == method && search.differing == 0)
            let (with, without) = side == .source ? (search.source, search.target) : (search.target, search.source)
            #expect(with.index?.name == "docs_embedding" && with.figures.recall != nil && without.index == nil)
        }
    }

    /// The text of an expression is never run on the other side: it may name a function that the other side lacks.
    @Test func `a search that can't be tried costs neither the comparison nor the other searches`() async throws {
        let report = try await searched(
            """
            CREATE TABLE docs (id int PRIMARY KEY, embedding vector(2), other vector(2));
            INSERT INTO docs SELECT i, ARRAY[i, 1]::vector, ARRAY[1, i]::vector FROM generate_series(1, 100) AS i
            """,
            source: """
                CREATE FUNCTION half(v vector) RETURNS vector LANGUAGE plpgsql IMMUTABLE AS
                    'BEGIN IF v IS NULL THEN RETURN NULL; END IF; RETURN (v::real[])::vector(2); END';
                CREATE INDEX docs_half ON docs USING hnsw ((half(embedding)::vector(2)) vector_l2_ops)
                """)
        #expect(report.outcome == .same && report.tables.map(\.state) == [.same])
        #expect(report.searches.map(\.column).contains("other"))
        let note = try #require(report.notes.first { $0.code == .searchNotTried })
        #expect(note.message.contains("embedding"))
    }

    @Test func `a search that takes its time is waited for`() async throws {
        try await Rig.withDatabases(setup: "CREATE TABLE items (id int PRIMARY KEY, embedding vector(2))") {
            databases in
            try databases.both("INSERT INTO items SELECT i, ARRAY[i, 1]::vector FROM generate_series(1, 5) AS i")
            try databases.target.run(
                """
                CREATE OR REPLACE FUNCTION l2_distance(vector, vector) RETURNS float8 LANGUAGE plpgsql IMMUTABLE STRICT AS
                'BEGIN PERFORM pg_sleep(0.6); RETURN vector_norm($1 - $2); END' SET search_path TO public
                """)
            var engine = try databases.engine(retry: RetryPolicy(attempts: 1, firstDelay: .zero, longestDelay: .zero))
            engine.target = Endpoint(
                .target, engine.target.parameters, stallLimit: .seconds(1), interrupt: engine.workers.interrupt)
            let report = try await engine.verify(request(queries: 1))
            let search = try #require(report.searches.first)
            #expect(search.differing == 0 && search.target.exactMilliseconds > 2000)
        }
    }
}
