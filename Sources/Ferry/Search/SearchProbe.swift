internal import Postgres

/// Runs searches on one side, in an open transaction that has the application's settings.
struct SearchProbe {
    /// The query.
    let query: SearchQuery
    /// The index that should serve it; nil where this side has none.
    let index: Index?
    /// The schema of pgvector's types and operators.
    let schema: String
    /// The catalog of the same side.
    let catalog: Catalog
    /// The names of the table's vector indexes, those of its partitions included, and of its other indexes.
    let vectorIndexes: [String], otherIndexes: [String]

    /// The answer to one query, and the time that it took.
    struct Timed {
        var answer: SearchAnswers
        var milliseconds: Double
    }

    /// Plans without an index scan, which sort rows by their true distance: only an index scan returns pgvector's order. A bot's rows may
    /// still be found by bitmap.
    private static let exactPlans = """
        SET LOCAL enable_seqscan TO on; SET LOCAL enable_bitmapscan TO on; SET LOCAL enable_sort TO on; \
        SET LOCAL enable_indexscan TO off; SET LOCAL enable_indexonlyscan TO off; SET LOCAL jit TO off
        """

    /// Answers exactly.
    func exact(
        _ samples: [SearchSample], until deadline: SearchDeadline = .none, on session: borrowing Session
    ) throws(FerryError) -> [Timed] {
        try answers(samples, under: Self.exactPlans, until: deadline, on: session)
    }

    /// Answers as the application is answered.
    ///
    /// - Parameter settings: Statements that set other settings first, for these answers alone.
    func answers(
        _ samples: [SearchSample], under settings: String = "", until deadline: SearchDeadline = .none,
        on session: borrowing Session
    ) throws(FerryError) -> [Timed] {
        // An error ends the transaction, and with it the savepoint.
        try session.execute("SAVEPOINT settings; \(settings)", .prompt)
        let answers = try deadline.forEach(samples, on: session) { sample throws(FerryError) in
            try answer(sample, on: session)
        }
        try session.execute("ROLLBACK TO SAVEPOINT settings; RELEASE SAVEPOINT settings", .prompt)
        return answers
    }

    /// Answers under other settings, and compares with the exact answers.
    ///
    /// - Parameter exact: The exact answers, in the samples' order; there may be more.
    func tally(
        _ samples: [SearchSample], exact: [SearchAnswers], under settings: String, until deadline: SearchDeadline,
        on session: borrowing Session
    ) throws(FerryError) -> SideTally {
        let found = try answers(samples, under: settings, until: deadline, on: session)
        var tally = SideTally()
        for (number, sample) in samples.enumerated() { tally.add(found[number], exact: exact[number], sample) }
        return tally
    }

    private func statement(
        _ sample: SearchSample, isFiltered: Bool = true
    ) -> (sql: String, parameters: [String?]) {
        query.statement(sample, own: index?.expressions.first, schema: schema, isFiltered: isFiltered)
    }

    private func answer(_ sample: SearchSample, on session: borrowing Session) throws(FerryError) -> Timed {
        let (sql, parameters) = statement(sample)
        let start = ContinuousClock.now
        // Without the index the server is silent until it has read every row: the silence check finds out whether it hangs.
        let rows = try session.query(sql, parameters)
        let time = (ContinuousClock.now - start) / .milliseconds(1)
        var answer = SearchAnswers(rows: [], distances: [])
        for row in rows where try row.optional("distance") != nil {
            answer.rows.append(query.table.key == nil ? "" : try row.string("row"))
            answer.distances.append(try row.double("distance"))
        }
        return Timed(answer: answer.withoutOrigin(sample.origin, k: query.k), milliseconds: time)
    }

    // MARK: Plans

    /// Learns the plans of the samples' bots. A plan may depend on the bot, and does not on the vector.
    func plan(
        _ samples: [SearchSample], into tally: inout SideTally, on session: borrowing Session
    ) throws(FerryError) {
        for sample in samples where tally.plan(of: sample) == nil {
            tally.learn(try plan(sample, on: session), of: sample)
        }
    }

    private func plan(_ sample: SearchSample, on session: borrowing Session) throws(FerryError) -> SearchPlan {
        let plan = try explain("COSTS off", statement(sample), on: session)
        func used(_ names: [String]) -> String? {
            names.first { name in
                // EXPLAIN quotes a name only where needed, and a bitmap scan ends its line with it.
                [name, name.quotedIdentifier].contains { name in
                    plan.contains { $0.contains("Scan using \(name) on ") || $0.hasSuffix("Scan on \(name)") }
                }
            }
        }
        if let name = used(vectorIndexes) { return SearchPlan(kind: .vectorIndex, index: name, queries: 1) }
        if let name = used(otherIndexes) { return SearchPlan(kind: .otherIndex, index: name, queries: 1) }
        return SearchPlan(kind: .allRows, index: nil, queries: 1)
    }

    private func explain(
        _ options: String, _ statement: (sql: String, parameters: [String?]), on session: borrowing Session
    ) throws(FerryError) -> [String] {
        let rows = try session.query(
            "EXPLAIN (\(options), FORMAT TEXT) \(statement.sql)", statement.parameters)
        return try rows.map { row throws(FerryError) in try row.optional(at: 0) ?? "" }
    }

    /// The share of an ivfflat index's pages that a search over all bots reads: the median, since lists differ in size. Pages of the
    /// answers' own rows are counted too, so it means little for an index of a few pages.
    func partRead(
        _ samples: some Collection<SearchSample>, until deadline: SearchDeadline, on session: borrowing Session
    ) throws(FerryError) -> Double? {
        guard let index, index.method == "ivfflat" else { return nil }
        let pages = index.bytes / catalog.server.blockSize
        guard pages >= 100 else { return nil }
        // The question is what the index reads, also where the application's query is planned without it.
        try session.execute(
            "SAVEPOINT plans; SET LOCAL enable_seqscan TO off; SET LOCAL enable_bitmapscan TO off; SET LOCAL enable_sort TO off",
            .prompt)
        var parts: [Double] = []
        for sample in samples where !deadline.isPast {
            try deadline.impose(on: session)
            let statement = statement(sample, isFiltered: false)
            let plan = try explain("ANALYZE, BUFFERS, COSTS off, TIMING off, SUMMARY off", statement, on: session)
            guard let touched = Self.buffers(plan) else { break }
            parts.append(min(1, Double(touched) / Double(pages)))
        }
        try session.execute("ROLLBACK TO SAVEPOINT plans; RELEASE SAVEPOINT plans", .prompt)
        return parts.isEmpty ? nil : SearchTally.quantile(0.5, of: parts.sorted())
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
