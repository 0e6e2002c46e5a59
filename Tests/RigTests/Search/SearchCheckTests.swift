import Ferry
import Postgres
import RigSupport
import Testing

/// The check of searches at the end of a copy, and the settings under which it searches.
@Suite struct SearchCheckTests {
    private static let table = "CREATE TABLE items (id int PRIMARY KEY, embedding vector(8))"
    private static let rows = """
        INSERT INTO items SELECT i, ARRAY(SELECT sin(i * n) FROM generate_series(1, 8) AS n WHERE i > 0)::vector
        FROM generate_series(1, 2000) AS i
        """
    private static let index =
        "CREATE INDEX items_embedding ON items USING ivfflat (embedding vector_l2_ops) WITH (lists = 50)"
    private static let search = SearchRequest(queries: 20, k: 10)

    private func set(_ setting: String, of place: String, in database: RigDatabase) throws {
        try database.run("SELECT '[1]'::vector; ALTER \(place) SET \(setting)")
    }

    @Test func `a copy that is asked for no searches makes none, and one of tables without vectors is as good`()
        async throws
    {
        try await Rig.withDatabases(setup: "CREATE TABLE notes (id int PRIMARY KEY, botid text)") { databases in
            let report = try await databases.engine().copy(CopyRequest())
            #expect(report.outcome == .proven && report.searches == nil && !report.searchesAreAsGood)
            let again = try await databases.engine().copy(CopyRequest(), restart: true, search: Self.search)
            #expect(again.outcome == .proven && again.searches == [] && again.searchesAreAsGood)
        }
    }

    @Test func `a check that can't search costs nothing of the proof, and is not taken for a good one`() async throws {
        try await Rig.withDatabases(setup: Self.table) { databases in
            try databases.source.run(Self.rows)
            // Every search fails on the target.
            try databases.target.run(
                """
                CREATE OR REPLACE FUNCTION l2_distance(vector, vector) RETURNS float8 LANGUAGE plpgsql IMMUTABLE STRICT AS
                'BEGIN RAISE ''no distance''; END'
                """)
            let report = try await databases.engine().copy(CopyRequest(), search: Self.search)
            #expect(report.outcome == .proven && report.searches == [] && !report.searchesAreAsGood)
            #expect(report.notes.map(\.code).contains(.searchNotTried))
            #expect(try await databases.verify().outcome == .same)
        }
    }

    @Test func `a check that is stopped leaves a proven copy`() async throws {
        try await Rig.withDatabases(setup: Self.table) { databases in
            try databases.source.run(Self.rows)
            let interrupt = Interrupt()
            let engine = try databases.engine(interrupt: interrupt) { event in
                if case .began(.search) = event { interrupt.request() }
            }
            let report = try await engine.copy(CopyRequest(), search: Self.search)
            #expect(report.outcome == .proven && report.searches == nil && !report.searchesAreAsGood)
            let note = try #require(report.notes.first { $0.code == .searchesNotCompared })
            #expect(note.message.contains("stopped"))
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .alreadyFinished)
        }
    }

    @Test func `a check ends when its time is up, and says so`() async throws {
        try await Rig.withDatabases(setup: Self.table) { databases in
            try databases.source.run(Self.rows)
            try databases.target.run(
                """
                CREATE OR REPLACE FUNCTION l2_distance(vector, vector) RETURNS float8 LANGUAGE plpgsql IMMUTABLE STRICT AS
                'BEGIN PERFORM pg_sleep(0.01); RETURN vector_norm($1 - $2); END' SET search_path TO public
                """)
            var search = Self.search
            search.limit = .seconds(1)
            // The first query alone would take 20 seconds.
            let report = try await databases.engine().copy(CopyRequest(), search: search)
            #expect(report.outcome == .proven && report.searches == [])
            let note = try #require(report.notes.first { $0.code == .searchNotTried })
            #expect(note.message.contains("time was up"))

            // Some batches are done in time: what is reported is what both sides answered.
            try databases.target.run("DELETE FROM items WHERE id > 10")
            try databases.source.run("DELETE FROM items WHERE id > 10")
            search.queries = 2_000
            search.limit = .seconds(10)
            var verify = VerifyRequest()
            search.given = (0..<2_000).map { GivenQuery(vector: "[\($0),1,2,3,4,5,6,7]") }
            verify.search = search
            let cut = try #require(try await databases.verify(verify).searches.first)
            #expect(cut.isCut && cut.queries > 0 && cut.queries < 2_000)
            #expect(cut.source.figures.queries == cut.queries && cut.target.figures.queries == cut.queries)
        }
    }

    @Test func `searches have the settings of the table's owner in its database, and not those of the session's role`()
        async throws
    {
        try await Rig.withDatabases(setup: Self.table) { databases in
            try databases.source.run(Self.rows)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            try databases.both(Self.index)
            let owner = try TestRole(on: databases.target, "LOGIN")
            let app = try TestRole(on: databases.target, "LOGIN")
            let operators = try TestRole(on: databases.target, "LOGIN SUPERUSER")
            defer { for role in [owner, app, operators] { role.drop() } }
            let database = databases.target.name
            try databases.target.run("ALTER TABLE items OWNER TO \(owner.name); GRANT SELECT ON items TO \(app.name)")
            func probes(as role: String? = nil) async throws -> (String?, SearchFigures) {
                var engine = try databases.engine()
                engine.target = Endpoint(
                    .target, try ConnectionParameters(parsing: operators.uri), interrupt: engine.workers.interrupt)
                var request = VerifyRequest()
                request.search = Self.search
                request.search?.role = role
                let search = try #require(try await engine.verify(request).searches.first)
                return (search.target.settings["ivfflat.probes"], search.target.figures)
            }
            try set("ivfflat.probes = 49", of: "ROLE \(operators.name)", in: databases.target)
            #expect(try await probes().0 == "1")
            try set("ivfflat.probes = 2", of: "DATABASE \(database)", in: databases.target)
            #expect(try await probes().0 == "2")
            try set("ivfflat.probes = 3", of: "ROLE \(owner.name)", in: databases.target)
            #expect(try await probes().0 == "3")
            try set("ivfflat.probes = 50", of: "ROLE \(owner.name) IN DATABASE \(database)", in: databases.target)
            let (most, figures) = try await probes()
            #expect(most == "50" && figures.recall == 1)
            // The source has no such role.
            try databases.source.run("SET client_min_messages = error; CREATE ROLE \(app.name)")
            defer { _ = try? databases.source.run("DROP OWNED BY \(app.name); DROP ROLE \(app.name)") }
            try databases.source.run("GRANT SELECT ON items TO \(app.name)")
            #expect(try await probes(as: app.name).0 == "2")
        }
    }

    @Test func `a role that the server does not have is no reason to fail`() async throws {
        try await Rig.withDatabases(setup: Self.table) { databases in
            try databases.both(Self.rows)
            var request = VerifyRequest()
            request.search = Self.search
            request.search?.role = "nobody \"here\""
            let report = try await databases.verify(request)
            #expect(report.outcome == .same && report.searches.isEmpty)
            let note = try #require(report.notes.first { $0.code == .searchNotTried })
            #expect(note.message.contains("nobody \"here\""))
        }
    }
}
