import Ferry

/// The report of one copy.
extension ReportContent {
    /// - Parameter history: All that is known of it.
    init(_ history: JobHistory) {
        let parts = ReportParts(history: history)
        (word, tone, sentence) = parts.outcome
        details = parts.details
        facts = parts.facts
        sections = [
            parts.maps, parts.times, parts.moved, parts.notMoved, parts.indexes, parts.searches, parts.bots,
            parts.notes,
            parts.off, parts.run,
        ]
    }
}

/// The parts of a copy's report.
private struct ReportParts {
    typealias Section = ReportContent.Section
    typealias Table = ReportContent.Table
    typealias Cell = ReportContent.Cell

    let history: JobHistory

    private var job: JobStatus { history.job }
    private var plan: Plan { history.plan }
    private var report: JobReport? { job.report }

    // MARK: The outcome

    var outcome: (word: String, tone: ReportContent.Tone, sentence: String) {
        guard let report else {
            let line = StatusText(
                report: StatusReport(state: history.state, target: history.target, job: job)
            ).verdict.text
            let parts = line.split(separator: ":", maxSplits: 1)
            let word = parts.count == 2 ? String(parts[0]) : "Not finished"
            let rest = parts.count == 2 ? String(parts[1].drop { $0 == " " }) : line
            return (word.capitalizedWord, history.state == .running ? .attention : .bad, rest.capitalizedFirst)
        }
        switch report.outcome {
        case .proven, .alreadyFinished: return ("Proven", .good, CopyText(report: report).proof + ".")
        case .differs, .failed:
            let line = CopyText(report: report).verdict.text
            let parts = line.split(separator: ":", maxSplits: 1)
            return (
                String(parts[0]).capitalizedWord, .bad,
                String(parts.last?.drop { $0 == " " } ?? "").capitalizedFirst
            )
        }
    }

    var details: [(text: String, tone: ReportContent.Tone?)] {
        var lines: [(String, ReportContent.Tone?)] = (report?.searches ?? []).filter(\.isWorse).map {
            ("Searches are worse than on the source in \($0.table).\($0.column). vecferry tune shows what helps.", .bad)
        }
        if !history.stillOff.isEmpty {
            lines.append(("\(Units.count(history.stillOff.count, "object")) of the target is still off.", .bad))
        }
        lines.append(("From \(server(plan.source)) to \(server(plan.target)).", nil))
        let when = job.summary.endedAt.map { ", finished at \($0)" } ?? ""
        lines.append(("Job \(job.summary.number), begun at \(job.summary.beganAt)\(when).", nil))
        return lines
    }

    private func server(_ server: ServerInfo) -> String {
        let vector = server.vectorVersion.map { ", pgvector \($0)" } ?? ""
        return "\(server.endpoint) (PostgreSQL \(server.version)\(vector))"
    }

    var facts: [ReportContent.Fact] {
        var facts: [ReportContent.Fact] = []
        let rows = report?.rows ?? job.rows
        let estimate = report == nil ? job.estimatedRows.map { "of about \(Units.count(max($0, rows)))" } ?? "" : ""
        let tables = Units.count(plan.pairs.count, "table")
        facts.append(
            .init(label: "Rows", value: Units.count(rows), detail: estimate.isEmpty ? "in \(tables)" : estimate))
        facts.append(.init(label: "On the source", value: Units.bytes(plan.bytes), detail: "on disk"))
        if let report, report.streamedBytes > 0 {
            let rate = Units.rate(Double(report.streamedBytes) / max(report.copySeconds, 0.001))
            facts.append(
                .init(
                    label: "Sent", value: Units.bytes(report.streamedBytes),
                    detail: "in \(Units.duration(report.copySeconds)), \(rate)"))
        }
        if let report {
            let runs = job.runs.count
            facts.append(
                .init(
                    label: "In all", value: Units.duration(report.seconds),
                    detail: runs > 1 ? "the last of \(Units.count(runs)) runs" : ""))
        }
        if job.allIndexes > 0 {
            facts.append(
                .init(
                    label: "Indexes built", value: Units.count(job.builtIndexes),
                    detail: job.builtIndexes == job.allIndexes ? "on the data" : "of \(Units.count(job.allIndexes))"))
        }
        if let search = report?.searches?.min(by: { ($0.target.figures.recall ?? 1) < ($1.target.figures.recall ?? 1) }
        ),
            let recall = search.target.figures.recall
        {
            let source = search.source.figures.recall.map { "source: \(SearchText.thousandths($0))" } ?? ""
            facts.append(
                .init(
                    label: "Recall of searches", value: SearchText.thousandths(recall), detail: source,
                    tone: search.isWorse ? .bad : nil))
        }
        return facts
    }

