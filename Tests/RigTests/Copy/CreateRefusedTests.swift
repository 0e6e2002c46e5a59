import Ferry
import RigSupport
import Testing

/// `--create` where the target refuses a definition, for a reason that no catalog tells beforehand.
@Suite struct CreateRefusedTests {
    private var request: CopyRequest {
        var request = CopyRequest()
        request.create = true
        request.selection.all = true
        return request
    }

    /// The default of `bad` is no label of the target's type. `child` and `caller` need what others have.
    private static let source = """
        CREATE TYPE mood AS ENUM ('old', 'new');
        CREATE TABLE bad (id int PRIMARY KEY, m mood DEFAULT 'new', embedding vector(2));
        CREATE INDEX bad_embedding ON bad USING hnsw (embedding vector_l2_ops);
        CREATE TABLE good (id serial PRIMARY KEY, m mood DEFAULT 'old', embedding vector(2));
        CREATE INDEX good_embedding ON good USING hnsw (embedding vector_l2_ops);
        CREATE TABLE a_caller (id int PRIMARY KEY DEFAULT nextval('good_id_seq'), good int REFERENCES good);
        CREATE TABLE a_child (x int) INHERITS (bad);
        CREATE TABLE z_parted (id int, m mood) PARTITION BY LIST (m);
        CREATE TABLE z_parted_new PARTITION OF z_parted FOR VALUES IN ('new');
        INSERT INTO bad SELECT i, 'old', ARRAY[i, 1]::vector FROM generate_series(1, 20) AS i;
        INSERT INTO good (embedding) SELECT ARRAY[i, 1]::vector FROM generate_series(1, 30) AS i;
        INSERT INTO a_caller (id, good) SELECT 100 + i, i FROM generate_series(1, 10) AS i;
        INSERT INTO a_child VALUES (21, 'old', '[1,1]', 1)
        """

    private func refused(_ report: JobReport) -> [String: String] {
        let failed = report.tables.filter { $0.state == .failed }
        return Dictionary(uniqueKeysWithValues: failed.map { ($0.name.name, $0.error ?? "-") })
    }

