import Ferry

/// When what was done.
extension ReportParts {
    /// The most tables of a Gantt chart, and the most runs that have pictures.
    private static let mostRows = 24, mostRuns = 5

    /// Data over time, and the work on each table, of the last runs.
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
                "\(Units.count(without, "run")) \(without == 1 ? "has" : "have") no recorded times: a process records them when it ends, unless it is killed."
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
                    svg: PaceChart(sent: timeline.sent, read: timeline.read, seconds: seconds).svg,
                    caption: which + "data over time.",
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
            svg: PaceChart(sent: pace, read: Pace(), seconds: last.at).svg,
            caption: "Data on disk of the chunks that were committed, over the time since the job began.",
            legend: [("copy", "committed on the target")])
    }
}

extension WorkChart.Row {
    fileprivate var seconds: Double { (copies + builds + readBacks).reduce(0) { $0 + $1.upperBound - $1.lowerBound } }
    fileprivate var start: Double { (copies + builds + readBacks).map(\.lowerBound).min() ?? 0 }
}
