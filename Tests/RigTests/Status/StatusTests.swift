import Foundation
import RigSupport
import Testing

/// `vecferry status`, beside a copy and after it, with the target alone.
@Suite struct StatusTests {
    private static let rows = """
        INSERT INTO items SELECT i, 'bot', array_fill(i::real, ARRAY[256])::vector FROM generate_series(1, 4000) AS i;
        INSERT INTO late SELECT i, 'bot', ARRAY[i, 1]::vector FROM generate_series(1, 100) AS i; ANALYZE
        """

    /// Two tables of which the target lets no row of the second in while the test holds a lock.
    private func withTables(_ body: (RigDatabases) async throws -> Void) async throws {
        let items = """
            CREATE TABLE items (id int PRIMARY KEY, botid text, embedding vector(256));
            CREATE INDEX items_embedding_idx ON items USING hnsw (embedding vector_l2_ops);
            CREATE TABLE late (id int PRIMARY KEY, botid text, embedding vector(2));
            """
        try await Rig.withDatabases(setup: items) { databases in
            try databases.source.run(Self.rows)
            try databases.target.run(
                """
                CREATE FUNCTION is_let_in(int) RETURNS bool LANGUAGE plpgsql AS
                    'BEGIN PERFORM pg_catalog.pg_advisory_xact_lock_shared(42); RETURN true; END';
                ALTER TABLE late ADD CHECK (is_let_in(id))
                """)
            try await body(databases)
        }
    }

    private func copy(
        _ databases: RigDatabases, _ arguments: String..., environment: [String: String] = [:]
    ) throws -> Command {
        try Ferryman.start(
            [
                "copy", "--jobs", "2", "--chunk-size", "1", "--source", databases.source.uri, "--target",
                databases.target.uri,
            ] + arguments,
            environment: environment)
    }

    private func status(_ databases: RigDatabases, _ arguments: String...) throws -> Command.Ended {
        try Ferryman.run(["status", "--target", databases.target.uri] + arguments)
    }

    private func json(_ databases: RigDatabases) throws -> [String: Any] {
        let text = try status(databases, "--json").output
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
    }

    @Test func `a target without a copy says so, and gets no ledger`() async throws {
        try await withTables { databases in
            let ended = try status(databases)
            #expect(ended.status == 8 && ended.output.hasPrefix("NOTHING: "), "\(ended.said)")
            #expect(ended.output.contains("run vecferry plan"))
            #expect(try databases.target.value("SELECT to_regnamespace('vecferry') IS NULL") == "t")
        }
    }

