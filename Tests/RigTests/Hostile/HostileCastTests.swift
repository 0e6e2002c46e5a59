import Postgres
import RigSupport
import Testing

@testable import Ferry

/// No cast or operator that the owner of a type has defined runs as the operator, or is believed.
@Suite struct HostileCastTests {
    private static let rows = """
        INSERT INTO bots VALUES ('a', 'A'), ('b', 'B');
        INSERT INTO items VALUES (1, 'a', '[1,1]'), (2, 'b', '[2,2]'), (3, NULL, '[3,3]');
        INSERT INTO pages VALUES (1, 'b', '[1,1]')
        """

    /// Runs `script` as a role on each side, which then owns the tables there.
    private static func withOwners(
        _ script: String, on pair: ServerPair, _ body: (RigDatabases) async throws -> Void
    ) async throws {
        try await Rig.withDatabases(on: try pair.servers) { databases in
            try await databases.source.withRole { owner in
                try await databases.target.withRole { other in
                    for (database, role) in [(databases.source, owner), (databases.target, other)] {
                        try database.run("GRANT ALL ON SCHEMA public TO \(role.name)")
                        try HostileScript.run(script, as: role.uri)
                    }
                    try await body(databases)
                }
            }
        }
    }

    @Test(arguments: ServerPair.allCases)
    func `bots are read and compared without their type's casts`(on pair: ServerPair) async throws {
        try await Self.withOwners("cast", on: pair) { databases in
            try databases.source.run(Self.rows)
            try databases.target.run("INSERT INTO items VALUES (9, 'b', '[9,9]')")
            let engine = try databases.engine()
            var keep = CopyRequest()
            keep.existing = .keep
            let kept = try await engine.plan(keep)
            #expect(kept.isReady, "\(kept.blockers)")
            #expect(kept.pairs.first { $0.name.name == "items" }?.filter.except == ["b"])
            var one = CopyRequest()
            one.existing = .replace
            one.selection.bots = ["b"]
            let plan = try await engine.plan(one)
            #expect(plan.isReady, "\(plan.blockers)")
            // Found only by a key of the owner's type, so the table belongs to no bots.
            #expect(plan.notes.contains { $0.code == .notLimited && $0.table?.name == "pages" })
            let report = try await engine.copy(one)
            #expect(report.outcome == .proven)
            #expect(try databases.target.value("SELECT string_agg(id::text, ',') FROM items") == "2")
            var verify = VerifyRequest()
            verify.selection.bots = ["b"]
            verify.search = SearchRequest(queries: 2, k: 1)
            #expect(try await engine.verify(verify).outcome == .same)
        }
    }

    @Test(arguments: ServerPair.allCases)
    func `a value is compared as it is, not as a cast shows it`(on pair: ServerPair) async throws {
        try await Self.withOwners("forged-cast", on: pair) { databases in
            try databases.source.run("INSERT INTO items VALUES (1, '{happy}', '[1,1]')")
            try databases.target.run("INSERT INTO items VALUES (1, '{sad}', '[1,1]')")
            let report = try await databases.engine().verify(VerifyRequest())
            #expect(report.outcome == .differs)
            #expect(report.tables.first?.findings.first?.columns == ["moods"])
        }
    }

    /// What a cast to text gave before, for the types that bots have.
    @Test func `the text of a value is that of its type`() async throws {
        let setup = """
            CREATE DOMAIN code AS text; CREATE TYPE pair AS (a text, b int);
            CREATE TABLE v (a char(5), b varchar(5), c text, d uuid, e bigint, f code, g pair, h pair, i text, j char(5)[]);
            INSERT INTO v VALUES ('ab', 'cd ', 'ef ', '00000000-0000-0000-0000-000000000001', -7, 'x', (NULL, NULL), ('y', 1),
                NULL, ARRAY['k'])
            """
        try await Rig.withDatabases(setup: setup) { databases in
            for database in [databases.source, databases.target] {
                let columns = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]
                let texts = columns.map { "v.\($0)".outputText }.joined(separator: ", ")
                let rows = try database.run("SET search_path TO ''; SELECT \(texts) FROM public.v")
                #expect(
                    rows == [
                        [
                            "ab", "cd ", "ef ", "00000000-0000-0000-0000-000000000001", "-7", "x", "(,)", "(y,1)", nil,
                            "{\"k    \"}",
                        ]
                    ])
            }
        }
    }

    /// A table of someone else refers to a copied one, by a cast of theirs.
    @Test(arguments: ServerPair.allCases)
    func `what refers to a table is found without a cast when a copy starts over`(on pair: ServerPair) async throws {
        let table = "CREATE TABLE items (id text PRIMARY KEY, embedding vector(2))"
        try await Rig.withDatabases(on: try pair.servers, setup: table) { databases in
            try databases.source.run("INSERT INTO items VALUES ('a', '[1,1]'), ('b', '[2,2]')")
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            try await databases.target.withRole { mallory in
                try databases.target.run(
                    "GRANT CREATE ON SCHEMA public TO \(mallory.name); GRANT REFERENCES, SELECT ON items TO \(mallory.name)"
                )
                try Psql.run(
                    mallory.uri,
                    """
                    CREATE TYPE public.code AS ENUM ('a');
                    CREATE FUNCTION public.ran(public.code) RETURNS text LANGUAGE plpgsql AS $$
                    BEGIN
                        RAISE EXCEPTION 'ran as %', current_user;
                    END $$;
                    CREATE CAST (public.code AS text) WITH FUNCTION public.ran(public.code) AS IMPLICIT;
                    CREATE TABLE public.notes (item public.code REFERENCES public.items)
                    """)
                try databases.target.run("SET session_replication_role TO replica; INSERT INTO notes VALUES ('a')")
                let error = await #expect(throws: FerryError.self) {
                    try await databases.engine().copy(CopyRequest(), restart: true)
                }
                #expect(error?.code == .invalidRequest && error?.table?.name == "notes", "\(String(describing: error))")
                try databases.target.run("TRUNCATE notes")
                #expect(try await databases.engine().copy(CopyRequest(), restart: true).outcome == .proven)
            }
        }
    }
}
