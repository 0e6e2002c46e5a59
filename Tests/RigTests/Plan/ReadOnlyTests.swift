import RigSupport
import Testing

@testable import Ferry

/// A plan changes nothing, a copy nothing of its source, and a copy does what the plan said.
@Suite struct ReadOnlyTests {
    private static let items = "CREATE TABLE items (id int PRIMARY KEY, botid text, embedding vector(2));"

    @Test func `a plan writes nothing on either side`() async throws {
        try await Rig.withDatabases(setup: Self.items) { databases in
            try databases.source.run("INSERT INTO items VALUES (1, 'a', '[1,2]')")
            try databases.target.run("INSERT INTO items VALUES (2, 'b', '[1,2]')")
            let before = (try databases.source.fingerprint(), try databases.target.fingerprint())
            for existing in ExistingRows.allCases {
                var request = CopyRequest()
                request.existing = existing
                request.selection.all = true
                request.create = true
                _ = try await databases.engine().plan(request)
            }
            #expect(try databases.source.fingerprint() == before.0)
            #expect(try databases.target.fingerprint() == before.1)
        }
    }

    @Test func `a session that only reads can't write, even from a function that it calls`() async throws {
        let setup = """
            CREATE TABLE log (x text);
            CREATE FUNCTION told() RETURNS int LANGUAGE plpgsql AS
                $$ BEGIN INSERT INTO public.log VALUES ('read'); RETURN 1; END $$
            """
        try await Rig.withDatabases(setup: setup) { databases in
            let engine = try databases.engine()
            try await Meanwhile { _ in
                for endpoint in [engine.source, engine.target.readOnly] {
                    let session = try endpoint.connect()
                    let error = #expect(throws: FerryError.self) { try session.query("SELECT public.told()") }
                    #expect(error?.cause?.sqlState == "25006")
                }
            }.value
            #expect(try databases.source.value("SELECT count(*) FROM log") == "0")
            #expect(try databases.target.value("SELECT count(*) FROM log") == "0")
        }
    }

    @Test func `a copy writes nothing on the source`() async throws {
        try await Rig.withDatabases(setup: Self.items) { databases in
            try databases.source.run("INSERT INTO items SELECT i, 'a', ARRAY[i, i] FROM generate_series(1, 1000) AS i")
            let before = try databases.source.fingerprint()
            let events = try databases.engine(events: { _ in })
            #expect(try await events.copy(CopyRequest()).outcome == .proven)
            #expect(try databases.source.fingerprint() == before)
        }
    }

    @Test func `what the plan says is what the copy does`() async throws {
        try await Rig.withDatabases(setup: Self.items) { databases in
            try databases.source.run("INSERT INTO items SELECT i, 'a', ARRAY[i, i] FROM generate_series(1, 1000) AS i")
            let plan = try await databases.engine().plan(CopyRequest())
            let planned = PlannedEvents()
            let report = try await databases.engine(events: planned.take).copy(CopyRequest())
            #expect(planned.plans == [plan])
            #expect(report.tables.map(\.name) == plan.pairs.map(\.name))
            #expect(planned.chunks == plan.chunks.count)
        }
    }
}
