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
            parts.notes, parts.off, parts.run,
        ]
    }
}

/// The parts of a copy's report.
struct ReportParts {
    typealias Section = ReportContent.Section
    typealias Table = ReportContent.Table
    typealias Cell = ReportContent.Cell

    /// All that is known of the copy.
    let history: JobHistory

    var job: JobStatus { history.job }
    var plan: Plan { history.plan }
    var report: JobReport? { job.report }

    /// The outcome: a word, how good that is, and a sentence.
    var outcome: (word: String, tone: ReportContent.Tone, sentence: String) {
        if job.summary.state == .abandoned {
            let rest = history.stillOff.isEmpty ? "" : " Not all that it dropped or disabled is restored."
            let when = job.summary.endedAt.map { " at \($0)" } ?? ""
            return (
                "Given up", history.stillOff.isEmpty ? .attention : .bad,
                "The rows of job \(job.summary.number) were removed\(when).\(rest)"
            )
        }
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

    /// What is to be done, between which servers it was, and when.
    var details: [(text: String, tone: ReportContent.Tone?)] {
        var lines: [(String, ReportContent.Tone?)] = (report?.searches ?? []).filter(\.isWorse).map {
            ("Searches are worse than on the source in \($0.table).\($0.column). vecferry tune shows what helps.", .bad)
        }
        if !history.stillOff.isEmpty {
            lines.append(
                (
                    "\(Units.count(history.stillOff.count, "object")) of the target \(history.stillOff.count == 1 ? "is" : "are") still off.",
                    .bad
                ))
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

    /// The numbers that are seen first.
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
}

extension String {
    /// `Stopped half-way` for `STOPPED HALF-WAY`.
    fileprivate var capitalizedWord: String { lowercased().capitalizedFirst }
}
