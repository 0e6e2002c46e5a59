import Ferry

/// What runs and what ran on a target: the state first, what is under way, what failed, what is off, and the next step.
struct StatusText: ResultText {
    /// The facts.
    let report: StatusReport
    /// Whether every table, process and job is listed, however many there are.
    var showsAll = false

    /// The most tables, processes and jobs that are listed without ``showsAll``.
    private static let few = 10
    /// A copy asks its target for something every two seconds.
    private static let longSilence = 20.0

    var lines: [Line] {
        [verdict] + progress + tables(report.job?.tables.filter { showsAll || $0.isUnderWay || $0.error != nil } ?? [])
            + lastEnd + off + earlier + next
    }

    /// The state, in one sentence.
    var verdict: Line {
        switch report.state {
        case .running:
            if let command = report.holder?.command, command != .copy {
                return "\("RUNNING", .attention): vecferry \(command.rawValue) is running against \(report.target)."
            }
            guard let job = report.job, job.report == nil else {
                return "\("RUNNING", .attention): another vecferry is running against \(report.target)."
            }
            return """
                \("RUNNING", .attention): job \(job.summary.number) copies \(Units.count(job.tables.count, "table")) from \
                \(job.source) to \(report.target), since \(job.summary.beganAt) (\(Units.duration(job.summary.age))).
                """
        case .finished:
            guard let job = report.job else { return "\("FINISHED", .good)." }
            let rows = job.report.map { ", and proved \(Units.count($0.rows, "row"))" } ?? ""
            return """
                \("FINISHED", .good): at \(job.summary.endedAt ?? "an unknown time"), job \(job.summary.number) had copied \
                \(Units.count(job.tables.count, "table")) from \(job.source) to \(report.target)\(rows).
                """
        case .stopped:
            guard let job = report.job else { return "\("STOPPED HALF-WAY", .bad)." }
            guard job.summary.state != .abandoned else {
                return """
                    \("STOPPED HALF-WAY", .bad): job \(job.summary.number) was given up, and not all that it dropped or \
                    disabled on \(report.target) is restored.
                    """
            }
            return """
                \("STOPPED HALF-WAY", .bad): job \(job.summary.number) from \(job.source) to \(report.target) began at \
                \(job.summary.beganAt), is not finished, and is not running.
                """
        case .nothing:
            let gone =
                report.jobs.isEmpty
                ? ""
                : "; \(Units.count(report.jobs.count, "copy", "copies")) \(report.jobs.count == 1 ? "was" : "were") given up"
            return "\("NOTHING", .attention): \(report.target) holds no copy by vecferry\(gone)."
        }
    }

    // MARK: What is under way

    private var progress: [Line] {
        let builds = report.builds.map { row("Build", Self.text($0)) }
        guard let job = report.job, job.report == nil, job.summary.state == .loading else {
            return builds + (report.holder.map { [row("Session", $0.description)] } ?? [])
        }
        let loaded = job.tables.count(where: \.isLoaded)
        var lines: [Line] = [
            row("Rows", amount(job)),
            row("Tables", "\(Units.count(loaded)) of \(Units.count(job.tables.count)) copied"),
        ]
        if job.allIndexes > 0 {
            lines.append(row("Indexes", "\(Units.count(job.builtIndexes)) of \(Units.count(job.allIndexes)) built"))
        }
        lines += builds
        if report.state == .running { lines += hosts(job) + workers(job) }
        return lines
    }