    // MARK: What arrived

    var maps: Section {
        var section = Section(id: "map", title: "The same space")
        guard let maps = report?.maps, !maps.isEmpty else { return section }
        section.paragraphs = [
            """
            A sample of vectors, in the plane in which they are spread most. A ring is a row on the source, a dot is \
            the same row on the target; where a dot is in its ring, the vector arrived.
            """
        ]
        section.figures = maps.map { map in
            let count = map.points.count
            var caption =
                "\(map.table).\(map.column): \(Units.count(count, "row")) of \(Units.count(map.bots.count, "bot"))"
            if map.bots == [nil] { caption = "\(map.table).\(map.column): \(Units.count(count, "row"))" }
            let found = count - map.missing
            if let differing = map.differing {
                caption +=
                    differing == 0 && map.missing == 0
                    ? ", every vector the same on both sides"
                    : "; \(Units.count(found - differing)) the same on both sides, \(Units.count(differing)) \(differing == 1 ? "differs" : "differ")"
            } else {
                caption += ", rounded on the way"
            }
            if map.missing > 0 { caption += ", \(Units.count(map.missing)) not on the target" }
            caption += ". The plane has \(Int((map.share * 100).rounded()))% of the variance."
            var legend: [(String, String)] = []
            if map.bots.count > 1 {
                legend = map.bots.prefix(MapChart.colors - 1).enumerated().map {
                    (MapChart.color(of: $0), $1?.shown ?? "no bot")
                }
                let others = map.bots.count - MapChart.colors
                if others >= 0 {
                    legend.append(
                        (
                            MapChart.color(of: .max),
                            others == 0 ? map.bots.last??.shown ?? "no bot" : Units.count(others + 1, "other bot")
                        ))
                }
            }
            return ReportContent.Figure(
                svg: MapChart(map: map).svg, caption: caption, legend: legend, isSquare: true)
        }
        return section
    }

    var moved: Section {
        var section = Section(
            id: "moved", title: report == nil ? "What was copied so far" : "What was copied, and the proof")
        guard let report else {
            section.tables = [
                Table(
                    noun: "table",
                    columns: [
                        .init(title: "Table"), .init(title: "Rows", isNumber: true),
                        .init(title: "Estimate", isNumber: true),
                        .init(title: "Size on the source", isNumber: true), .init(title: "Chunks", isNumber: true),
                        .init(title: "State"),
                    ],
                    rows: job.tables.map { table in
                        let state = table.error ?? (table.isLoaded ? "copied, not proven" : "not finished")
                        return [
                            Cell("\(table.name)"), Cell(table.rows), Cell(table.estimatedRows),
                            Cell(Double(table.bytes)) { Units.bytes(Int($0)) },
                            Cell(
                                text: "\(Units.count(table.doneChunks)) of \(Units.count(table.allChunks))",
                                order: Double(table.doneChunks)),
                            Cell(state, table.error == nil ? .attention : .bad),
                        ]
                    })
            ]
            return section
        }
        if report.isProven {
            section.paragraphs = [
                """
                A table's digest is the sum of the XXH3-128 hashes of its rows' fields, which does not depend on their \
                order. That of the rows as the source sent them equals that of the rows as they were read back from the \
                target, at the time in the last column.
                """
            ]
        }
        let chunks = Dictionary(uniqueKeysWithValues: plan.pairs.map { ($0.name, $0.chunkCount) })
        section.tables = [
            Table(
                noun: "table",
                columns: [
                    .init(title: "Table"), .init(title: "Rows", isNumber: true),
                    .init(title: "Size on the source", isNumber: true), .init(title: "Chunks", isNumber: true),
                    .init(title: "Time", isNumber: true), .init(title: "State"), .init(title: "Digest"),
                    .init(title: "Read back at"),
                ], rows: report.tables.map { row(of: $0, chunks: chunks[$0.name]) })
        ]
        let kept = report.tables.reduce(0) { $0 + $1.keptRows }
        if kept > 0 {
            section.paragraphs.append("\(Units.count(kept, "row")) were left out, because the target had their keys.")
        }
        return section
    }

