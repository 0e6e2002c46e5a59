import Ferry
import RigSupport
import Testing

@Suite struct ManyTablesTests {
    /// 2,000 tables take a minute to set up, so the usual run has fewer.
    @Test func `a database of many tables is copied in few round trips`() async throws {
        let count = Rig.isSoak ? 2_000 : 200
        let setup = """
            DO $$ BEGIN FOR i IN 1..\(count) LOOP
                EXECUTE format('CREATE TABLE t%s (id serial PRIMARY KEY, botid text, embedding vector(2),
                    up int REFERENCES t%s)', i, greatest(1, i - 1));
            END LOOP; END $$
            """
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run(
                """
                DO $$ BEGIN FOR i IN 1..\(count) LOOP
                    EXECUTE format('INSERT INTO t%s (botid, embedding) VALUES (''b'', ''[1,2]''), (NULL, ''[3,4]'')', i);
                END LOOP; END $$
                """)
            let start = ContinuousClock.now
            let plan = try await databases.engine().plan(CopyRequest())
            // Measured: 1 s for 1,000 tables; a search of all tables for each took a minute and a half for 2,000.
            #expect(ContinuousClock.now - start < .seconds(60))
            #expect(plan.pairs.count == count)
            let report = try await databases.engine().copy(CopyRequest())
            #expect(report.outcome == .proven)
            #expect(report.rows == 2 * count)
            for table in [1, count / 2, count] {
                #expect(try databases.sameRows("SELECT * FROM t\(table) ORDER BY id") == 2)
            }
        }
    }
}
