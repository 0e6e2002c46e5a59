import Postgres
import RigSupport
import Testing

/// Texts of any length that a server's functions raise.
@Suite struct ServerTextTests {
    @Test func `notices are kept up to a fixed number of bytes`() async throws {
        try await Rig.withDatabases { databases in
            let session = try databases.target.connect()
            try session.execute(
                "DO $$ BEGIN FOR i IN 1..20 LOOP RAISE NOTICE '%', repeat('é', 5000000); END LOOP; END $$")
            let notices = session.takeNotices()
            #expect(notices.count == 20)
            #expect(notices.allSatisfy { $0.message.utf8.count <= 4_100 && $0.message.hasSuffix("éé…") })
            try session.execute("DO $$ BEGIN FOR i IN 1..100000 LOOP RAISE NOTICE ''; END LOOP; END $$")
            #expect((1_000...10_000).contains(session.takeNotices().count))
            try session.execute("DO $$ BEGIN RAISE NOTICE 'later'; END $$")
            #expect(session.takeNotices().map(\.message) == ["later"])
        }
    }

    @Test func `an error's texts are cut`() async throws {
        try await Rig.withDatabases { databases in
            let session = try databases.target.connect()
            let error = #expect(throws: PostgresError.self) {
                try session.execute(
                    """
                    DO $$ BEGIN RAISE EXCEPTION USING MESSAGE = repeat('m', 20000000), DETAIL = repeat('d', 20000000),
                        HINT = repeat('h', 20000000), ERRCODE = 'P0001'; END $$
                    """)
            }
            #expect("\(try #require(error))".utf8.count < 20_000)
            #expect(error?.sqlState == "P0001")
            #expect(try session.query("SELECT 1 AS one")[0].int("one", as: Int.self) == 1)
        }
    }
}
