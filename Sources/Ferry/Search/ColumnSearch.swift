/// Searches in one embedding column on both sides, a few queries at a time, so that a check that runs out of time has compared the same
/// queries on both.
struct ColumnSearch {
    /// One side of the search.
    struct Place {
        /// What runs the searches.
        let probe: SearchProbe
        /// The application's settings there.
        let settings: ApplicationSettings
    }

    /// The application's query.
    let query: SearchQuery
    /// The queries.
    let samples: [SearchSample]
    /// Whether the queries were made from stored rows.
    let isEstimate: Bool
    /// The source, and the target.
    let source: Place, target: Place
    /// The time by which it must end.
    let deadline: SearchDeadline

    /// The number of queries that run on one side before they run on the other.
    private static let batch = 10
    /// The most queries with which settings are tried.
    private static let mostTried = 100

    /// Runs the searches.
    ///
    /// - Parameters:
    ///   - left: A session of the source, in its snapshot.
    ///   - right: A session of the target, in its snapshot.
    /// - Returns: nil where not a single query was answered in time.
    func run(_ left: borrowing Session, _ right: borrowing Session) throws(FerryError) -> SearchReport? {
        var sides = (side(of: source.probe), side(of: target.probe))
        sides.0.settings = try source.settings.enter(left)
        sides.1.settings = try target.settings.enter(right)
        var progress = Progress()
        var isCut = false
        do throws(FerryError) {
            try search(left, right, &progress)
        } catch {
            guard deadline.caused(error) else { throw error }
            isCut = true
        }
        guard progress.queries > 0 else { return nil }
        sides.0 = progress.source.filling(sides.0)
        sides.1 = progress.target.filling(sides.1)
        var report = SearchReport(
            table: query.table.name, column: query.column.name, distance: query.form.distance,
            queries: progress.queries,
            k: query.k, isEstimate: isEstimate, isCut: isCut, differing: progress.differing, source: sides.0,
            target: sides.1, bots: progress.bots(of: query), remedy: nil,
            exactRecall: measuresRounding ? progress.exactRecall : nil)
        guard !isCut else { return report }
        do throws(FerryError) {
            report.source.partRead = try source.probe.partRead(samples.prefix(7), until: deadline, on: left)
            report.target.partRead = try target.probe.partRead(samples.prefix(7), until: deadline, on: right)
            report.remedy = try remedy(report, progress, &report.trials, right)
        } catch {
            guard deadline.caused(error) else { throw error }
        }
        return report
    }

    /// Whether the target's answers are compared with the source's exact ones, since its values were rounded: the people who ask want the
    /// rows that were nearest before. Without a key, rows can't be recognized on the other side.
    private var measuresRounding: Bool { query.column.conversion != nil && query.table.key != nil }

    private func side(of probe: SearchProbe) -> SearchSide {
        SearchSide(
            index: probe.index?.name, method: probe.index?.method, options: probe.index?.options ?? [:], settings: [:],
            figures: SearchFigures(), plans: [], exactMilliseconds: 0, partRead: nil)
    }

    private func search(
        _ left: borrowing Session, _ right: borrowing Session, _ progress: inout Progress
    ) throws(FerryError) {
        var position = 0
        while position < samples.count {
            let batch = Array(samples[position..<min(position + Self.batch, samples.count)])
            let leftExact = try source.probe.exact(batch, until: deadline, on: left)
            let leftFound = try source.probe.answers(batch, until: deadline, on: left)
            try source.probe.plan(batch, into: &progress.source, on: left)
            let rightExact = try target.probe.exact(batch, until: deadline, on: right)
            let rightFound = try target.probe.answers(batch, until: deadline, on: right)
            try target.probe.plan(batch, into: &progress.target, on: right)
            for (number, sample) in batch.enumerated() {
                progress.source.add(leftFound[number], exact: leftExact[number].answer, sample)
                progress.source.addExact(leftExact[number])
                let truth = measuresRounding ? leftExact[number].answer : rightExact[number].answer
                progress.target.add(rightFound[number], exact: truth, sample)
                progress.target.addExact(rightExact[number])
                progress.truth.append(truth)
                progress.foundExactly += leftExact[number].answer.hits(in: rightExact[number].answer)
                progress.expected += leftExact[number].answer.rows.count
                // Rounded values have other distances, which is no fault of the copy.
                let isRounded = query.column.conversion != nil
                if !isRounded, !leftExact[number].answer.isSame(as: rightExact[number].answer) {
                    progress.differing += 1
                }
            }
            progress.queries += batch.count
            position += batch.count
        }
    }

    // MARK: The remedy

    /// Looks for the least value of pgvector's own setting with which the target is as good as the source.
    private func remedy(
        _ report: SearchReport, _ progress: Progress, _ trials: inout [SearchTrial], _ right: borrowing Session
    ) throws(FerryError) -> SearchRemedy? {
        guard report.isWorse, report.target.choosesIndex, let method = report.target.method else { return nil }
        let setting = SearchSetting(method: method, options: report.target.options)
        let tried = min(samples.count, Self.mostTried)
        for value in setting.values(under: report.target.settings) {
            let side = try target.probe.tally(
                Array(samples.prefix(tried)), exact: progress.truth, under: "SET LOCAL \(setting.name) TO \(value)",
                until: deadline, on: right)
            var trial = report
            trial.target.figures = side.total
            trials.append(SearchTrial(setting: setting.name, value: value, figures: side.total))
            trial.bots = report.bots.compactMap { bot in
                guard let figures = side.bots[bot.bot] else { return nil }
                return SearchBot(bot: bot.bot, source: bot.source, target: figures)
            }
            guard !trial.isWorse else { continue }
            let pair = try TuneStatements(query: query, place: target).settings(
                [TuneSetting(name: setting.name, value: "\(value)")], on: right)
            return SearchRemedy(
                setting: setting.name, value: value, statements: pair.apply, undo: pair.undo,
                figures: trial.target.figures)
        }
        return nil
    }
}

/// What the searches have found so far.
private struct Progress {
    var queries = 0
    var differing = 0
    var source = SideTally()
    var target = SideTally()
    /// The answers with which the target's are compared.
    var truth: [SearchAnswers] = []
    /// The rows of the source's exact answers, and those of them that the target's exact answers have.
    var expected = 0, foundExactly = 0

    /// The share of the source's exact answers' rows that the target's exact answers have.
    var exactRecall: Double? { expected == 0 ? nil : Double(foundExactly) / Double(expected) }

    /// The figures of each bot, those with the most queries first.
    func bots(of query: SearchQuery) -> [SearchBot] {
        guard query.botColumn != nil else { return [] }
        let others = target.bots
        return source.bots.compactMap { bot, left in
            others[bot].map { SearchBot(bot: bot, source: left, target: $0) }
        }.sorted { ($1.source.queries, $0.bot ?? "") < ($0.source.queries, $1.bot ?? "") }
    }
}