    private func row(of table: TableReport, chunks: Int?) -> [Cell] {
        let state: Cell
        switch table.state {
        case .proven: state = Cell("proven", .good)
        case .differs: state = Cell(table.comparison.map { DifferenceText($0).text } ?? table.error ?? "differs", .bad)
        case .failed: state = Cell(table.error ?? "failed", .bad)
        }
        return [
            Cell("\(table.name)"), Cell(table.source.rows), Cell(table.bytes.map(Double.init)) { Units.bytes(Int($0)) },
            Cell(chunks), Cell(table.seconds, Units.duration), state,
            table.source == table.target
                ? .code(table.target.hex) : .code("\(table.source.hex) and \(table.target.hex)"),
            Cell(table.provenAt ?? (table.state == .proven ? "merged by key, chunk by chunk" : "")),
        ]
    }

    var notMoved: Section {
        var section = Section(id: "not-moved", title: "What was not copied")
        let excluded = plan.request.selection.excludedBots
        if !excluded.isEmpty {
            section.paragraphs.append("\(Units.count(excluded.count, "bot")) left out: \(few(excluded)).")
        }
        if let bots = plan.request.selection.bots {
            section.paragraphs.append("Only the rows of \(Units.count(bots.count, "bot")) were copied: \(few(bots)).")
        }
        guard let inventory = plan.inventory else { return section }
        guard !inventory.entries.isEmpty else {
            section.paragraphs.append("All that the source's database holds was copied.")
            return section
        }
        section.tables = [
            Table(
                noun: "object",
                columns: [
                    .init(title: "Kind"), .init(title: "Name"), .init(title: "Rows", isNumber: true),
                    .init(title: "Size", isNumber: true), .init(title: "Why"),
                ],
                rows: inventory.entries.map { entry in
                    [
                        Cell(
                            entry.kind + (entry.holdsVectors ? " with vectors" : ""),
                            entry.holdsVectors ? .attention : nil),
                        Cell(entry.name ?? ""), Cell(entry.rows.flatMap { $0 < 0 ? nil : $0 }),
                        Cell(entry.bytes.map(Double.init)) { Units.bytes(Int($0)) }, Cell(InventoryText.reason(entry)),
                    ]
                })
        ]
        return section
    }

    private func few(_ names: [String]) -> String {
        let shown = names.prefix(20).map(\.shown).joined(separator: ", ")
        return names.count > 20 ? "\(shown) and \(Units.count(names.count - 20)) more" : shown
    }

    // MARK: When

    /// The most tables of a Gantt chart, and the most runs that have pictures.
    private static let mostRows = 24, mostRuns = 5

    var times: Section {
        var section = Section(id: "times", title: "Over time")
        let runs = job.runs.enumerated().filter { $1.timeline.map { $0.seconds > 0 } ?? false }
        for (number, run) in runs.suffix(Self.mostRuns) {
            guard let timeline = run.timeline else { continue }
            let which = job.runs.count > 1 ? "Run \(number + 1) of \(job.runs.count), on \(run.host): " : ""
            section.figures += figures(of: timeline, which)
        }
        if section.figures.isEmpty { section.figures = [commits].compactMap(\.self) }
        let without = job.runs.count { $0.timeline == nil }
        if without > 0, !runs.isEmpty {
            section.paragraphs.append(
                "\(Units.count(without, "run")) ended without leaving \(without == 1 ? "its" : "their") times: a process that is killed can't."
            )
        }
        return section
    }

    private func figures(of timeline: Timeline, _ which: String) -> [ReportContent.Figure] {
        var figures: [ReportContent.Figure] = []
        let seconds = timeline.seconds
        if timeline.sent.total > 0 || timeline.read.total > 0 {
            figures.append(
                ReportContent.Figure(
                    svg: PaceChart(
                        sent: PaceChart.Amounts(
                            binSeconds: timeline.sent.binSeconds, bytes: timeline.sent.bytes),
                        read: PaceChart.Amounts(
                            binSeconds: timeline.read.binSeconds, bytes: timeline.read.bytes), seconds: seconds
                    ).svg, caption: which + "data over time.",
                    legend: [("copy", "sent to the target"), ("read", "read back")]))
        }
        let (rows, others) = rows(of: timeline)
        guard !rows.isEmpty else { return figures }
        let more = others > 0 ? " \(Units.count(others, "more table")) took less time." : ""
        figures.append(
            ReportContent.Figure(
                svg: WorkChart(rows: rows, seconds: seconds).svg, caption: which + "work on each table.\(more)",
                legend: [("copy", "chunks copied"), ("build", "indexes built"), ("read", "read back")]))
        return figures.map { figure in
            var figure = figure
            figure.caption = figure.caption.capitalizedFirst
            return figure
        }
    }

