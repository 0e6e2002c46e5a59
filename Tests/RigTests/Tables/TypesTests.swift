import Ferry
import Postgres
import RigSupport
import Testing

/// Values of every kind arrive as they were.
@Suite struct TypesTests {
    @Test func `PostgreSQL's own types arrive as they were, as binary`() async throws {
        let setup = """
            CREATE TABLE v (id int PRIMARY KEY, embedding vector(2), i2 int2, i8 int8, f4 float4, f8 float8, n numeric,
                n2 numeric(20,5), m money, b bool, c "char", c5 char(5), vc varchar(9), t text, nm name, by bytea, bi bit(5),
                vb varbit, d date, ti time, tz timetz, ts timestamp, tstz timestamptz, iv interval, u uuid, j json, jb jsonb,
                jp jsonpath, tv tsvector, tq tsquery, ip inet, ci cidr, ma macaddr, ma8 macaddr8, p point, ln line, ls lseg,
                bx box, pa path, po polygon, cr circle, ir int4range, nr numrange, tr tstzrange, im int8multirange,
                dm datemultirange, ta text[], ia int[][], na numeric[], tsa timestamptz[], x xid, lsn pg_lsn, o oid)
            """
        let rows = """
            INSERT INTO v (id, f4, f8, n, n2, d, ts, tstz, iv, t, by, bi, vb, j, jb, ta, ia, ir, nr, tr, im) VALUES
            (1, '-0', '-0', 'NaN', 1.5, 'infinity', 'infinity', '-infinity', '-178000000 years', '', '', B'00000', B'',
                '{"a":1, "a": 2 }', '{"a": 1e400}', '{}', '{{1,NULL},{3,4}}', 'empty', '(,)', '[2020-01-01,infinity)', '{}'),
            (2, 'NaN', 'Infinity', 'Infinity', -0.00001, '4713-01-01 BC', '4713-01-01 BC', '294276-12-31', '1 mon -1 day 00:00:00.000001',
                NULL, '\\x00ff5c0a09', B'10101', B'1', 'null', 'null', '{NULL,"NULL","",",","\\"","\\\\"}', '[3:4]={7,8}',
                '[1,5)', '[1.50,1.500]', NULL, '{[1,3),[9,)}'),
            (3, '1e-45', '4.9e-324', 1e-1000, 999999999999999.99999, '5874897-12-31', now(), now(), '1 year 2 mons',
                E'tab\\tline\\nback\\\\slash \\\\. \\\\N ' || chr(128293), decode(repeat('00', 100000), 'hex'), NULL,
                repeat('01', 5000)::varbit, '"x"', '[1, "x"]', ARRAY[repeat('long', 9999)], NULL, NULL, NULL, NULL, NULL),
            (4, '3.4028235e38', '-1.7976931348623157e308', 1.0, 1, NULL, NULL, NULL, NULL, 'a', NULL, NULL, NULL, NULL, NULL,
                NULL, NULL, NULL, NULL, NULL, NULL),
            (5, NULL, NULL, 1.00, 0, NULL, NULL, NULL, NULL, 'a ', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                NULL);
            UPDATE v SET embedding = '[-0,1e-45]', i2 = -32768, i8 = 9223372036854775807, m = '12.34', b = id % 2 = 0,
                c = 'é'::"char", c5 = 'ab', vc = 'ab ', nm = 'Name', ti = '24:00', tz = '12:00+14:59', u = gen_random_uuid(),
                jp = '$.a[*]', tv = 'a:1A b:2', tq = 'a & !b', ip = '::1/64', ci = '10.0/16', ma = '08:00:2b:01:02:03',
                ma8 = '08:00:2b:01:02:03:04:05', p = '(1,-0)', ln = '{1,2,3}', ls = '[(1,2),(3,4)]', bx = '(1,2),(3,4)',
                pa = '[(1,2),(3,4)]', po = '((1,2),(3,4))', cr = '<(1,2),3>', dm = '{[2020-01-01,2021-01-01)}',
                na = '{NaN,1.50,NULL}', tsa = '{infinity}', x = '4294967295', lsn = '16/B374D848', o = 4294967295
            WHERE id < 5
            """
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run(rows)
            let report = try await databases.engine().copy(CopyRequest())
            #expect(report.outcome == .proven)
            #expect(try databases.sameRows("SELECT * FROM v ORDER BY id") == 5)
            #expect(
                try databases.source.stream("SELECT * FROM v ORDER BY id", binary: true)
                    == databases.target.stream("SELECT * FROM v ORDER BY id", binary: true))
            #expect(try await databases.engine().plan(CopyRequest()).pairs.first?.format == .binary)
        }
    }

    /// Each with a value, and whether its table may travel as binary.
    static let userTypes: [(name: String, column: String, value: String, format: TablePair.Format)] = [
        ("enum", "mood", "'happy'", .binary),
        ("array of enum", "mood[]", "'{happy,sad,NULL}'", .text),
        ("array of vector", "vector[]", "ARRAY['[1,-0]', '[1e-45,2]']::vector[]", .text),
        ("array of int", "int[]", "'{1,2}'", .binary),
        ("domain", "posint", "7", .binary),
        ("array of domain", "posint[]", "'{7,8}'", .text),
        ("domain over array of enum", "moods", "'{sad}'", .text),
        ("composite of own types", "pair", "ROW(1, E'a,\"\\\\\\n')", .binary),
        ("composite of user types", "person", "ROW('sad', 3, ARRAY['[1,2]']::vector[])", .text),
        ("array of composite", "pair[]", "ARRAY[ROW(1, NULL), ROW(NULL, '')]::pair[]", .text),
        ("range of own type", "floatrange", "'[-0,1.5)'", .binary),
        ("range of enum", "moodrange", "'[sad,happy]'", .binary),
        ("multirange", "floatmultirange", "'{[1,2),[3,4)}'", .binary),
        ("domain over composite", "pairdomain", "ROW(1, 'x')", .binary),
        ("regclass", "regclass", "'items'", .text),
        ("regtype", "regtype", "'mood'", .text),
        ("regprocedure", "regprocedure", "'length(text)'", .text),
        ("array of regclass", "regclass[]", "'{items}'", .text),
        ("domain over vector", "point2", "'[1,-0]'", .binary),
        ("aclitem", "aclitem", "'=r/postgres'", .text),
        ("composite with a regclass", "reference", "ROW('items')", .text),
    ]

    static let types = """
        CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE DOMAIN posint AS int CHECK (VALUE > 0);
        CREATE DOMAIN moods AS mood[]; CREATE TYPE pair AS (a int, b text);
        CREATE TYPE person AS (m mood, p posint, v vector[]); CREATE TYPE floatrange AS RANGE (subtype = float8);
        CREATE TYPE moodrange AS RANGE (subtype = mood); CREATE DOMAIN pairdomain AS pair; CREATE DOMAIN point2 AS vector(2);
        CREATE TABLE items (botid int); CREATE TYPE reference AS (r regclass);
        """

    @Test func `types that users made arrive as they were, as text where OIDs would not mean the same`() async throws {
        // The same types under other OIDs, as in any two clusters.
        let tables = Self.userTypes.enumerated().map { "CREATE TABLE t\($0) (id int, botid int, v \($1.column))" }
        try await Rig.withDatabases { databases in
            try databases.target.run("CREATE TYPE other AS ENUM ('x'); DROP TYPE other;" + Self.types)
            try databases.source.run("CREATE TYPE mood1 AS ENUM ('x');" + Self.types)
            try databases.both(tables.joined(separator: ";"))
            for (number, type) in Self.userTypes.enumerated() {
                try databases.source.run("INSERT INTO t\(number) VALUES (1, 1, \(type.value)), (2, 1, NULL)")
            }
            let plan = try await databases.engine().plan(CopyRequest())
            for (number, type) in Self.userTypes.enumerated() {
                #expect(plan.pairs.first { $0.name.name == "t\(number)" }?.format == type.format, "\(type.name)")
            }
            let report = try await databases.engine().copy(CopyRequest())
            #expect(report.outcome == .proven)
            for (number, type) in Self.userTypes.enumerated() {
                #expect(try databases.sameRows("SELECT * FROM t\(number) ORDER BY id") == 2, "\(type.name)")
            }
        }
    }

    @Test func `a type of the same name that is made otherwise is a blocker`() async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(
                """
                CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE DOMAIN num AS int4; CREATE TYPE pair AS (a int, b text);
                CREATE TYPE numbers AS RANGE (subtype = int4);
                """)
            try databases.target.run(
                """
                CREATE TYPE mood AS ENUM ('sad'); CREATE DOMAIN num AS float4; CREATE TYPE pair AS (b int, a text);
                CREATE TYPE numbers AS RANGE (subtype = float4);
                """)
            try databases.both(
                "CREATE TABLE items (botid int, m mood, n num, p pair, r numbers, a num[], ok int, okd numeric(3,1))")
            let plan = try await databases.engine().plan(CopyRequest())
            #expect(plan.blockers.map(\.code) == Array(repeating: .typeDiffers, count: 5))
        }
    }

    @Test func `every type of pgvector arrives bit for bit`() async throws {
        let setup = """
            CREATE TABLE vectors (id int PRIMARY KEY, v vector, v3 vector(3));
            CREATE TABLE halves (id int PRIMARY KEY, h halfvec, h3 halfvec(3));
            CREATE TABLE sparse (id int PRIMARY KEY, s sparsevec, s5 sparsevec(5));
            CREATE TABLE bits (id int PRIMARY KEY, b bit(64));
            CREATE INDEX ON bits USING hnsw (b bit_hamming_ops); CREATE INDEX ON vectors USING hnsw (v3 vector_l2_ops);
            CREATE INDEX ON halves USING hnsw (h3 halfvec_l2_ops); CREATE INDEX ON sparse USING hnsw (s5 sparsevec_l2_ops);
            """
        try await Rig.withDatabases(setup: setup, onTargetServer: true) { databases in
            try databases.source.run(
                """
                INSERT INTO vectors VALUES (1, '[-0,0,1e-45]', '[3.4028235e38,-3.4028235e38,1.1754944e-38]'),
                    (2, NULL, NULL), (3, (SELECT array_agg(CASE i % 3 WHEN 0 THEN -0.0 ELSE sin(i) END) FROM
                        generate_series(1, 16000) AS i)::real[]::vector, '[1,2,3]');
                INSERT INTO halves VALUES (1, '[-0,5.9604645e-8,65504,-65504]', '[1,-0,6.1035e-05]'), (2, NULL, NULL),
                    (3, (SELECT array_agg(i % 7) FROM generate_series(1, 16000) AS i)::real[]::halfvec, '[1,2,3]');
                INSERT INTO sparse VALUES (1, '{}/7', '{1:1e-45,5:-3.4028235e38}/5'), (2, NULL, NULL),
                    (3, '{1:1,1000000000:2}/1000000000', '{}/5');
                INSERT INTO bits SELECT i, (hashint8(i)::bigint * 4294967296 + i)::bit(64) FROM generate_series(1, 50) AS i
                """)
            let report = try await databases.engine().copy(CopyRequest())
            #expect(report.outcome == .proven)
            for (table, count) in [("vectors", 3), ("halves", 3), ("sparse", 3), ("bits", 50)] {
                let query = "SELECT * FROM \(table) ORDER BY id"
                #expect(try databases.sameRows(query) == count)
                #expect(
                    try databases.source.stream(query, binary: true) == databases.target.stream(query, binary: true))
            }
            // The text form shows these, so that the comparison above had something to find.
            #expect(try databases.target.value("SELECT v FROM vectors WHERE id = 1") == "[-0,0,1e-45]")
            let invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
            #expect(try databases.target.value(invalid) == "0")
        }
    }

    @Test func `a vector of 16,000 dimensions crosses from pgvector 0.5 to 0.8`() async throws {
        try await Rig.withDatabases(setup: "CREATE TABLE v (id int PRIMARY KEY, e vector(16000), botid text)") {
            databases in
            try databases.source.run(
                """
                INSERT INTO v SELECT n, (SELECT array_agg(CASE i % 5 WHEN 0 THEN -0.0 WHEN 1 THEN 1e-45 ELSE cos(i * n) END)
                    FROM generate_series(1, 16000) AS i)::real[]::vector, '' FROM generate_series(1, 20) AS n
                """)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            #expect(try databases.sameRows("SELECT * FROM v ORDER BY id") == 20)
            let query = "SELECT e FROM v ORDER BY id"
            #expect(try databases.source.stream(query, binary: true) == databases.target.stream(query, binary: true))
        }
    }
}