    @Test func `a running copy shows how far it is and on which host, again and again until it ends`() async throws {
        try await withTables { databases in
            let gate = try databases.target.connect()
            try gate.execute("SELECT pg_advisory_lock(42)")
            let copy = try copy(databases)
            // The last chunk of the first table goes with the second table, which waits.
            #expect(eventually { (try? status(databases).output.contains("4 of 6 chunks")) == true || !copy.isRunning })
            let ended = try status(databases)
            #expect(ended.status == 6, "\(ended.said)")
            #expect(ended.output.hasPrefix("RUNNING: job 1 copies 2 tables from "), "\(ended.said)")
            #expect(ended.output.contains("3,556 of about 4,100 rows, 4 of 6 chunks"), "\(ended.said)")
            #expect(ended.output.contains("process \(copy.id)"), "\(ended.said)")
            let facts = try json(databases)
            #expect(facts["command"] as? String == "status" && facts["outcome"] as? String == "running")
            let job = try #require(facts["job"] as? [String: Any])
            let run = try #require((job["runs"] as? [[String: Any]])?.first)
            #expect(run["process"] as? Int == Int(copy.id) && run["endedAt"] == nil)
            #expect((run["beganAt"] as? String)?.wholeMatch(of: #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/#) != nil, "\(run)")
            // A line each time, and the end.
            let watching = try Ferryman.start(
                ["status", "--watch", "--interval", "1", "--json", "--target", databases.target.uri])
            let onTerminal = try Ferryman.start(
                ["status", "--watch", "--interval", "1", "--target", databases.target.uri],
                environment: ["TERM": "xterm"], onTerminal: (columns: 60, rows: 20))
            #expect(eventually { watching.outputSoFar.split(separator: "\n").count >= 2 })
            #expect(eventually { onTerminal.outputSoFar.contains("RUNNING: job 1") })
            try gate.execute("SELECT pg_advisory_unlock(42)")
            #expect(copy.ended().status == 0)
            let watched = watching.ended()
            #expect(watched.status == 0, "\(watched.said)")
            #expect(watched.output.split(separator: "\n").first?.contains(#""outcome":"running""#) == true)
            #expect(watched.output.contains(#""outcome" : "finished""#), "\(watched.said)")
            let shown = onTerminal.ended()
            #expect(shown.status == 0 && shown.output.contains("job 1 had copied 2 tables"), "\(shown.said)")
            let finished = try status(databases)
            #expect(
                finished.status == 0 && finished.output.contains("2 tables"), "\(finished.said)")
        }
    }

    @Test func `a copy that was killed, stopped or failed shows how, and what is off until it goes on`() async throws {
        try await withTables { databases in
            let killed = try copy(databases, environment: ["VECFERRY_FAIL_POINT": "after-copy"]).ended()
            #expect(killed.status == 128 + SIGKILL, "\(killed.said)")
            #expect(eventually { (try? status(databases).status) == 7 })
            var ended = try status(databases)
            #expect(ended.output.hasPrefix("STOPPED HALF-WAY: job 1 from "), "\(ended.said)")
            #expect(ended.output.contains("no end recorded"), "\(ended.said)")
            #expect(ended.output.contains("public.items: index items_embedding_idx is still off."), "\(ended.said)")
            #expect(ended.output.contains("CREATE INDEX items_embedding_idx"), "\(ended.said)")
            #expect(ended.output.contains("run the same vecferry copy again"))

            let gate = try databases.target.connect()
            try gate.execute("SELECT pg_advisory_lock(42)")
            // As if the copy had been killed before it came to the second table.
            try databases.target.run(
                """
                DELETE FROM late; UPDATE vecferry.chunk SET finished_at = NULL, rows = NULL, sum = NULL, xid = NULL,
                    kept_rows = NULL WHERE pair = 1
                """)
            let stopped = try copy(databases)
            #expect(eventually { (try? status(databases).output.contains("Host ")) == true || !stopped.isRunning })
            stopped.terminate()
            #expect(stopped.ended().status == 143)
            ended = try status(databases)
            #expect(ended.status == 7 && ended.output.contains("stopped by a signal"), "\(ended.said)")
            try gate.execute("SELECT pg_advisory_unlock(42)")

            try databases.target.run(
                "CREATE OR REPLACE FUNCTION is_let_in(int) RETURNS bool LANGUAGE sql AS 'SELECT $1 <> 7'")
            let failed = try copy(databases).ended()
            #expect(failed.status == 1, "\(failed.said)")
            ended = try status(databases)
            #expect(ended.status == 7 && ended.output.contains("could not finish 1 table"), "\(ended.said)")
            #expect(ended.output.contains("Failed: ") && ended.output.contains("23514"), "\(ended.said)")
            let runs = try #require((try json(databases)["job"] as? [String: Any])?["runs"] as? [[String: Any]])
            #expect(runs.map { $0["outcome"] as? String } == [nil, "stopped", "failed"])

            let undone = try Ferryman.run(["undo", "--target", databases.target.uri])
            #expect(undone.status == 0, "\(undone.said)")
            ended = try status(databases)
            #expect(ended.status == 8 && ended.output.contains("1 copy was given up"), "\(ended.said)")
        }
    }

    /// The table as version 0.1.0 first wrote it. Later versions read what it holds.
    @Test func `processes that an older vecferry recorded are read`() async throws {
        try await withTables { databases in
            #expect(try copy(databases).ended().status == 0)
            try databases.target.run(
                """
                DROP TABLE vecferry.run;
                CREATE TABLE vecferry.run (
                    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                    job bigint NOT NULL REFERENCES vecferry.job ON DELETE CASCADE,
                    began_at timestamptz NOT NULL DEFAULT now(), ended_at timestamptz, document text NOT NULL
                );
                INSERT INTO vecferry.run (job, ended_at, document) VALUES
                    (1, NULL, '{"format":4,"host":"h1","process":7,"streams":2,"vecferry":"0.1.0"}'),
                    (1, now(), '{"end":{"error":"It broke.","failures":[],"outcome":"failed"},"format":4,"host":"h2",\
                "process":8,"streams":2,"vecferry":"0.1.0"}');
                UPDATE vecferry.job SET state = 'loading', finished_at = NULL, report = NULL
                """)
            let ended = try status(databases)
            #expect(ended.status == 7 && ended.output.contains("on h2, process 8"), "\(ended.said)")
            #expect(ended.output.contains("It broke."), "\(ended.said)")
            #expect(try copy(databases).ended().status == 0)
            #expect(try databases.target.value("SELECT count(*) FROM vecferry.run") == "3")
        }
    }

    @Test func `another command that is running is distinguished from a copy`() async throws {
        try await withTables { databases in
            #expect(try copy(databases).ended().status == 0)
            let gate = try databases.target.connect()
            try gate.execute("BEGIN; LOCK TABLE items IN ROW EXCLUSIVE MODE")
            let index = try Ferryman.start([
                "index", "--table", "items", "--hnsw-m", "24", "--target", databases.target.uri,
            ])
            #expect(
                eventually {
                    (try? status(databases).output.contains("vecferry index is running against")) == true
                        || !index.isRunning
                })
            let ended = try status(databases)
            #expect(
                ended.status == 6 && !ended.output.contains("Host ") && ended.output.contains("Session "),
                "\(ended.said)")
            index.interrupt()
            _ = index.ended()
            try gate.execute("ROLLBACK")
        }
    }

    @Test func `a role that may only read the ledger can't, and is told whose it is`() async throws {
        try await withTables { databases in
            #expect(try copy(databases).ended().status == 0)
            let role = try TestRole(on: databases.target, "LOGIN")
            defer { role.drop() }
            let ended = try Ferryman.run(["status", "--target", role.uri])
            #expect(ended.status == 1 && ended.errors.contains("may not read the target's ledger"), "\(ended.said)")
        }
    }
}
