import Ferry

/// Searches in one embedding column: whether both sides give the same exact answers, and what the application gets.
struct SearchText {
    /// The outcome of the searches.
    let report: SearchReport
    /// Whether every bot is listed, not only those for which the target is worse.
    var showsAll = false

    /// The most bots that are listed without ``showsAll``.
    private static let fewBots = 10

    /// Whether exact answers are the same, then the quality of the answers on each side.
    var lines: [Line] {
        let verdict: Line =
            if let exact = report.exactRecall {
                "\(Self.thousandths(exact)) of the source's rows, since the values were rounded"
            } else if report.differing == 0 {
                Line("the same answers on both sides", .good)
            } else {
                Line("\(Units.count(report.differing)) with different answers", .bad)
            }
        let queries = Units.count(report.queries, "query", "queries")
        let made = report.isEstimate ? " made from stored rows" : ""
        let cut = report.isCut ? " (the time was up)" : ""
        return [
            """
            \("search \(report.table).\(report.column)", .name)  \(queries)\(made) by \(report.distance) \
            for \(Units.count(report.k, "row"))\(cut), exactly: \(verdict)
            """,
            "  source: \(side(report.source))",
            "  target: \(side(report.target))",
        ] + bots + trials
    }

    private func side(_ side: SearchSide) -> String {
        "\(index(side)): \(Self.quality(side.figures)); \(Self.speed(side.figures)), "
            + "exactly \(Self.milliseconds(side.exactMilliseconds)); \(Self.plans(side.plans))"
    }

    private func index(_ side: SearchSide) -> String {
        guard let index = side.index, let method = side.method else { return "no vector index" }
        var parts = [method] + side.options.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }
        parts += side.settings.filter { name, value in
            name.hasPrefix(method)
                && (Self.shownSettings.contains(name) || name == "\(method).iterative_scan" && value != "off")
        }
        .sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }
        return "\(index.name) (\(parts.joined(separator: ", ")))"
    }

    private static let shownSettings: Set = ["ivfflat.probes", "hnsw.ef_search"]

    /// The bots for which the target is worse, or all.
    var bots: [Line] {
        let shown = showsAll ? report.bots : report.worseBots
        let lines = shown.prefix(showsAll ? shown.count : Self.fewBots).map { bot -> Line in
            let name = bot.bot.map { "bot \($0)" } ?? "rows of no bot"
            let word = report.worseBots.contains(bot) ? Line(" worse", .bad) : ""
            return """
                  \(name)\(word): \(Self.quality(bot.target)); source \
                \(Self.quality(bot.source))
                """
        }
        guard shown.count > lines.count else { return lines }
        return lines + ["  and \(Units.count(shown.count - lines.count, "more bot")) for which it is worse"]
    }

    /// What the application would get at each value of the setting that was tried, beside what it gets now and got on the source.
    var trials: [Line] {
        guard let setting = report.trials.first?.setting else { return [] }
        let now = report.target.settings[setting].map { "\($0), now" } ?? "now"
        var rows = [(name: now, figures: report.target.figures)]
        rows += report.trials.map { trial in
            (trial.value == report.remedy?.value ? "\(trial.value), as good" : "\(trial.value)", trial.figures)
        }
        rows.append(("source", report.source.figures))
        var cells = [[setting, "recall", "empty", "half within", "95 of 100"]]
        cells += rows.map { name, figures in
            [
                name, figures.recall.map(Self.thousandths) ?? "", Units.count(figures.empty),
                Self.milliseconds(figures.p50),
                Self.milliseconds(figures.p95),
            ]
        }
        return Columns(cells).aligned.map { "  \($0.first, .label)  \($0.rest)" }
    }

    /// Recall, and the answers that are empty, short or begin with another row than the nearest.
    static func quality(_ figures: SearchFigures) -> String {
        guard let recall = figures.recall else { return "no rows to find" }
        var parts = [
            "recall \(thousandths(recall))", figures.empty == 0 ? "none empty" : "\(Units.count(figures.empty)) empty",
        ]
        if figures.returned < figures.expected {
            parts.append("\(Units.count(figures.expected - figures.returned, "row")) too few")
        }
        if figures.wrongBest > 0 { parts.append("the best wrong in \(Units.count(figures.wrongBest))") }
        return parts.joined(separator: ", ")
    }

    private static func speed(_ figures: SearchFigures) -> String {
        "half within \(milliseconds(figures.p50)), 95 of 100 within \(milliseconds(figures.p95))"
    }

    private static func plans(_ plans: [SearchPlan]) -> String {
        // Each partition has indexes of its own.
        let approximate = plans.filter { $0.kind == .vectorIndex }.reduce(0) { $0 + $1.queries }
        let first = approximate > 0 ? ["\(Units.count(approximate)) through the vector index"] : []
        let others = plans.filter { $0.kind != .vectorIndex }.map { plan in
            let place = plan.kind == .allRows ? "all rows" : plan.index ?? "another index"
            return "\(Units.count(plan.queries)) through \(place) and a sort"
        }
        return (first + others).joined(separator: ", ")
    }

    /// A share, rounded down: 1.000 is all.
    static func thousandths(_ number: Double) -> String {
        let digits = String(Int((number * 1000).rounded(.down)) + 1000)
        return number >= 1 ? "1.000" : "0.\(digits.dropFirst())"
    }

    /// A time: `4.2 ms`.
    static func milliseconds(_ time: Double) -> String {
        let tenths = Int((time * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) ms"
    }
}
