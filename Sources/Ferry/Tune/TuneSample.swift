internal import Postgres

/// Builds indexes on a temporary table that holds the rows of the target's table, or a part of them, and measures searches in it.
struct TuneSample {
    /// The trial whose options are tried.
    let trial: TuneTrial
    /// What searches on the target.
    let place: ColumnSearch.Place
    /// The rows of the whole table.
    let rows: Int

    private static let name = QualifiedName(schema: "pg_temp", name: "vecferry_sample")

    private var query: SearchQuery { trial.query }
    private var isWhole: Bool { rows <= trial.request.sampleRows }
    private var server: ServerInfo { place.probe.catalog.server }

    /// What was tried, and what could not be, as sentences.
    struct Outcome {
        var options: [TuneOption] = []
        var notTried: [String] = []
    }

    /// Tries definitions. One that the server refuses costs none of the others.
    func run(_ candidates: [TuneCandidates.Candidate], _ samples: [SearchSample]) throws(FerryError) -> Outcome {
        var outcome = Outcome()
        guard !candidates.isEmpty else { return outcome }
        let session = try trial.target.connect()
        do throws(FerryError) {
            try session.execute("BEGIN", .prompt)
            let sampled = try create(on: session)
            guard sampled > 0 else { return outcome }
            _ = try place.settings.enter(session, takesRole: false)
            let exact = try probe(query.form).exact(samples, on: session).map(\.answer)
            for candidate in candidates {
                try session.execute("SAVEPOINT candidate", .prompt)
                do throws(FerryError) {
                    outcome.options.append(try measured(candidate, samples, exact, sampled, on: session))
                } catch {
                    outcome.notTried.append(try Self.refusal(error, of: Self.name(of: candidate)))
                }
                try session.execute("ROLLBACK TO SAVEPOINT candidate; RELEASE SAVEPOINT candidate", .prompt)
            }
            try session.execute("ROLLBACK", .prompt)
        } catch {
            outcome.notTried.append(try Self.refusal(error, of: "Other indexes"))
        }
        return outcome
    }

    /// Returns the sentence for what the server refused: a right, a value out of range, a limit of memory.
    ///
    /// - Throws: Any other error.
    private static func refusal(_ error: FerryError, of what: String) throws(FerryError) -> String {
        guard error.cause?.code == .server, !error.isRetryable, error.code != .interrupted else { throw error }
        return "Not tried: \(what). \(error.cause?.message ?? error.message)"
    }

    private static func name(of candidate: TuneCandidates.Candidate) -> String {
        let parameters = candidate.parameters.map { ", \($0.key) = \($0.value)" }.joined()
        return (candidate.method ?? "") + (candidate.kind == .information ? " over halfvec" : "") + parameters
    }

    /// Copies the columns' values, without anything that would run an owner's code, with the indexes by which rows are found.
    ///
    /// - Returns: The number of rows.
    private func create(on session: borrowing Session) throws(FerryError) -> Int {
        let share = 100 * Double(trial.request.sampleRows) / Double(max(rows, 1))
        let sampling = isWhole ? "" : " TABLESAMPLE SYSTEM (\(share)) REPEATABLE (1)"
        var columns = (query.table.key?.columns ?? []) + [query.column.name]
        if let bot = query.botColumn, !columns.contains(bot) { columns.append(bot) }
        // The room that rows take decides which plan the server chooses.
        columns += query.table.columns.map(\.name).filter { !columns.contains($0) }
        try session.execute(
            """
            CREATE TEMPORARY TABLE vecferry_sample ON COMMIT DROP AS
            SELECT \(columns.columnList(of: "r")) FROM \(query.table.name.quoted) AS r\(sampling)
            WHERE r.\(query.column.name.quotedIdentifier) IS NOT NULL
            """)
        let relation = place.probe.catalog.relation(query.table.name)
        if let bot = query.botColumn,
            relation?.indexes.contains(where: { $0.columns.first == bot && !$0.isPartial }) == true
        {
            try session.execute("CREATE INDEX vecferry_sample_bot ON pg_temp.vecferry_sample (\(bot.quotedIdentifier))")
        }
        try session.execute("ANALYZE pg_temp.vecferry_sample")
        return try session.query("SELECT count(*) AS rows FROM pg_temp.vecferry_sample").only().int("rows")
    }

