/// Runs searches on one side, in an open transaction, without the index and through it.
struct SearchProbe {
    /// The query.
    let query: SearchQuery
    /// The index that should serve it; nil where this side has none.
    let index: Index?
    /// The schema of pgvector's types and operators.
    let schema: String
    /// The catalog of the same side.
    let catalog: Catalog

    /// The plans that the server may choose from.
    private enum Mode: String {
        /// All plans, as for the application.
        case asItIs = ""
        /// Plans without an index scan, which sort rows by their true distance: only an index scan returns pgvector's order. A
        /// bot's rows may still be found by bitmap.
        case exact = "SET LOCAL enable_indexscan TO off; SET LOCAL enable_indexonlyscan TO off"
        /// Plans through the index: all others cost too much.
        case throughIndex = """
            SET LOCAL enable_seqscan TO off; SET LOCAL enable_bitmapscan TO off; SET LOCAL enable_sort TO off
            """
    }

    /// Runs every sample exactly, and through the index where there is one.
    ///
    /// - Returns: The measurements of the side, and the exact answers in the samples' order.
    func run(
        _ samples: [SearchQuery.Sample], on session: borrowing Session
    ) throws(FerryError) -> (SearchSide, [SearchAnswers]) {
        var side = SearchSide(
            index: index?.name, method: index?.method, options: index?.options ?? [:], settings: [:],
            choosesIndex: false, recall: nil, exactMilliseconds: 0, indexMilliseconds: nil, partRead: nil)
        try enter(.exact, on: session)
        let exact = try answers(samples, on: session)
        side.exactMilliseconds = exact.milliseconds
        // pgvector's settings exist once its library is loaded.
        side.settings = try settings(on: session)
        guard let index, let first = samples.first else { return (side, exact.answers) }

        try enter(.asItIs, on: session)
        side.choosesIndex = try uses(index, first, on: session)
        try enter(.throughIndex, on: session)
        guard try uses(index, first, on: session) else { return (side, exact.answers) }
        let found = try answers(samples, on: session)
        let (hits, all) = zip(exact.answers, found.answers).reduce((0, 0)) { counts, pair in
            (counts.0 + pair.0.hits(in: pair.1), counts.1 + pair.0.distances.count)
        }
        side.recall = all == 0 ? 1 : Double(hits) / Double(all)
        side.indexMilliseconds = found.milliseconds
        if index.method == "ivfflat" { side.partRead = try partRead(index, samples.prefix(7), on: session) }
        return (side, exact.answers)
    }

    /// Changes the mode. Settings are local to the transaction; those of the last mode are reset first.
    private func enter(_ mode: Mode, on session: borrowing Session) throws(FerryError) {
        let names = ["indexscan", "indexonlyscan", "seqscan", "bitmapscan", "sort"]
        try session.execute(names.map { "SET LOCAL enable_\($0) TO on" }.joined(separator: "; "), .prompt)
        if mode != .asItIs { try session.execute(mode.rawValue, .prompt) }
    }

    private func statement(
        _ sample: SearchQuery.Sample, isFiltered: Bool = true
    ) -> (sql: String, parameters: [String?]) {
        query.statement(sample, own: index?.expressions.first, schema: schema, isFiltered: isFiltered)
    }

    private func answers(
        _ samples: [SearchQuery.Sample], on session: borrowing Session
    ) throws(FerryError) -> (answers: [SearchAnswers], milliseconds: Double) {
        var answers: [SearchAnswers] = []
        var times: [Double] = []
        for sample in samples {
            let (sql, parameters) = statement(sample)
            let start = ContinuousClock.now
            // Without the index the server is silent until it has read every row: the silence check finds out whether it hangs.
            let rows = try session.query(sql, parameters)
            times.append((ContinuousClock.now - start) / .milliseconds(1))
            var answer = SearchAnswers(rows: [], distances: [])
            for row in rows where try row.optional("distance") != nil {
                answer.rows.append(query.table.key == nil ? "" : try row.string("row"))
                answer.distances.append(try row.double("distance"))
            }
            answers.append(answer)
        }
        times.sort()
        return (answers, times.isEmpty ? 0 : times[times.count / 2])
    }

    private func settings(on session: borrowing Session) throws(FerryError) -> [String: String] {
        var settings: [String: String] = [:]
        let rows = try session.query(
            "SELECT name, setting FROM pg_settings WHERE name ~ '^(ivfflat|hnsw)[.]'", [], .prompt)
        for row in rows { settings[try row.string("name")] = try row.string("setting") }
        return settings
    }

    private func explain(
        _ options: String, _ statement: (sql: String, parameters: [String?]), on session: borrowing Session
    ) throws(FerryError) -> [String] {
        let rows = try session.query(
            "EXPLAIN (\(options), FORMAT TEXT) \(statement.sql)", statement.parameters)
        return try rows.map { row throws(FerryError) in try row.optional(at: 0) ?? "" }
    }

    /// Whether the plan scans the index, or those of its partitions.
    private func uses(
        _ index: Index, _ sample: SearchQuery.Sample, on session: borrowing Session
    ) throws(FerryError) -> Bool {
        var names = [index.name.name]
        if let relation = catalog.relation(query.table.name) {
            names += catalog.tree(below: relation).flatMap(\.indexes).filter(\.isVectorIndex).map(\.name.name)
        }
        let plan = try explain("COSTS off", statement(sample), on: session)
        // EXPLAIN quotes a name only where needed.
        names += names.map(\.quotedIdentifier)
        return names.contains { name in plan.contains { $0.contains("Index Scan using \(name) on ") } }
    }

    /// The share of the index's pages that a search over all bots reads: the median, since lists differ in size. Pages of the
    /// answers' own rows are counted too, so it means little for an index of a few pages.
    private func partRead(
        _ index: Index, _ samples: some Collection<SearchQuery.Sample>, on session: borrowing Session
    ) throws(FerryError) -> Double? {
        let pages = index.bytes / catalog.server.blockSize
        guard pages >= 100 else { return nil }
        var parts: [Double] = []
        for sample in samples {
            let statement = statement(sample, isFiltered: false)
            let plan = try explain("ANALYZE, BUFFERS, COSTS off, TIMING off, SUMMARY off", statement, on: session)
            guard let touched = Self.buffers(plan) else { return nil }
            parts.append(min(1, Double(touched) / Double(pages)))
        }
        parts.sort()
        return parts.isEmpty ? nil : parts[parts.count / 2]
    }

    /// The hits and reads of the whole plan, from its first node: `Buffers: shared hit=3443 read=57989`.
    static func buffers(_ plan: [String]) -> Int? {
        guard let line = plan.first(where: { $0.contains("Buffers: shared") }) else { return nil }
        // Temporary and local blocks follow a comma.
        let words = line.prefix { $0 != "," }.split(separator: " ").map { $0.split(separator: "=") }
        return words.reduce(0) { sum, word in
            guard word.count == 2, word[0] == "hit" || word[0] == "read" else { return sum }
            return sum + (Int(word[1]) ?? 0)
        }
    }
}