    @Test func `a table that the target refuses costs itself alone, and the same command creates it later`()
        async throws
    {
        try await Rig.withDatabases { databases in
            try databases.source.run(Self.source)
            try databases.target.run("CREATE TYPE mood AS ENUM ('old')")
            for _ in 1...2 {
                let report = try await databases.engine().copy(request)
                #expect(report.outcome == .failed)
                let refused = refused(report)
                #expect(Set(refused.keys) == ["bad", "a_child", "z_parted"])
                for table in ["bad", "z_parted"] {
                    #expect(
                        refused[table]?.contains(
                            "The table could not be created. Invalid input value for enum public.mood: \"new\".")
                            == true,
                        "\(refused)")
                }
                #expect(refused["a_child"]?.contains("Relation \"public.bad\" does not exist") == true, "\(refused)")
                #expect(report.tables.filter { $0.state == .proven }.map(\.name.name).sorted() == ["a_caller", "good"])
                #expect(report.stillOff.isEmpty)
                #expect(try databases.target.value("SELECT count(*) FROM good") == "30")
                #expect(
                    try databases.target.value(
                        "SELECT indisvalid FROM pg_index WHERE indexrelid = 'good_embedding'::regclass")
                        == "t")
                #expect(try databases.target.value("SELECT nextval('good_id_seq')").flatMap { Int($0) } ?? 0 > 30)
                #expect(try databases.target.value("SELECT to_regclass('bad')") == nil)
            }
            try databases.target.run("ALTER TYPE mood ADD VALUE 'new'")
            let report = try await databases.engine().copy(request)
            #expect(report.outcome == .proven)
            #expect(try databases.target.value("SELECT count(*) FROM bad") == "21")
            #expect(try databases.target.value("SELECT count(*) FROM ONLY bad") == "20")
            #expect(
                try databases.target.value(
                    "SELECT indisvalid FROM pg_index WHERE indexrelid = 'bad_embedding'::regclass") == "t")
            #expect(try databases.target.value("SELECT count(*) FROM good") == "30")
        }
    }

    @Test(arguments: [false, true]) func `a job with a refused table is taken back whole`(_ restarts: Bool) async throws
    {
        try await Rig.withDatabases { databases in
            try databases.source.run(Self.source)
            try databases.target.run("CREATE TYPE mood AS ENUM ('old')")
            #expect(try await databases.engine().copy(request).outcome == .failed)
            if restarts {
                try databases.target.run("ALTER TYPE mood ADD VALUE 'new'")
                #expect(try await databases.engine().copy(request, restart: true).outcome == .proven)
                #expect(try databases.target.value("SELECT count(*) FROM bad") == "21")
            } else {
                let report = try await databases.engine().targetAlone.undo(UndoRequest())
                #expect(report.stillOff.isEmpty)
                #expect(try databases.target.value("SELECT to_regclass('good')") == nil)
            }
        }
    }

    @Test func `a type that the target refuses is named by the tables that need it`() async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(
                """
                CREATE TYPE mood AS ENUM ('old', 'new'); CREATE DOMAIN humour AS mood DEFAULT 'new';
                CREATE DOMAIN positive AS int CHECK (VALUE > 0); COMMENT ON DOMAIN positive IS 'more than none';
                CREATE TABLE jokes (id int PRIMARY KEY, h humour); CREATE TABLE counts (id positive PRIMARY KEY);
                INSERT INTO jokes VALUES (1, 'old'); INSERT INTO counts VALUES (1)
                """)
            try databases.target.run("CREATE TYPE mood AS ENUM ('old')")
            let report = try await databases.engine().copy(request)
            #expect(report.outcome == .failed)
            let refused = refused(report)
            #expect(Set(refused.keys) == ["jokes"])
            #expect(refused["jokes"]?.contains("The type public.humour could not be created.") == true, "\(refused)")
            #expect(
                try databases.target.value("SELECT obj_description('positive'::regtype, 'pg_type')") == "more than none"
            )
        }
    }

    @Test func `tablespaces that the target lacks stop nothing, and the plan says what is elsewhere`() async throws {
        try await Rig.withDatabases { databases in
            let space = "space_\(databases.source.name)"
            try databases.source.run("ALTER DATABASE \(databases.source.name) SET allow_in_place_tablespaces TO on")
            try databases.source.run("CREATE TABLESPACE \(space) LOCATION ''")
            defer { _ = try? databases.source.run("DROP TABLE docs; DROP TABLESPACE \(space)") }
            try databases.source.run(
                """
                CREATE TABLE docs (id int PRIMARY KEY USING INDEX TABLESPACE \(space), embedding vector(2)) TABLESPACE \(space);
                CREATE INDEX docs_embedding ON docs USING hnsw (embedding vector_l2_ops) TABLESPACE \(space);
                INSERT INTO docs SELECT i, ARRAY[i, 1]::vector FROM generate_series(1, 20) AS i
                """)
            let notes = try await databases.engine().plan(request).warnings.filter { $0.code == .leftOut }.map(
                \.message)
            #expect(
                notes == [
                    "The target has no tablespace \(space) that this role may create in, so the database's default takes: "
                        + "public.docs_embedding, public.docs_pkey.", "Not created on the target: tablespace \(space).",
                ])
            #expect(try await databases.engine().copy(request).outcome == .proven)
            #expect(
                try databases.target.value(
                    "SELECT count(*) FROM pg_index WHERE indrelid = 'docs'::regclass AND indisvalid") == "2")
        }
    }

    @Test func `where the target refuses every table, nothing is left behind`() async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(
                "CREATE TYPE mood AS ENUM ('new'); CREATE TABLE bad (id int, m mood DEFAULT 'new'); CREATE TABLE worse (LIKE bad INCLUDING ALL)"
            )
            try databases.target.run("CREATE TYPE mood AS ENUM ('old')")
            let before = try databases.target.fingerprint()
            let error = await #expect(throws: FerryError.self) { try await databases.engine().copy(request) }
            #expect(error?.table?.name == "bad" && error?.message.hasPrefix("The table could not be created.") == true)
            #expect(try databases.target.fingerprint() == before)
        }
    }
}
