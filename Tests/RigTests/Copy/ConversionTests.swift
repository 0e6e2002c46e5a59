import RigSupport
import Testing

@testable import Ferry

/// `--convert`: a vector of the source becomes a halfvec of the target. The source's pgvector has no halfvec.
@Suite struct ConversionTests {
    private static let vectors = "CREATE TABLE items (id int PRIMARY KEY, botid text, embedding vector(3));"
    private static let halves = "CREATE TABLE items (id int PRIMARY KEY, botid text, embedding halfvec(3));"
    private static let rows = """
        INSERT INTO items SELECT i, 'bot' || i % 3, CASE WHEN i % 50 <> 0 THEN ARRAY[i / 7.0, -1e-6 * i, 0.1]::vector END
        FROM generate_series(1, 1000) AS i;
        """

    private static func request(
        _ conversions: String..., change: (inout CopyRequest) -> Void = { _ in }
    ) throws -> CopyRequest {
        var request = CopyRequest()
        request.conversions = try conversions.map { try #require(ConversionRequest($0)) }
        change(&request)
        return request
    }

    private func withItems(_ body: (RigDatabases) async throws -> Void) async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(Self.vectors + Self.rows)
            try databases.target.run(Self.halves)
            try await body(databases)
        }
    }

    /// The target's rows that are not what its own cast makes of the source's.
    private func wrong(_ databases: RigDatabases, _ table: String = "items") throws -> String? {
        let rows = try databases.source.run("SELECT id, embedding::text FROM \(table) WHERE embedding IS NOT NULL")
        let values = rows.map { "(\($0[0] ?? ""), '\($0[1] ?? "")'::vector)" }.joined(separator: ", ")
        return try databases.target.value(
            """
            SELECT count(*) FROM (VALUES \(values)) AS s (id, embedding) FULL JOIN
                (SELECT * FROM \(table) WHERE embedding IS NOT NULL) AS t ON t.id = s.id
            WHERE halfvec_send(t.embedding) IS DISTINCT FROM halfvec_send(s.embedding::halfvec)
            """)
    }

    /// Every value of half precision, the middle between it and the next, the neighbours of that in single precision; with both signs;
    /// and some of each other exponent of single precision.
    private static var elements: [Float] {
        var elements: [Float] = []
        for bits in 0...Float16.greatestFiniteMagnitude.bitPattern {
            let half = Float(Float16(bitPattern: bits))
            let next = Float16(bitPattern: bits).nextUp
            let middle = next.isFinite ? (half + Float(next)) / 2 : Float(65_520).nextDown.nextDown
            elements += [half, middle, middle.nextDown, middle.nextUp]
        }
        for exponent in 0..<(127 + 16) {
            for mantissa: UInt32 in [0, 1, 0xFFF, 0x1000, 0x1001, 0x2FFF, 0x3000, 0x3001, 0x7F_EFFF, 0x7F_FFFF] {
                elements.append(Float(bitPattern: UInt32(exponent) << 23 | mantissa))
            }
        }
        return elements.filter { $0.magnitude < 65_520 }.flatMap { [$0, -$0] }
    }

    @Test func `elements are rounded as pgvector rounds them, bit for bit`() async throws {
        let dimensions = 8_000
        var elements = Self.elements
        #expect(elements.count > 250_000)
        elements += repeatElement(0, count: dimensions - elements.count % dimensions)
        let vectors = stride(from: 0, to: elements.count, by: dimensions).map { start in
            "('[\(elements[start..<start + dimensions].map { "\($0)" }.joined(separator: ","))]')"
        }
        let values = "INSERT INTO plain (embedding) VALUES \(vectors.joined(separator: ", "))"
        let table = "(id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY, embedding"
        try await Rig.withDatabases(setup: "CREATE TABLE plain \(table) vector);\(values)") { databases in
            try databases.source.run("ALTER TABLE plain RENAME TO items")
            try databases.target.run("CREATE TABLE items \(table) halfvec)")
            let report = try await databases.engine().copy(try Self.request("items.embedding=halfvec"))
            #expect(report.outcome == .proven && report.rows == vectors.count)
            #expect(
                try databases.target.run(
                    """
                    SELECT count(*), count(*) FILTER (WHERE halfvec_send(p.embedding::halfvec) = halfvec_send(i.embedding))
                    FROM plain AS p FULL JOIN items AS i USING (id)
                    """) == [["\(vectors.count)", "\(vectors.count)"]])
        }
    }

    @Test func `a converted copy is proven, and stays the same for every later command`() async throws {
        try await withItems { databases in
            try databases.target.run("CREATE INDEX ON items USING hnsw (embedding halfvec_l2_ops)")
            let request = try Self.request("items.embedding=halfvec")
            let report = try await databases.engine().copy(request)
            #expect(report.outcome == .proven && report.rows == 1000)
            #expect(report.converted.map(\.column) == ["embedding"])
            #expect(try wrong(databases) == "0")
            #expect(try databases.target.value("SELECT count(*) FROM items WHERE embedding IS NULL") == "20")
            #expect(try await databases.engine().copy(request).outcome == .alreadyFinished)

            let verified = try await databases.verify()
            #expect(verified.outcome == .same)
            #expect(verified.notes.contains { $0.code == .comparedConverted })
            try databases.target.run("DROP SCHEMA vecferry CASCADE")
            let refusal = await #expect(throws: FerryError.self) { try await databases.verify() }
            #expect(refusal?.hint?.contains("--convert 'public.items.embedding=halfvec'") == true)
            var named = VerifyRequest()
            named.conversions = request.conversions
            #expect(try await databases.verify(named).outcome == .same)
        }
    }

    @Test func `a value that is off by the last bit is found, and repaired to what the conversion makes`() async throws
    {
        try await withItems { databases in
            #expect(
                try await databases.engine().copy(try Self.request("items.embedding=halfvec")).outcome == .proven)
            try databases.target.run(
                """
                UPDATE items SET embedding = '[1,-1e-6,0.10004]' WHERE id = 7; DELETE FROM items WHERE id = 8;
                INSERT INTO items VALUES (-1, 'bot1', '[1,2,3]')
                """)
            let found = try await databases.verify()
            let items = try found.table("items")
            #expect(items.counts == FindingCounts(missing: 1, extra: 1, differing: 1))
            let differing = items.findings.first { $0.kind == .differs }
            #expect(differing?.key == ["id": "7"] && differing?.columns == ["embedding"])
            var repair = VerifyRequest()
            repair.repair = .apply
            #expect(try await databases.verify(repair).outcome == .same)
            #expect(try wrong(databases) == "0")
        }
    }

    @Test(arguments: [ExistingRows.keep, .replace, .truncate])
    func `rows that are there are treated as without a conversion`(existing: ExistingRows) async throws {
        try await Rig.withDatabases { databases in
            for (database, type) in [(databases.source, "vector"), (databases.target, "halfvec")] {
                try database.run("CREATE TABLE items (id int PRIMARY KEY, embedding \(type)(2))")
            }
            try databases.source.run(
                "INSERT INTO items SELECT i, ARRAY[i / 7.0, 1]::vector FROM generate_series(1, 100) AS i")
            try databases.target.run("INSERT INTO items VALUES (1, '[9,9]'), (-1, '[8,8]')")
            let request = try Self.request("items.embedding=halfvec") { $0.existing = existing }
            #expect(try await databases.engine().copy(request).outcome == .proven)
            let own = try databases.target.run("SELECT id, embedding FROM items WHERE id < 2 ORDER BY id")
            switch existing {
            case .keep: #expect(own == [["-1", "[8,8]"], ["1", "[9,9]"]])
            case .replace: #expect(own == [["-1", "[8,8]"], ["1", "[0.14282227,1]"]])
            default: #expect(own == [["1", "[0.14282227,1]"]])
            }
        }
    }

    @Test func `a table is created with the other type, and its indexes with the operator classes of that`()
        async throws
    {
        try await Rig.withDatabases { databases in
            try databases.source.run(
                Self.vectors + Self.rows + """
                    CREATE INDEX items_l2 ON items USING ivfflat (embedding vector_l2_ops) WITH (lists = 5);
                    CREATE INDEX items_cosine ON items USING hnsw (embedding vector_cosine_ops) WITH (m = 8);
                    ALTER TABLE items ADD CHECK (vector_dims(embedding) = 3);
                    CREATE TABLE events (id int PRIMARY KEY, botid text, embedding vector(2)) PARTITION BY RANGE (id);
                    CREATE TABLE events_low PARTITION OF events FOR VALUES FROM (0) TO (50);
                    CREATE TABLE events_high PARTITION OF events FOR VALUES FROM (50) TO (1000);
                    CREATE INDEX events_ip ON events USING hnsw (embedding vector_ip_ops);
                    INSERT INTO events SELECT i, 'bot1', ARRAY[i / 9.0, 1]::vector FROM generate_series(0, 99) AS i;
                    """)
            let request = try Self.request("*.embedding=halfvec") { $0.create = true }
            let plan = try await databases.engine().plan(request)
            let shown = plan.pairs.flatMap(\.indexes).filter(\.isVectorIndex).map(\.operatorClass)
            #expect(Set(shown) == ["halfvec_l2_ops", "halfvec_cosine_ops", "halfvec_ip_ops"])
            #expect(try await databases.engine().copy(request).outcome == .proven)
            #expect(try wrong(databases) == "0")
            #expect(try wrong(databases, "events") == "0")
            #expect(
                try databases.target.run(
                    """
                    SELECT a.attrelid::regclass, format_type(a.atttypid, a.atttypmod) FROM pg_attribute AS a
                    JOIN pg_class AS c ON c.oid = a.attrelid
                    WHERE a.attname = 'embedding' AND c.relkind IN ('r', 'p') ORDER BY 1::text
                    """) == [
                        ["events", "halfvec(2)"], ["events_high", "halfvec(2)"], ["events_low", "halfvec(2)"],
                        ["items", "halfvec(3)"],
                    ])
            #expect(
                try databases.target.run(
                    "SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'items_%' AND indexname <> 'items_pkey' ORDER BY 1"
                )
                    == [
                        [
                            "CREATE INDEX items_cosine ON public.items USING hnsw (embedding halfvec_cosine_ops) WITH (m='8')"
                        ],
                        [
                            "CREATE INDEX items_l2 ON public.items USING ivfflat (embedding halfvec_l2_ops) WITH (lists='5')"
                        ],
                    ])
        }
    }

    @Test func `a table that inherits a converted column is created with it`() async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(
                """
                \(Self.vectors)\(Self.rows) CREATE TABLE more (note text) INHERITS (items);
                INSERT INTO more SELECT 5000 + i, 'bot1', ARRAY[i / 7.0, 0, 1]::vector, 'x' FROM generate_series(1, 50) AS i
                """)
            let request = try Self.request("*.embedding=halfvec") { $0.create = true }
            let report = try await databases.engine().copy(request)
            #expect(report.outcome == .proven && report.rows == 1050)
            #expect(try wrong(databases, "more") == "0")
        }
    }

    @Test func `values out of range are named by key before anything is copied`() async throws {
        try await withItems { databases in
            try databases.source.run(
                """
                UPDATE items SET embedding = '[0,65520,0]' WHERE id = 10;
                UPDATE items SET embedding = '[-70000,1,0]' WHERE id = 11;
                UPDATE items SET embedding = '[65519.99,-65504,65510]' WHERE id = 12;
                UPDATE items SET embedding = '[40000,40000,40000]' WHERE id = 13;
                """)
            let request = try Self.request("items.embedding=halfvec")
            let blocker = try #require(try await databases.engine().plan(request).blockers.first)
            #expect(blocker.code == .notConvertible)
            #expect(blocker.message.contains("2 rows have") && blocker.message.hasSuffix(": id = 10; id = 11."))
            let error = await #expect(throws: FerryError.self) { try await databases.engine().copy(request) }
            #expect(error?.code == .blocked)
            #expect(try databases.target.value("SELECT count(*) FROM items") == "0")
            // 10 belongs to bot1, and 11 to bot2.
            let others = try Self.request("items.embedding=halfvec") { $0.selection.excludedBots = ["bot1", "bot2"] }
            #expect(try await databases.engine().copy(others).outcome == .proven)
            #expect(try databases.target.value("SELECT embedding FROM items WHERE id = 12") == "[65504,-65504,65504]")
            #expect(try databases.target.value("SELECT count(*) FROM items") == "333")
        }
    }

    @Test func `what can't be converted is a blocker that says so`() async throws {
        func codes(
            _ source: String, _ target: String, _ conversions: String..., create: Bool = false
        ) async throws -> [String] {
            try await Rig.withDatabases { databases in
                try databases.source.run(source)
                try databases.target.run(target)
                var request = CopyRequest()
                request.create = create
                request.conversions = try conversions.map { try #require(ConversionRequest($0)) }
                return try await databases.engine().plan(request).blockers.map(\.code.description)
            }
        }
        let vectors = Self.vectors, halves = Self.halves
        #expect(try await codes(vectors, halves) == ["type_differs"])
        #expect(try await codes(vectors, vectors, "items.embedding=halfvec") == ["type_differs"])
        #expect(
            try await codes(vectors, halves.replacing("(3)", with: "(4)"), "items.embedding=halfvec") == [
                "type_differs"
            ])
        #expect(try await codes(vectors, halves, "items.id=halfvec", "items.embedding=halfvec") == ["not_convertible"])
        #expect(try await codes(vectors, halves, "items.x=halfvec", "items.embedding=halfvec") == ["no_such_column"])
        #expect(try await codes(vectors, halves, "other.embedding=halfvec") == ["no_such_column", "type_differs"])
        let domain = "CREATE DOMAIN v AS vector(3); CREATE TABLE items (id int PRIMARY KEY, embedding v);"
        #expect(try await codes(domain, domain, "items.embedding=halfvec") == ["not_convertible"])
        let enums = "CREATE TYPE m AS ENUM ('a'); ALTER TABLE items ADD m m[];"
        #expect(try await codes(vectors + enums, halves + enums, "items.embedding=halfvec") == ["not_convertible"])
    }

    @Test func `a target whose pgvector has no halfvec is named`() async throws {
        try await Rig.withDatabases(on: ServerPair.reversed.servers) { databases in
            try databases.source.run(Self.vectors)
            let request = try Self.request("items.embedding=halfvec") { $0.create = true }
            #expect(try await databases.engine().plan(request).blockers.map(\.code) == [.typeMissing])
        }
    }

    @Test func `searches are measured against the rows that were nearest before`() async throws {
        try await Rig.withDatabases { databases in
            // Their distances differ by less than half precision can tell.
            try databases.source.run(
                """
                CREATE TABLE items (id int PRIMARY KEY, embedding vector(4));
                INSERT INTO items SELECT i, ARRAY[1 + i * 1e-6, 1, 1 + sin(i) * 1e-5, 0]::vector
                FROM generate_series(1, 300) AS i
                """)
            try databases.target.run("CREATE TABLE items (id int PRIMARY KEY, embedding halfvec(4))")
            let request = try Self.request("items.embedding=halfvec")
            let search = SearchRequest(queries: 20, k: 5)
            let report = try await databases.engine().copy(request, search: search)
            #expect(report.outcome == .proven)
            let searched = try #require(report.searches?.first)
            #expect(searched.source.figures.recall == 1)
            #expect(searched.exactRecall ?? 1 < 0.5 && searched.target.figures.recall ?? 1 < 0.5 && searched.isWorse)
            // The rows are what the conversion makes of the source's, so other answers are no difference.
            var verify = VerifyRequest()
            verify.search = search
            let verified = try await databases.verify(verify)
            #expect(verified.outcome == .same && verified.searches.first?.exactRecall ?? 1 < 0.5)

            let stored = try await databases.engine().copy(request, search: search)
            #expect(stored.outcome == .alreadyFinished && stored.searches?.first?.exactRecall == searched.exactRecall)

            var tune = TuneRequest()
            tune.search = SearchRequest(queries: 20, k: 5)
            let engine = try databases.engine()
            let tuned = try await engine.targetAlone.tune(tune, beside: engine.source)
            let column = try #require(tuned.columns.first)
            #expect(column.reference.figures.recall == 1 && column.options.contains { $0.kind == .current })
        }
    }

    @Test func `an application that cast the column finds the index on the converted one`() async throws {
        try await Rig.withDatabases(onTargetServer: true) { databases in
            try databases.source.run(
                """
                \(Self.vectors)\(Self.rows)
                CREATE INDEX items_cast ON items USING hnsw ((embedding::halfvec(3)) halfvec_l2_ops)
                """)
            try databases.target.run(
                "\(Self.halves) CREATE INDEX items_plain ON items USING hnsw (embedding halfvec_l2_ops)")
            let search = SearchRequest(queries: 10, k: 5)
            let report = try await databases.engine().copy(try Self.request("items.embedding=halfvec"), search: search)
            let searched = try #require(report.searches?.first)
            #expect(searched.source.index?.name == "items_cast" && searched.target.index?.name == "items_plain")
            #expect(!report.notes.contains { $0.code == .indexMissing || $0.code == .searchNotTried })
        }
    }
}