    private func amount(_ job: JobStatus) -> String {
        let share =
            job.allBytes > 0
            ? job.doneBytes / Double(job.allBytes) : Double(job.doneChunks) / Double(max(1, job.allChunks))
        let all = job.estimatedRows.map { " of about \(Units.count(max($0, job.rows), "row"))" } ?? " rows"
        let parts = [
            job.isLoaded ? "all copied" : Units.percent(share),
            job.isLoaded ? Units.count(job.rows, "row") : Units.count(job.rows) + all,
            "\(Units.count(job.doneChunks)) of \(Units.count(job.allChunks, "chunk"))",
            job.isLoaded ? nil : job.bytesPerSecond.map(Units.rate),
            job.secondsLeft.map { "about \(Units.duration($0)) left" },
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }

    private static func text(_ build: BuildStatus) -> String {
        let what = build.index.map { "\($0) on \(build.relation)" } ?? "on \(build.relation)"
        let share = build.fraction.map { ", \(Units.percent($0))" } ?? ""
        return "\(what): \(build.phase)\(share), \(Units.duration(build.seconds))"
    }

    /// Where it runs: the process that has not ended, and what the server knows of its session.
    private func hosts(_ job: JobStatus) -> [Line] {
        var lines: [Line] = []
        if let run = job.now {
            lines.append(
                row(
                    "Host",
                    "\(run.host), process \(run.process), vecferry \(run.version), \(Units.count(run.streams, "stream")), for \(Units.duration(run.seconds))"
                ))
        }
        guard let holder = report.holder else { return lines }
        lines.append(row("Session", holder.description))
        if holder.command == .copy, let silence = holder.silence, silence > Self.longSilence {
            lines.append(
                "\("No statement for \(Units.duration(silence)).", .attention) Its process or its connection may be gone; the server ends the session once it notices."
            )
        }
        return lines
    }

    /// The other processes that copy, and those that were silent for too long.
    private func workers(_ job: JobStatus) -> [Line] {
        let all = job.workers.filter { !$0.isCoordinator && (showsAll || $0.state != .left) }
        let shown = showsAll ? all[...] : all.prefix(Self.few)
        var lines = shown.map { worker -> Line in
            let done = "\(Units.count(worker.chunks, "chunk")), \(Units.bytes(worker.bytes))"
            let text =
                "\(worker.number) on \(worker.host), process \(worker.process), \(Units.count(worker.streams, "stream")): \(done)"
            switch worker.state {
            case .working: return row("Worker", "\(text), \(Units.count(worker.heldChunks)) under way")
            case .left: return row("Worker", "\(text), has left")
            case .silent:
                return
                    "\(TextWidth.padded("Worker", to: 8), .label) \(text), \("no sign of life for \(Units.duration(worker.silence))", .attention)"
            }
        }
        if shown.count < all.count {
            lines.append("And \(Units.count(all.count - shown.count, "more worker")) (--verbose lists them).")
        }
        return lines
    }

    private func tables(_ tables: [TableStatus]) -> [Line] {
        guard !tables.isEmpty, report.job?.summary.state == .loading else { return [] }
        let shown = showsAll ? tables[...] : tables.prefix(Self.few)
        let width = min(40, shown.map { TextWidth.of($0.name.description) }.max() ?? 0)
        var lines: [Line] = [.empty]
        for table in shown {
            let all = table.estimatedRows.map { " of about \(Units.count(max($0, table.rows)))" } ?? ""
            let rows = table.isLoaded ? Units.count(table.rows, "row") : "\(Units.count(table.rows))\(all) rows"
            let chunks = "\(Units.count(table.doneChunks)) of \(Units.count(table.allChunks, "chunk"))"
            lines.append("\(TextWidth.padded(table.name.description, to: width), .name)  \(rows), \(chunks)")
            if let error = table.error { lines.append("  \("Failed:", .bad) \(error)") }
        }
        if shown.count < tables.count {
            lines.append(
                "And \(Units.count(tables.count - shown.count, "more table", "more tables")) (--verbose lists them).")
        }
        return lines
    }

    // MARK: What ran

    /// How the last process ended that did not finish.
    private var lastEnd: [Line] {
        guard report.state == .stopped, let run = report.job?.runs.last else { return [] }
        let place = "on \(run.host), process \(run.process), from \(run.beganAt)"
        guard let end = run.endedAt else {
            return [
                .empty,
                row("Last run", "\(place): no end recorded. It was killed, or lost its connection to the target."),
            ]
        }
        let how =
            switch run.outcome {
            case .stopped: "stopped by a signal"
            case .differs: "found rows that differ"
            case .failed where run.error == nil: "could not finish \(Units.count(run.failures.count, "table"))"
            case .failed: "failed"
            case .proven, nil: "ended"
            }
        let error: [Line] = run.error.map { ["  \($0)"] } ?? []
        return [.empty, row("Last run", "\(place), to \(end): \(how).")] + error
    }

    private var off: [Line] {
        guard !report.stillOff.isEmpty else { return [] }
        if report.state == .running {
            return [
                .empty,
                "Until it is done, the target lacks \(Units.count(report.stillOff.count, "index, constraint, trigger or rule", "indexes, constraints, triggers and rules")).",
            ]
        }
        return [.empty] + report.stillOff.lines(showsAll: showsAll)
    }

    private var earlier: [Line] {
        var lines: [Line] = []
        if !report.tuned.isEmpty {
            let names = report.tuned.prefix(5).map(\.description).joined(separator: ", ")
            let more = report.tuned.count > 5 ? ", \u{2026}" : ""
            lines.append(row("Tuned", "\(names)\(more) (vecferry undo takes that back)"))
        }
        let others = report.jobs.filter { $0.number != report.job?.summary.number }
        let shown = showsAll ? others[...] : others.prefix(Self.few)
        lines += shown.map { job in
            let end = job.endedAt.map { ", \(job.state == .abandoned ? "given up" : "finished") at \($0)" } ?? ""
            return row("Earlier", "job \(job.number), began at \(job.beganAt)\(end)")
        }
        if shown.count < others.count {
            lines.append("And \(Units.count(others.count - shown.count, "earlier job")) more (--verbose lists them).")
        }
        return lines.isEmpty ? [] : [.empty] + lines
    }

    private var next: [Line] {
        switch report.state {
        case .stopped where report.job?.summary.state == .abandoned:
            return [.empty, "To restore the rest, run vecferry undo again."]
        case .stopped:
            return [
                .empty,
                "To resume, run the same vecferry copy again. To give the job up, run vecferry undo.",
            ]
        case .finished:
            return [.empty, "To compare both sides as they are now, run vecferry verify."]
        case .nothing: return [.empty, "To begin, run vecferry plan, then vecferry copy."]
        case .running: return []
        }
    }

    private func row(_ label: String, _ text: String) -> Line {
        "\(TextWidth.padded(label, to: 8), .label) \(text)"
    }
}

extension StatusText {
    /// Lines of at most `width` columns, for `--watch`.
    func live(width: Int, height: Int) -> [String] {
        let all = lines.map(\.text)
        let shown = all.count <= height ? all : Array(all.prefix(max(0, height - 1))) + ["\u{2026}"]
        return shown.map { TextWidth.cut($0, to: width) }
    }

    /// A sentence for a pipe.
    var plain: String {
        guard let job = report.job, job.report == nil, report.holder?.command ?? .copy == .copy else {
            return verdict.text
        }
        let builds = report.builds.prefix(4).map { "; \(Self.text($0))" }.joined()
        return "Job \(job.summary.number): \(amount(job))\(builds)."
    }
}

extension TableStatus {
    /// Whether some of its rows are committed, and not all.
    fileprivate var isUnderWay: Bool { doneChunks > 0 && !isLoaded }
}
