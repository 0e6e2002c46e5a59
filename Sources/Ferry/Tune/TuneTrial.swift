internal import Postgres

/// Tries the options in one embedding column.
struct TuneTrial {
    /// The options of the command.
    let request: TuneRequest
    /// The application's query, on both sides.
    let search: SearchQuery
    /// The indexes of the known sides.
    let forms: SearchForms
    /// The database to be as good as; nil to compare with exact answers.
    let source: Endpoint?
    /// The database to tune.
    let target: Endpoint
    /// Retries, the interrupt and the events.
    let workers: Workers

    /// What one option may take by default.
    private static let limit = Duration.seconds(30)

    /// The query as the target answers it.
    var query: SearchQuery { search.on(.target) }

    private var deadline: SearchDeadline { SearchDeadline(end: .now + (request.search.limit ?? Self.limit)) }

    /// The queries, with their exact answers on the target.
    private struct Baseline {
        var samples: [SearchSample]
        var exact: [SearchProbe.Timed]
    }

    /// Tries everything.
    ///
    /// - Returns: nil where the column has no rows to search.
    func run() throws(FerryError) -> TunedColumn? {
        let place = try forms.place(query, .target, role: request.search.role)
        let session = try begin(target.readOnly)
        let settings = try place.settings.enter(session)
        guard let baseline = try baseline(place.probe, session) else { return nil }
        let reference = try reference(baseline)
        var options: [TuneOption] = []
        func judge(_ option: TuneOption?) {
            if let option { options.append(TuneChoice.judged(option, by: reference)) }
        }
        judge(try current(place, settings, baseline, session))
        let candidates = try candidates(place, settings)
        var good = 0
        for candidate in candidates.ofSettings where good < 2 || candidate.settings.count > 1 {
            let option = try measured(candidate, place.probe, baseline, session)
            judge(option)
            if options.last?.isAsGood == true, candidate.settings.count == 1 { good += 1 }
        }
        if place.probe.index != nil, candidates.isExchangeable { judge(withoutIndex(baseline)) }
        let built = try TuneSample(trial: self, place: place, rows: candidates.rows).run(
            candidates.ofDefinitions, baseline.samples)
        for option in built.options { judge(option) }
        let (choice, reason) = TuneChoice(
            reference: reference, name: source == nil ? "exact answers" : "the source", options: options
        ).best
        return TunedColumn(
            table: query.table.name, column: query.column.name, distance: query.form.distance, k: query.k,
            queries: baseline.samples.count, isEstimate: request.search.given.isEmpty, reference: reference,
            options: options, choice: choice, reason: reason, notTried: built.notTried)
    }

    /// The statements that make an option permanent, and those that take it back.
    func statements(for option: TuneOption) throws(FerryError) -> TuneStatements.Pair {
        let place = try forms.place(query, .target, role: request.search.role)
        return try workers.retrying { () throws(FerryError) in
            let session = try target.readOnly.connect()
            return try TuneStatements(query: query, place: place).statements(for: option, on: session)
        }
    }

    /// Measures what the application gets now.
    ///
    /// - Returns: nil where the column has no rows to search.
    func current() throws(FerryError) -> TuneOption? {
        let place = try forms.place(query, .target, role: request.search.role)
        let session = try begin(target.readOnly)
        let settings = try place.settings.enter(session)
        guard let baseline = try baseline(place.probe, session) else { return nil }
        return try current(place, settings, baseline, session)
    }

    private func begin(_ endpoint: Endpoint) throws(FerryError) -> Session {
        let session = try endpoint.connect()
        try session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", .prompt)
        return session
    }

    // MARK: What there is

    private func baseline(_ probe: SearchProbe, _ session: borrowing Session) throws(FerryError) -> Baseline? {
        let samples: [SearchSample]
        if request.search.given.isEmpty {
            samples = try SampleReader(query: query).samples(request.search.queries, on: session)
        } else {
            samples = try query.samples(of: request.search)
        }
        guard !samples.isEmpty else { return nil }
        let exact = try whileTimeLasts(samples, on: session) { sample throws(FerryError) in
            try probe.exact([sample], on: session)
        }
        guard !exact.isEmpty else {
            throw FerryError(
                .notComparable, "One exact answer took longer than the limit, so there is nothing to compare with.",
                side: .target)
        }
        return Baseline(samples: Array(samples.prefix(exact.count)), exact: exact)
    }

