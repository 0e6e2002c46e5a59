import Ferry
import Foundation
import Postgres
import RigSupport
import Testing

/// `--create`: a target without the tables gets the source's own.
@Suite(.serialized) struct CreateTests {
    private func request(_ change: (inout CopyRequest) -> Void = { _ in }) -> CopyRequest {
        var request = CopyRequest()
        request.create = true
        request.selection.all = true
        change(&request)
        return request
    }

    /// The definitions of a database as pg_dump writes them, without what differs from run to run, in any order.
    private func definitions(_ database: RigDatabase) throws -> [String] {
        let process = Process()
        process.executableURL = URL(filePath: try Rig.variable("VECFERRY_RIG_BIN") + "/pg_dump")
        process.arguments = ["--schema-only", "--no-owner", "--exclude-schema=vecferry", database.uri]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let text = String(decoding: data, as: UTF8.self)
        return text.components(separatedBy: "\n--\n-- Name: ").dropFirst().map {
            $0.components(separatedBy: "\n\n\n")[0]
        }
        .map { $0.components(separatedBy: "\n-- Dumped")[0].components(separatedBy: "\n--\n-- PostgreSQL database")[0] }
        .map { $0.components(separatedBy: "\nSET default_")[0].trimmingCharacters(in: .whitespacesAndNewlines) }
        .sorted()
    }