    private func rows(of timeline: Timeline) -> (rows: [WorkChart.Row], others: Int) {
        var rows: [Int: WorkChart.Row] = [:]
        let tables = Dictionary(
            plan.pairs.flatMap { pair in pair.indexes.map { ($0.name, pair.number) } },
            uniquingKeysWith: { first, _ in first })
        func change(_ pair: PairNumber, _ body: (inout WorkChart.Row) -> Void) {
            guard plan.pairs.indices.contains(pair.value) else { return }
            var row = rows[pair.value] ?? WorkChart.Row(name: "\(plan[pair].name)".shown)
            body(&row)
            rows[pair.value] = row
        }
        for span in timeline.chunks { change(span.pair) { $0.copies.append(span.began...max(span.began, span.ended)) } }
        for span in timeline.readBacks {
            change(span.pair) { $0.readBacks.append(span.began...max(span.began, span.ended)) }
        }
        for build in timeline.builds {
            guard let pair = tables[build.index] else { continue }
            change(pair) { $0.builds.append(build.began...max(build.began, build.ended)) }
        }
        let longest = rows.sorted { ($1.value.seconds, $0.key) < ($0.value.seconds, $1.key) }.prefix(Self.mostRows)
        let shown = longest.sorted { ($0.value.start, $0.key) < ($1.value.start, $1.key) }.map(\.value)
        return (shown, rows.count - shown.count)
    }

    /// The pace of the commits, of a job whose processes left no times.
    private var commits: ReportContent.Figure? {
        guard let last = history.commits.last, last.at > 0, history.commits.count > 1 else { return nil }
        var pace = Pace()
        for commit in history.commits where plan.pairs.indices.contains(commit.pair.value) {
            let pair = plan[commit.pair]
            pace.add(pair.bytes / max(1, pair.chunkCount), at: commit.at)
        }
        return ReportContent.Figure(
            svg: PaceChart(
                sent: PaceChart.Amounts(binSeconds: pace.binSeconds, bytes: pace.bytes),
                read: PaceChart.Amounts(binSeconds: 1, bytes: []), seconds: last.at
            ).svg, caption: "Data on disk of the chunks that were committed, over the time since the job began.",
            legend: [("copy", "committed on the target")])
    }

    // MARK: Indexes and searches