    private func probe(_ form: SearchForm) -> SearchProbe {
        var table = query.table
        table.name = Self.name
        return SearchProbe(
            query: SearchQuery(table: table, column: query.column, form: form, k: query.k), index: nil,
            schema: place.probe.schema, catalog: place.probe.catalog, vectorIndexes: ["vecferry_sample_vector"],
            otherIndexes: ["vecferry_sample_bot"])
    }

    private func measured(
        _ candidate: TuneCandidates.Candidate, _ samples: [SearchSample], _ exact: [SearchAnswers], _ sampled: Int,
        on session: borrowing Session
    ) throws(FerryError) -> TuneOption {
        let isHalf = candidate.kind == .information
        let form =
            isHalf
            ? SearchForm(
                expression: .cast(.halfvec, dimensions: query.column.dimensions), distance: query.form.distance)
            : query.form
        // The number of rows is an estimate where all of them were copied.
        let scale = isWhole ? 1 : max(1, Double(rows) / Double(sampled))
        let (memory, whole) = memory(candidate, isHalf: isHalf, sampled)
        if let memory {
            let setting = BuildBudget(of: server).setting(for: memory, server: server)
            try session.execute("SET LOCAL maintenance_work_mem TO '\(max(1024, setting >> 10))kB'", .prompt)
        }
        let start = ContinuousClock.now
        try session.execute(creation(candidate, form))
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let bytes = try session.query("SELECT pg_relation_size('pg_temp.vecferry_sample_vector') AS bytes").only()
            .int("bytes", as: Int.self)
        let probe = probe(form)
        var tally = SideTally()
        try probe.plan(samples, into: &tally, on: session)
        for (number, answer) in try probe.answers(samples, on: session).enumerated() {
            var answer = answer
            // All rows of a bot are read where the index is not, and all bots have more rows in the whole table.
            if tally.plan(of: samples[number])?.kind != .vectorIndex { answer.milliseconds *= scale }
            tally.add(answer, exact: exact[number], samples[number])
        }
        var option = TuneOption(kind: candidate.kind, tally)
        option.method = candidate.method
        option.parameters = candidate.parameters
        option.share = 1 / scale
        option.build = TuneBuild(seconds: seconds * scale, bytes: Int(Double(bytes) * scale), memory: whole)
        return option
    }

    private func creation(_ candidate: TuneCandidates.Candidate, _ form: SearchForm) -> String {
        let schema = place.probe.schema
        let column = query.column.name.quotedIdentifier
        let key = form.expression == .column ? column : "(\(form.expression.sql(column, schema: schema) ?? column))"
        let parameters = candidate.parameters.map { "\($0.key) = \($0.value)" }.joined(separator: ", ")
        return """
            CREATE INDEX vecferry_sample_vector ON pg_temp.vecferry_sample USING \(candidate.method ?? "hnsw") \
            (\(key) \(schema.quotedIdentifier).\(operatorClass(form)))\(parameters.isEmpty ? "" : " WITH (\(parameters))")
            """
    }

    private func operatorClass(_ form: SearchForm) -> String {
        let own =
            place.probe.index?.operatorClasses.first
            ?? OperatorClasses.name(of: query.column.vectorType ?? .vector, distance: form.distance)
        return form.expression == .column ? own : own.replacing("vector_", with: "halfvec_", maxReplacements: 1)
    }

    /// The memory of a build on the sample, and of one on all rows; nil where it can't be estimated.
    private func memory(
        _ candidate: TuneCandidates.Candidate, isHalf: Bool, _ sampled: Int
    ) -> (sample: Int?, whole: Int?) {
        guard let dimensions = query.column.dimensions, let pgvector = server.vectorVersion,
            let element = VectorIndexShape.Element(
                rawValue: isHalf ? "halfvec" : query.column.vectorType?.rawValue ?? "vector")
        else { return (nil, nil) }
        let lists = VectorIndexShape.lists(of: candidate.parameters)
        let shape = VectorIndexShape(
            method: candidate.method == "ivfflat" ? .ivfflat(lists: lists) : .hnsw(m: VectorIndexShape.defaultM),
            element: element, dimensions: dimensions)
        func bytes(_ rows: Int) -> Int {
            IndexMemory.bytes(
                for: shape, rows: rows, pages: nil, pgvector: pgvector, server: server.versionNumber, workers: 0)
        }
        return (bytes(sampled), bytes(max(rows, sampled)))
    }
}
