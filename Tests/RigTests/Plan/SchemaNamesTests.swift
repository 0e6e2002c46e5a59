import Ferry
import RigSupport
import Testing

/// Names, and columns that are not the same on both sides.
@Suite struct SchemaNamesTests {
    /// Names that break code which pastes them into a statement, a format string or a log line.
    static let names = [
        "Items", "x\"; drop table items; --", "two words", "50%_done %s %n", "🦊 снимок", "SELECT", "back\\slash",
        "it's",
        "a.b", "{brace,\"d\"}", "*", "$1", String(repeating: "n", count: 63), "line\nbreak", "e\u{301}\"\u{301}",
    ]

    /// By scalars: a mark that combines with a quote would hide it from a search by characters.
    private func quoted(_ name: String) -> String {
        "\"\(name.unicodeScalars.map { $0 == "\"" ? "\"\"" : "\($0)" }.joined())\""
    }

    @Test func `tables, columns, schemas and constraints of any name are copied`() async throws {
        var setup = ""
        for name in Self.names {
            let table = "\(quoted(name)).\(quoted(name))"
            setup += """
                CREATE SCHEMA \(quoted(name));
                CREATE TABLE \(table) (\(quoted(name)) serial, botid text, embedding vector(2),
                    CONSTRAINT \(quoted(String(name.prefix(10)) + " p")) PRIMARY KEY (\(quoted(name))));
                CREATE INDEX \(quoted(String(name.prefix(10)) + " i")) ON \(table)
                    USING ivfflat (embedding vector_l2_ops) WITH (lists = 2);
                ALTER TABLE \(table) ADD CONSTRAINT \(quoted(String(name.prefix(10)) + " f"))
                    FOREIGN KEY (\(quoted(name))) REFERENCES \(table);

                """
        }
        setup += "CREATE TABLE items (id int);"
        try await Rig.withDatabases(setup: setup) { databases in
            for name in Self.names {
                try databases.source.run(
                    "INSERT INTO \(quoted(name)).\(quoted(name)) (botid, embedding) VALUES ('b', '[1,2]'), (NULL, '[3,-0]')"
                )
            }
            let report = try await databases.engine().copy(CopyRequest())
            #expect(report.outcome == .proven)
            #expect(report.tables.count == Self.names.count)
            for name in Self.names {
                let table = "\(quoted(name)).\(quoted(name))"
                #expect(try databases.sameRows("SELECT * FROM \(table) ORDER BY 1") == 2)
                let next = "SELECT nextval(pg_get_serial_sequence($q$\(table)$q$, $q$\(name)$q$))"
                #expect(try databases.target.value(next) == "3")
            }
            let objects = """
                SELECT string_agg(o, ' ' ORDER BY o) FROM (SELECT conname::text FROM pg_constraint
                    WHERE connamespace IN (SELECT oid FROM pg_namespace WHERE nspname NOT IN ('vecferry', 'information_schema') AND nspname NOT LIKE 'pg%')
                    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname <> 'vecferry' AND schemaname NOT LIKE 'pg%') AS t (o)
                """
            let (expected, found) = (try databases.source.value(objects), try databases.target.value(objects))
            #expect(expected == found)
        }
    }

    @Test func `bots of any name are distinguished`() async throws {
        try await Rig.withDatabases(setup: "CREATE TABLE items (id int PRIMARY KEY, botid text, embedding vector(2))") {
            databases in
            for (id, name) in Self.names.enumerated() {
                try databases.source.run(
                    "INSERT INTO items VALUES (\(id), $q$\(name)$q$, '[1,2]'), (\(id + 100), $q$\(name)x$q$, '[1,2]')")
            }
            var request = CopyRequest()
            request.selection.bots = Self.names
            #expect(try await databases.engine().copy(request).outcome == .proven)
            #expect(try databases.sameRows("SELECT * FROM items WHERE id < 100 ORDER BY id") == Self.names.count)
            #expect(try databases.target.value("SELECT count(*) FROM items") == "\(Self.names.count)")
        }
    }

    @Test func `dropped columns and another order of columns change nothing`() async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(
                """
                CREATE TABLE items (gone int, id int PRIMARY KEY, a text, also_gone text, b int, embedding vector(2));
                ALTER TABLE items DROP COLUMN gone, DROP COLUMN also_gone;
                INSERT INTO items SELECT i, CASE i % 3 WHEN 0 THEN '' WHEN 1 THEN NULL ELSE 'a' END, i, ARRAY[i, i]
                FROM generate_series(1, 100) AS i
                """)
            try databases.target.run(
                "CREATE TABLE items (b int, x int, embedding vector(2), a text, id int PRIMARY KEY); "
                    + "ALTER TABLE items DROP COLUMN x")
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            #expect(try databases.sameRows("SELECT id, a, b, embedding FROM items ORDER BY id") == 100)
        }
    }

    @Test func `columns that only the target has get their defaults`() async throws {
        try await Rig.withDatabases(setup: "CREATE TABLE items (id int PRIMARY KEY, embedding vector(2))") {
            databases in
            try databases.source.run("INSERT INTO items SELECT i, ARRAY[i, i] FROM generate_series(1, 10) AS i")
            try databases.target.run(
                """
                ALTER TABLE items ADD note text, ADD kind text NOT NULL DEFAULT 'new', ADD n int GENERATED ALWAYS AS IDENTITY,
                    ADD twice int GENERATED ALWAYS AS (id * 2) STORED
                """)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            #expect(try databases.sameRows("SELECT id, embedding FROM items ORDER BY id") == 10)
            let filled = "note IS NULL AND kind = 'new' AND n BETWEEN 1 AND 10 AND twice = id * 2"
            #expect(try databases.target.value("SELECT count(*) FROM items WHERE \(filled)") == "10")
        }
    }

    @Test func `generated columns follow the target's own definition`() async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(
                """
                CREATE TABLE items (id int PRIMARY KEY, embedding vector(2), twice int GENERATED ALWAYS AS (id * 2) STORED,
                    thrice int GENERATED ALWAYS AS (id * 3) STORED, plain int);
                INSERT INTO items (id, embedding, plain) SELECT i, ARRAY[i, i], i FROM generate_series(1, 10) AS i
                """)
            try databases.target.run(
                """
                CREATE TABLE items (id int PRIMARY KEY, embedding vector(2), twice int GENERATED ALWAYS AS (id * 2) STORED,
                    thrice int, plain int)
                """)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            #expect(try databases.sameRows("SELECT id, embedding, twice, thrice, plain FROM items ORDER BY id") == 10)
            // The other way round the source's values would be lost.
            try databases.target.run(
                """
                DROP SCHEMA vecferry CASCADE; DROP TABLE items;
                CREATE TABLE items (id int PRIMARY KEY, embedding vector(2), twice int, thrice int,
                    plain int GENERATED ALWAYS AS (id) STORED)
                """)
            let plan = try await databases.engine().plan(CopyRequest())
            #expect(plan.blockers.map(\.code) == [.generated])
        }
    }

    @Test func `identity and serial columns keep their values, and continue after them`() async throws {
        let setup = """
            CREATE SEQUENCE shared; CREATE SEQUENCE "Down" INCREMENT -1;
            CREATE TABLE items (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n bigint GENERATED BY DEFAULT AS IDENTITY,
                s smallserial, d int DEFAULT nextval('shared'), down int DEFAULT nextval('"Down"'), embedding vector(2));
            CREATE TABLE untouched (id serial, botid text);
            """
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run(
                "INSERT INTO items (embedding) SELECT '[1,2]' FROM generate_series(1, 41); DELETE FROM items WHERE id > 40"
            )
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            #expect(try databases.sameRows("SELECT * FROM items ORDER BY id") == 40)
            try databases.both("INSERT INTO items (embedding) VALUES ('[3,4]'); INSERT INTO untouched DEFAULT VALUES")
            #expect(try databases.sameRows("SELECT * FROM items ORDER BY id") == 41)
            #expect(try databases.sameRows("SELECT * FROM untouched") == 1)
            #expect(try databases.target.value("SELECT n FROM items WHERE id = 42") == "42")
        }
    }
}