    var indexes: Section {
        var section = Section(id: "indexes", title: "Indexes, before and after")
        let built = Dictionary(
            (report?.tables ?? []).flatMap(\.indexes).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let rows = plan.pairs.flatMap { pair in
            // Those that were built come first.
            (pair.indexes.filter { $0.action != .keep } + pair.indexes.filter { $0.action == .keep }).map {
                index -> [Cell] in
                let build = index.builds.max { ($0.memory ?? 0) < ($1.memory ?? 0) }
                let after = build?.statements.first ?? index.previousDefinition ?? ""
                return [
                    Cell("\(index.name.name) on \(index.relation)"),
                    Cell(action(index)),
                    .code(index.previousDefinition ?? (index.action == .keep ? "" : "the same")),
                    .code(index.action == .keep ? "" : after), Cell(built[index.name]?.seconds, Units.duration),
                    Cell(build?.memory.map(Double.init)) { Units.bytes(Int($0)) },
                    Cell(build?.maintenanceWorkMem.map(Double.init)) { Units.bytes(Int($0)) }, Cell(build?.workers),
                ]
            }
        }
        guard !rows.isEmpty else { return section }
        section.tables = [
            Table(
                noun: "index",
                columns: [
                    .init(title: "Index"), .init(title: "What was done"), .init(title: "Before"),
                    .init(title: "After"), .init(title: "Build", isNumber: true),
                    .init(title: "Memory needed", isNumber: true),
                    .init(title: "Memory given", isNumber: true), .init(title: "Workers", isNumber: true),
                ], rows: rows)
        ]
        return section
    }

    private func action(_ index: IndexPlan) -> String {
        let isOff = history.stillOff.contains { $0.kind == "index" && $0.name == index.name.name }
        switch index.action {
        case .keep: return "kept, because \(index.reason)"
        case .rebuild: return isOff ? "dropped, and not built yet" : "dropped, and built on the data"
        case .create: return isOff ? "not built yet" : "built on the data"
        case .reindex: return isOff ? "not built yet" : "built again on the data"
        }
    }

    var searches: Section {
        var section = Section(id: "searches", title: "Searches on both sides")
        guard let searches = report?.searches, !searches.isEmpty else {
            if report != nil { section.paragraphs = ["The searches were not compared."] }
            return section
        }
        section.paragraphs = [
            searches.contains { $0.isEstimate }
                ? "The queries were made from stored rows, each moved so that it finds as much as a real question."
                : "The queries are the operator's own."
        ]
        section.figures = [
            ReportContent.Figure(
                svg: SearchChart(
                    rows: searches.map { search in
                        SearchChart.Row(
                            name: "\(search.table).\(search.column)".shown, source: Self.side(search.source),
                            target: Self.side(search.target))
                    }
                ).svg, legend: [("source", "source"), ("target", "target")])
        ]
        section.tables = [searchTable(searches)] + searches.filter { !$0.trials.isEmpty }.map(trialTable)
        for search in searches {
            if let loss = search.loss { section.paragraphs.append("\(search.table).\(search.column): \(loss.message)") }
            guard let remedy = search.remedy else { continue }
            section.paragraphs.append(
                "The statements below, run in one session on the target, set \(remedy.setting) to \(remedy.value), with which it is as good."
            )
            section.code += remedy.statements.map { "\($0);" }
        }
        return section
    }

    private static func side(_ side: SearchSide) -> SearchChart.Side {
        SearchChart.Side(
            recall: side.figures.recall, p50: side.figures.p50, p95: side.figures.p95, exact: side.exactMilliseconds)
    }

    private func searchTable(_ searches: [SearchReport]) -> Table {
        Table(
            noun: "search",
            columns: [
                .init(title: "Column"), .init(title: "Side"), .init(title: "Index"),
                .init(title: "Queries", isNumber: true),
                .init(title: "Recall", isNumber: true), .init(title: "Empty", isNumber: true),
                .init(title: "Half within", isNumber: true), .init(title: "95 of 100 within", isNumber: true),
                .init(title: "Exactly", isNumber: true),
            ],
            rows: searches.flatMap { search in
                [("source", search.source), ("target", search.target)].map { name, side -> [Cell] in
                    let isWorse = name == "target" && search.isWorse
                    return [
                        Cell("\(search.table).\(search.column)"), Cell(name),
                        Cell(side.index.map { "\($0.name), \(side.method ?? "")" } ?? "none"), Cell(search.queries),
                        Cell(
                            text: side.figures.recall.map(SearchText.thousandths) ?? "",
                            order: side.figures.recall ?? -1,
                            tone: isWorse ? .bad : nil),
                        Cell(side.figures.empty), Cell(side.figures.p50, SearchText.milliseconds),
                        Cell(side.figures.p95, SearchText.milliseconds),
                        Cell(side.exactMilliseconds, SearchText.milliseconds),
                    ]
                }
            })
    }

    private func trialTable(_ search: SearchReport) -> Table {
        let setting = search.trials.first?.setting ?? ""
        var rows = [(search.target.settings[setting].map { "\($0), now" } ?? "now", search.target.figures)]
        rows += search.trials.map {
            ($0.value == search.remedy?.value ? "\($0.value), as good" : "\($0.value)", $0.figures)
        }
        rows.append(("on the source", search.source.figures))
        return Table(
            caption: "\(search.table).\(search.column): the target with other values of \(setting)", noun: "value",
            columns: [
                .init(title: setting), .init(title: "Recall", isNumber: true), .init(title: "Empty", isNumber: true),
                .init(title: "Half within", isNumber: true), .init(title: "95 of 100 within", isNumber: true),
            ],
            rows: rows.map { name, figures in
                [
                    Cell(name), Cell(figures.recall, SearchText.thousandths), Cell(figures.empty),
                    Cell(figures.p50, SearchText.milliseconds), Cell(figures.p95, SearchText.milliseconds),
                ]
            })
    }

    // MARK: Bots

    var bots: Section {
        var section = Section(id: "bots", title: "Bots")
        guard let counted = report?.rowsByBot, !counted.bots.isEmpty else { return section }
        var searched: [String?: SearchBot] = [:]
        for bot in (report?.searches ?? []).flatMap(\.bots) where searched[bot.bot] == nil { searched[bot.bot] = bot }
        section.paragraphs = [
            "The rows of each bot in all copied tables, counted after the copy."
                + (counted.others > 0 ? " \(Units.count(counted.others, "bot")) with fewer rows are not listed." : "")
        ]
        section.tables = [
            Table(
                noun: "bot",
                columns: [
                    .init(title: "Bot"), .init(title: "Rows on the source", isNumber: true),
                    .init(title: "Rows on the target", isNumber: true), .init(title: "State"),
                    .init(title: "Recall on the source", isNumber: true),
                    .init(title: "Recall on the target", isNumber: true),
                ],
                rows: counted.bots.map { bot in
                    let difference = bot.target - bot.source
                    let state =
                        difference == 0
                        ? Cell("all there", .good)
                        : Cell(
                            difference < 0
                                ? "\(Units.count(-difference)) too few" : "\(Units.count(difference)) too many", .bad)
                    let search = searched[bot.id]
                    return [
                        bot.id.map { Cell($0) } ?? Cell("no bot"), Cell(bot.source), Cell(bot.target), state,
                        Cell(search?.source.recall, SearchText.thousandths),
                        Cell(search?.target.recall, SearchText.thousandths),
                    ]
                })
        ]
        return section
    }

    // MARK: What happened

    var notes: Section {
        var section = Section(id: "notes", title: "Warnings and retries")
        let notes = (report?.notes ?? plan.notes).filter { $0.level != .info }
        if !notes.isEmpty {
            section.tables.append(
                Table(
                    noun: "note",
                    columns: [
                        .init(title: "Level"), .init(title: "Side"), .init(title: "Table"), .init(title: "What"),
                        .init(title: "What to do"),
                    ],
                    rows: notes.map { note in
                        [
                            Cell(note.level.rawValue, note.level == .blocker ? .bad : .attention),
                            Cell(note.side?.rawValue ?? ""), Cell(note.table?.description ?? ""), Cell(note.message),
                            Cell(note.hint ?? ""),
                        ]
                    }))
        }
        let retries = job.runs.enumerated().flatMap { number, run in
            (run.timeline?.retries ?? []).map { (number + 1, $0) }
        }
        let count = job.runs.reduce(0) { $0 + ($1.timeline?.retryCount ?? 0) }
        if !retries.isEmpty {
            section.tables.append(
                Table(
                    caption: count > retries.count
                        ? "\(Units.count(count, "retry", "retries")), of which the first \(Units.count(retries.count)) \(retries.count == 1 ? "is" : "are") listed"
                        : "Retries",
                    noun: "retry",
                    columns: [
                        .init(title: "Run", isNumber: true), .init(title: "After", isNumber: true),
                        .init(title: "Side"),
                        .init(title: "What"),
                    ],
                    rows: retries.map { run, retry in
                        [
                            Cell(run), Cell(retry.at, Units.duration), Cell(retry.side?.rawValue ?? ""),
                            Cell(retry.message),
                        ]
                    }))
        }
        if section.isEmpty, report != nil { section.paragraphs = ["There were no warnings, and nothing was retried."] }
        return section
    }

    var off: Section {
        var section = Section(id: "off", title: "Still off on the target")
        guard !history.stillOff.isEmpty else { return section }
        section.paragraphs = [
            history.stillOff.map { "\($0.kind) \($0.name) of \($0.table)" }.joined(separator: ", ").capitalizedFirst
                + ". To put back:"
        ]
        section.code = history.stillOff.flatMap { $0.statements.map { "\($0);" } }
        return section
    }

    var run: Section {
        var section = Section(id: "run", title: "How it ran")
        if let command = job.runs.last(where: { $0.command != nil })?.command { section.code = [command] }
        if !job.runs.isEmpty {
            section.tables.append(
                Table(
                    caption: "Processes", noun: "process",
                    columns: [
                        .init(title: "Host"), .init(title: "Process", isNumber: true), .init(title: "vecferry"),
                        .init(title: "Streams", isNumber: true), .init(title: "Began"), .init(title: "Ended"),
                        .init(title: "Outcome"),
                    ],
                    rows: job.runs.map { run in
                        [
                            Cell(run.host), Cell(text: "\(run.process)", order: Double(run.process)), Cell(run.version),
                            Cell(run.streams), Cell(run.beganAt), Cell(run.endedAt ?? ""), outcome(of: run),
                        ]
                    }))
        }
        section.tables.append(servers)
        section.tables.append(
            Table(
                caption: "Settings", noun: "setting", columns: [.init(title: "Setting"), .init(title: "Value")],
                rows: ReportSettings(request: plan.request).all.map { [Cell($0.name), Cell($0.value)] }))
        return section
    }

    private func outcome(of run: JobRun) -> Cell {
        switch run.outcome {
        case .proven?: Cell("proven", .good)
        case .differs?: Cell("differs", .bad)
        case .failed?: Cell(run.error.map { "failed: \($0)" } ?? "failed", .bad)
        case .stopped?: Cell("stopped by a signal", .attention)
        case nil:
            history.state == .running && run == job.runs.last
                ? Cell("running", .attention) : Cell("ended without a word: killed, or the target was lost", .bad)
        }
    }

    private var servers: Table {
        let sides = [("source", plan.source), ("target", plan.target)]
        return Table(
            caption: "Servers, when the job began", noun: "server",
            columns: [
                .init(title: "Side"), .init(title: "Address"), .init(title: "PostgreSQL"), .init(title: "pgvector"),
                .init(title: "Role"), .init(title: "Encoding"), .init(title: "shared_buffers", isNumber: true),
                .init(title: "maintenance_work_mem", isNumber: true), .init(title: "max_connections", isNumber: true),
            ],
            rows: sides.map { name, server in
                [
                    Cell(name), Cell(server.endpoint), Cell(server.version + (server.isAurora ? ", Aurora" : "")),
                    Cell(server.vectorVersion.map { "\($0)" } ?? ""), Cell(server.user), Cell(server.encoding),
                    Cell(Double(server.sharedBuffers)) { Units.bytes(Int($0)) },
                    Cell(Double(server.maintenanceWorkMem)) { Units.bytes(Int($0)) }, Cell(server.maxConnections),
                ]
            })
    }
}

/// The options of a copy that are not the default, and those that every copy has, in words.
private struct ReportSettings {
    let request: CopyRequest