    private static let backslashes = #"""
        CREATE TYPE mood AS ENUM ('a\b', 'c\'); COMMENT ON TYPE mood IS 'ends in \';
        CREATE DOMAIN file_path AS text DEFAULT 'C:\' CHECK (VALUE <> '\');
        CREATE TABLE items (
            id int PRIMARY KEY, m mood DEFAULT 'c\', p file_path, q text DEFAULT 'q\n\', embedding vector(2),
            CONSTRAINT steps CHECK (q <> '\' AND q !~ '^\d+\\$'));
        CREATE INDEX partial_q ON items (q) WHERE q = 'w\' OR q LIKE 'x\_y';
        COMMENT ON TABLE items IS 'table \'; COMMENT ON COLUMN items.q IS '; CREATE ROLE intruder; --\';
        COMMENT ON INDEX partial_q IS 'index \';
        """#

    @Test(arguments: [(true, false), (false, true), (true, true)])
    func `backslashes mean the same on both sides, whatever either side's setting`(
        isOffOnSource: Bool, isOffOnTarget: Bool
    ) async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(Self.backslashes + "INSERT INTO items (id) VALUES (1)")
            for (database, isOff) in [(databases.source, isOffOnSource), (databases.target, isOffOnTarget)] where isOff
            {
                try database.run("ALTER DATABASE \(database.name) SET standard_conforming_strings TO off")
            }
            #expect(try await databases.engine().copy(request()).outcome == .proven)
            for database in [databases.source, databases.target] {
                try database.run("ALTER DATABASE \(database.name) SET standard_conforming_strings TO on")
            }
            #expect(try definitions(databases.target) == definitions(databases.source))
            let written = "SELECT m, p, q FROM items"
            #expect(try databases.target.run(written) == [["c\\", "C:\\", "q\\n\\"]])
        }
    }

    private static let everything = """
        CREATE SCHEMA "App"; CREATE SEQUENCE "App".shared START 10;
        CREATE TYPE "App".mood AS ENUM ('sad', 'it''s "fine"'); CREATE DOMAIN posint AS int DEFAULT 7 CHECK (VALUE > 0);
        CREATE TYPE pair AS (a posint, b "App".mood[]); CREATE TYPE floats AS RANGE (subtype = float8);
        CREATE TABLE kinds (id serial PRIMARY KEY, name text UNIQUE NULLS NOT DISTINCT);
        CREATE TABLE "App"."Items" (
            id bigint GENERATED ALWAYS AS IDENTITY (START 5 INCREMENT 5) PRIMARY KEY, botid char(26) NOT NULL, gone int,
            kind int REFERENCES kinds ON DELETE SET NULL, mood "App".mood DEFAULT 'sad', p posint, pr pair, f floats,
            n int DEFAULT nextval('"App".shared'), twice int GENERATED ALWAYS AS (kind * 2) STORED,
            t text COLLATE "C", during tsrange, embedding vector(3), h vector(3)[],
            CONSTRAINT "short t" CHECK (length(t) < 100), EXCLUDE USING gist (during WITH &&) WHERE (kind > 0),
            CONSTRAINT names UNIQUE (botid, t) INCLUDE (kind) WITH (fillfactor = 70) DEFERRABLE);
        ALTER TABLE "App"."Items" DROP COLUMN gone, ALTER t SET STORAGE EXTERNAL, ALTER kind SET STATISTICS 500, SET (fillfactor = 90);
        ALTER TABLE "App"."Items" ADD CONSTRAINT late CHECK (p < 1000) NOT VALID;
        CREATE INDEX by_hnsw ON "App"."Items" USING hnsw (embedding vector_cosine_ops) WITH (m = 8, ef_construction = 32);
        CREATE INDEX by_lists ON "App"."Items" USING ivfflat (embedding) WITH (lists = 3);
        CREATE INDEX "Ex pr" ON "App"."Items" (lower(t) DESC NULLS LAST, (kind + 1)) INCLUDE (botid) WHERE kind IS NOT NULL;
        CREATE UNIQUE INDEX one_mood ON "App"."Items" (id, mood);
        ALTER INDEX "App"."Ex pr" ALTER COLUMN 2 SET STATISTICS 77;
        ALTER TABLE "App"."Items" REPLICA IDENTITY USING INDEX "Items_pkey"; ALTER TABLE "App"."Items" CLUSTER ON one_mood;
        COMMENT ON TABLE "App"."Items" IS 'Its "comment"'; COMMENT ON COLUMN "App"."Items".mood IS 'mood''s';
        COMMENT ON INDEX "App".by_hnsw IS 'an index'; COMMENT ON CONSTRAINT "short t" ON "App"."Items" IS 'short';
        COMMENT ON CONSTRAINT names ON "App"."Items" IS 'names'; COMMENT ON TYPE "App".mood IS 'a mood';
        CREATE TABLE events (id int, at date, embedding vector(2), PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
        CREATE TABLE events_old PARTITION OF events FOR VALUES FROM (MINVALUE) TO ('2024-01-01') PARTITION BY LIST (id);
        CREATE TABLE events_old_1 PARTITION OF events_old DEFAULT;
        CREATE TABLE events_new PARTITION OF events DEFAULT;
        CREATE INDEX events_vectors ON events USING hnsw (embedding vector_l2_ops); CREATE INDEX ON events (at);
        CREATE TABLE refs (id int, at date, FOREIGN KEY (id, at) REFERENCES events);
        CREATE UNLOGGED TABLE parent (id int CHECK (id > 0)); CREATE TABLE child (x int) INHERITS (parent);
        """

    private static let rows = """
        INSERT INTO kinds (name) VALUES ('k'), (NULL);
        INSERT INTO "App"."Items" (botid, kind, p, pr, f, t, during, embedding, h) SELECT 'b' || i % 3, 1, i,
            ROW(i, ARRAY['sad']::"App".mood[])::pair, floats(i, i + 1), 't' || i, tsrange('epoch', NULL) - tsrange('epoch', NULL),
            ARRAY[i, -0.0, 1], ARRAY['[1,2,3]']::vector[] FROM generate_series(1, 50) AS i;
        INSERT INTO events SELECT i, date '2023-12-01' + i, ARRAY[i, i] FROM generate_series(1, 100) AS i;
        INSERT INTO refs SELECT id, at FROM events; INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2, 3)
        """

    @Test func `a created target has everything that the source has`() async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(Self.everything)
            try databases.source.run(Self.rows)
            try databases.target.run("DROP EXTENSION vector")
            let plan = try await databases.engine().plan(request())
            #expect(plan.isReady, "\(plan.blockers)")
            let report = try await databases.engine().copy(request())
            #expect(report.outcome == .proven)
            for (table, count) in [
                ("\"App\".\"Items\"", 50), ("events", 100), ("refs", 100), ("kinds", 2), ("child", 1),
            ] {
                #expect(try databases.sameTable(table) == count)
            }
            let (expected, found) = (try definitions(databases.source), try definitions(databases.target))
            #expect(expected.count > 40)
            #expect(Set(expected).subtracting(found).sorted() == [])
            #expect(Set(found).subtracting(expected).sorted() == [])
            // Generators go on where the source's stand.
            for sequence in ["\"App\".\"Items_id_seq\"", "\"App\".shared", "kinds_id_seq"] {
                #expect(try databases.sameRows("SELECT nextval('\(sequence)')") == 1)
            }
        }
    }

    @Test func `types that a column is made of only by way of others are made too`() async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(
                """
                CREATE TYPE floats AS RANGE (subtype = float8, multirange_type_name = many_floats);
                CREATE TABLE t (id int PRIMARY KEY, f many_floats, embedding vector(2));
                INSERT INTO t VALUES (1, '{[1,2],[3,4]}', '[1,2]')
                """)
            #expect(try await databases.engine().copy(request()).outcome == .proven)
            #expect(try databases.sameTable("t") == 1)
        }
    }

    @Test func `tables that are there already are filled, and the others made`() async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(
                """
                CREATE TYPE mood AS ENUM ('sad'); CREATE SEQUENCE n;
                CREATE TABLE a (id int PRIMARY KEY, m mood, n int DEFAULT nextval('n'), embedding vector(2));
                CREATE TABLE b (id int PRIMARY KEY, m mood, n int DEFAULT nextval('n'), a int REFERENCES a, embedding vector(2));
                INSERT INTO a VALUES (1, 'sad', 1, '[1,2]'); INSERT INTO b VALUES (1, 'sad', 1, 1, '[1,2]')
                """)
            try databases.target.run(
                """
                CREATE TYPE mood AS ENUM ('sad'); CREATE SEQUENCE n;
                CREATE TABLE a (id int PRIMARY KEY, m mood, n int DEFAULT nextval('n'), embedding vector(2))
                """)
            #expect(try await databases.engine().copy(request()).outcome == .proven)
            #expect(try databases.sameRows("SELECT * FROM a") == 1)
            #expect(try databases.sameRows("SELECT * FROM b") == 1)
            let expected = try definitions(databases.source)
            #expect(try definitions(databases.target) == expected)
            // Starting over drops what the job made, and makes it again.
            #expect(try await databases.engine().copy(request(), restart: true).outcome == .proven)
            #expect(try databases.sameRows("SELECT * FROM b") == 1)
            #expect(try definitions(databases.target) == expected)
        }
    }

    @Test func `what is not made is named by the plan`() async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(
                """
                CREATE TABLE other (id int PRIMARY KEY);
                CREATE TABLE items (id int REFERENCES other, botid text, embedding vector(2));
                CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
                CREATE TRIGGER t BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION f();
                CREATE RULE r AS ON DELETE TO items DO INSTEAD NOTHING; ALTER TABLE items ENABLE ROW LEVEL SECURITY
                """)
            let plan = try await databases.engine().plan(request { $0.selection.tables = ["items"] })
            #expect(plan.isReady)
            #expect(plan.warnings.last?.message == "Not created on the target: triggers, rules, row-level security.")
            #expect(plan.warnings.map(\.code) == [.foreignKeyLeftOut, .leftOut])
        }
    }

    @Test func `a pg_dump that is too old, missing or broken is a clear error, and nothing is made`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "vecferry-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await Rig.withDatabases { databases in
            try databases.source.run("CREATE TABLE items (id int, embedding vector(2))")
            let before = try databases.target.fingerprint()
            let program = folder.appending(path: "pg_dump")
            let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
            for (script, words) in [
                (nil, "pg_dump could not be run"),
                ("echo 'pg_dump (PostgreSQL) 11.22'", "pg_dump is version 11.22"),
                (
                    "echo 'pg_dump (PostgreSQL) 17.1'; test \"$1\" = --version || { echo 'it broke' >&2; exit 1; }",
                    "it broke"
                ),
            ] {
                if let script {
                    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: program)
                    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
                }
                let ended = try Ferryman.run(
                    [
                        "copy", "--source", databases.source.uri, "--target", databases.target.uri, "--table", "items",
                        "--create",
                    ],
                    environment: ["PATH": script == nil ? folder.path : "\(folder.path):\(path)"])
                #expect(ended.status == 1 && ended.errors.contains(words), "\(ended.said)")
                #expect(!ended.said.contains("rig-secret"))
                #expect(try databases.target.fingerprint() == before)
            }
        }
    }
}