    /// Runs a block for each sample until the deadline.
    private func whileTimeLasts(
        _ samples: [SearchSample], on session: borrowing Session,
        _ body: (SearchSample) throws(FerryError) -> [SearchProbe.Timed]
    ) throws(FerryError) -> [SearchProbe.Timed] {
        let deadline = deadline
        var answers: [SearchProbe.Timed] = []
        try session.execute("SAVEPOINT limited", .prompt)
        do throws(FerryError) {
            for sample in samples {
                guard !deadline.isPast else { break }
                try deadline.impose(on: session)
                answers += try body(sample)
            }
        } catch {
            guard deadline.caused(error) else { throw error }
        }
        try session.execute("ROLLBACK TO SAVEPOINT limited; RELEASE SAVEPOINT limited", .prompt)
        return answers
    }

    private func reference(_ baseline: Baseline) throws(FerryError) -> TuneOption {
        guard let source else { return withoutIndex(baseline) }
        let place = try forms.place(search, .source, role: request.search.role)
        let session = try begin(source.readOnly)
        let settings = try place.settings.enter(session)
        let exact = try whileTimeLasts(baseline.samples, on: session) { sample throws(FerryError) in
            try place.probe.exact([sample], on: session)
        }
        let own = Baseline(samples: Array(baseline.samples.prefix(exact.count)), exact: exact)
        guard !exact.isEmpty, let option = try current(place, settings, own, session) else {
            throw FerryError(.notComparable, "The source answered no query within the limit.", side: .source)
        }
        return option
    }

    private func current(
        _ place: ColumnSearch.Place, _ settings: [String: String], _ baseline: Baseline, _ session: borrowing Session
    ) throws(FerryError) -> TuneOption? {
        var candidate = TuneCandidates.Candidate(kind: .current, method: place.probe.index?.method)
        candidate.parameters = place.probe.index?.options ?? [:]
        if let method = place.probe.index?.method {
            candidate.settings = settings.filter { name, value in
                name == "\(method).probes" || name == "\(method).ef_search"
                    || (name == "\(method).iterative_scan" && value != "off")
            }.sorted { $0.key > $1.key }.map { TuneSetting(name: $0.key, value: $0.value) }
        }
        return try measured(candidate, place.probe, baseline, session, setting: false)
    }

    /// The answers where no vector index is used, which are exact.
    private func withoutIndex(_ baseline: Baseline) -> TuneOption {
        var tally = SideTally()
        for (sample, exact) in zip(baseline.samples, baseline.exact) { tally.add(exact, exact: exact.answer, sample) }
        return TuneOption(kind: .noIndex, tally)
    }

    // MARK: Trying

    /// Measures one option.
    ///
    /// - Parameter setting: Whether the candidate's settings have to be set.
    private func measured(
        _ candidate: TuneCandidates.Candidate, _ probe: SearchProbe, _ baseline: Baseline,
        _ session: borrowing Session, setting: Bool = true
    ) throws(FerryError) -> TuneOption? {
        let settings = setting ? candidate.settings.map { "SET LOCAL \($0.name) TO \($0.value)" } : []
        var tally = SideTally()
        try session.execute((["SAVEPOINT option"] + settings).joined(separator: "; "), .prompt)
        let answers = try whileTimeLasts(baseline.samples, on: session) { sample throws(FerryError) in
            try probe.plan([sample], into: &tally, on: session)
            return try probe.answers([sample], on: session)
        }
        try session.execute("ROLLBACK TO SAVEPOINT option; RELEASE SAVEPOINT option", .prompt)
        guard !answers.isEmpty else { return nil }
        for (number, answer) in answers.enumerated() {
            tally.add(answer, exact: baseline.exact[number].answer, baseline.samples[number])
        }
        var option = TuneOption(kind: candidate.kind, tally)
        option.settings = candidate.settings
        option.method = candidate.method
        option.parameters = candidate.parameters
        option.isCut = answers.count < baseline.samples.count
        return option
    }

    private func candidates(
        _ place: ColumnSearch.Place, _ settings: [String: String]
    ) throws(FerryError) -> TuneCandidates {
        let catalog = place.probe.catalog
        guard let pgvector = catalog.server.vectorVersion else {
            throw FerryError(.notComparable, "The version of pgvector is not known.", side: .target)
        }
        return TuneCandidates(
            index: place.probe.index, settings: settings, pgvector: pgvector, rows: query.table.estimatedRows,
            form: query.form, column: query.column,
            isExchangeable: catalog.relation(query.table.name)?.kind != .partitioned
                && forms.indexes(query.table, query.column, .target).count <= 1)
    }
}

extension TuneOption {
    /// What was measured.
    init(kind: Kind, _ tally: SideTally) {
        self.init(
            kind: kind, figures: tally.total,
            bots: tally.bots.map { BotFigures(bot: $0.key, figures: $0.value) }.sorted { left, right in
                (right.figures.queries, left.bot ?? "") < (left.figures.queries, right.bot ?? "")
            }, plans: tally.plans)
    }
}