    var all: [(name: String, value: String)] {
        let selection = request.selection
        var all: [(String, String)] = [
            (
                "Tables",
                selection.all
                    ? "all"
                    : selection.tables.isEmpty
                        ? "embedding tables and bot tables" : selection.tables.joined(separator: ", ")
            )
        ]
        if !selection.excluded.isEmpty { all.append(("Left out", selection.excluded.joined(separator: ", "))) }
        if let column = selection.botColumn { all.append(("Bot column", column)) }
        all.append(("Rows that the target has", Self.text(of: request.existing)))
        all.append(("Tables that the target lacks", request.create ? "are created" : "are an error"))
        all.append(("Bytes of a chunk", Units.bytes(request.chunkBytes)))
        for conversion in request.conversions { all.append(("Converted", "\(conversion)")) }
        let index = request.index
        if index.method != .keep { all.append(("Index method", index.method.rawValue)) }
        switch index.lists {
        case .keep: break
        case .auto: all.append(("Lists of ivfflat", "as pgvector recommends"))
        case .fixed(let count): all.append(("Lists of ivfflat", Units.count(count)))
        }
        if let m = index.hnswM { all.append(("m of hnsw", Units.count(m))) }
        if let width = index.hnswEfConstruction { all.append(("ef_construction of hnsw", Units.count(width))) }
        if let memory = index.maintenanceWorkMem {
            all.append(("maintenance_work_mem of a build", Units.bytes(memory)))
        }
        if let workers = index.workers { all.append(("Parallel workers of a build", Units.count(workers))) }
        if index.online { all.append(("Builds", "with CONCURRENTLY")) }
        return all
    }

    private static func text(of existing: ExistingRows) -> String {
        switch existing {
        case .fail: "are an error"
        case .keep: "are kept"
        case .replace: "are replaced"
        case .truncate: "are removed first"
        }
    }
}

extension WorkChart.Row {
    fileprivate var seconds: Double { (copies + builds + readBacks).reduce(0) { $0 + $1.upperBound - $1.lowerBound } }
    fileprivate var start: Double { (copies + builds + readBacks).map(\.lowerBound).min() ?? 0 }
}

extension String {
    /// `Stopped half-way` for `STOPPED HALF-WAY`.
    fileprivate var capitalizedWord: String { lowercased().capitalizedFirst }

    /// The text with its first letter in capitals.
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
