/// Answers searches on one side, in a transaction that is open, without the index and through it.
struct SearchProbe {
    /// What is asked for.
    let query: SearchQuery
    /// The index that should serve it; nil where this side has none.
    let index: Index?
    /// pgvector's.
    let schema: String
    /// Of the same side.
    let catalog: Catalog

    /// Which plans the server may choose from.
    private enum Mode: String {
        /// As the app would get it.
        case asItIs = ""
        /// An index scan is what gives pgvector's order; without it, rows are sorted by their true distance. A bot's rows may
        /// still be found by bitmap.
        case exact = "SET LOCAL enable_indexscan TO off; SET LOCAL enable_indexonlyscan TO off"
        /// Whatever else could give the order costs too much.
        case throughIndex = """
            SET LOCAL enable_seqscan TO off; SET LOCAL enable_bitmapscan TO off; SET LOCAL enable_sort TO off
            """
    }

    /// Answers every sample, exactly, and through the index where there is one.
    ///
    /// - Returns: How the side answers, and the exact answers in the samples' order.
    func run(
        _ samples: [SearchQuery.Sample], on session: borrowing Session
    ) throws(FerryError) -> (SearchSide, [SearchAnswers]) {
        var side = SearchSide(
            index: index?.name, method: index?.method, options: index?.options ?? [:], settings: [:],
            choosesIndex: false, recall: nil, exactMilliseconds: 0, indexMilliseconds: nil, partRead: nil)
        try enter(.exact, on: session)
        let exact = try answers(samples, on: session)
        side.exactMilliseconds = exact.milliseconds
        // pgvector's settings are there once its library is loaded.
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

    /// Settings are local to the transaction; those of an earlier mode are taken back first.
    private func enter(_ mode: Mode, on session: borrowing Session) throws(FerryError) {
        let names = ["indexscan", "indexonlyscan", "seqscan", "bitmapscan", "sort"]
        try session.execute(names.map { "SET LOCAL enable_\($0) TO on" }.joined(separator: "; "), .prompt)
        if mode != .asItIs { try session.execute(mode.rawValue, .prompt) }
    }

    private func statement(
        _ sample: SearchQuery.Sample, isFiltered: Bool = true
    ) -> (sql: String, parameters: [String?]) {
        query.statement(
            sample, expression: index?.expressions.first ?? query.column.name.quotedIdentifier, schema: schema,
            isFiltered: isFiltered)
    }

    private func answers(
        _ samples: [SearchQuery.Sample], on session: borrowing Session
    ) throws(FerryError) -> (answers: [SearchAnswers], milliseconds: Double) {
        var answers: [SearchAnswers] = []
        var times: [Double] = []
        for sample in samples {
            let (sql, parameters) = statement(sample)
            let start = ContinuousClock.now
            // Without the index the server says nothing until it has seen every row: whether it hangs, the silence
            // check finds out.
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

    /// Whether the plan goes through the index, or through its partitions.
    private func uses(
        _ index: Index, _ sample: SearchQuery.Sample, on session: borrowing Session
    ) throws(FerryError) -> Bool {
        var names = [index.name.name]
        if let relation = catalog.relation(query.table.name) {
            names += catalog.tree(below: relation).flatMap(\.indexes).filter(\.isVectorIndex).map(\.name.name)
        }
        let plan = try explain("COSTS off", statement(sample), on: session)
        // EXPLAIN quotes a name only where it must.
        names += names.map(\.quotedIdentifier)
        return names.contains { name in plan.contains { $0.contains("Index Scan using \(name) on ") } }
    }

    /// How much of the index's pages a search over all bots touches: the median, since lists differ in size. Pages of the
    /// answers' own rows are counted too, so that it means little for an index of a few pages.
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

    /// Hits and reads of the whole plan, which its first node tells: `Buffers: shared hit=3443 read=57989`.
    static func buffers(_ plan: [String]) -> Int? {
        guard let line = plan.first(where: { $0.contains("Buffers: shared") }) else { return nil }
        // Temporary and local blocks come behind a comma.
        let words = line.prefix { $0 != "," }.split(separator: " ").map { $0.split(separator: "=") }
        return words.reduce(0) { sum, word in
            guard word.count == 2, word[0] == "hit" || word[0] == "read" else { return sum }
            return sum + (Int(word[1]) ?? 0)
        }
    }
}
