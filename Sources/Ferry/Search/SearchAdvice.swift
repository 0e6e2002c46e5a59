/// Derives warnings from the results of searches, with what helps.
struct SearchAdvice {
    /// The results of the searches.
    let report: SearchReport

    /// The warnings; none where both sides answer equally well.
    var notes: [Note] {
        var notes: [Note] = []
        if report.target.index == nil, let index = report.source.index {
            notes.append(
                warning(
                    .indexMissing,
                    "The source has the vector index \(index.name) on the column \(report.column); the target has none, so each "
                        + "search reads all rows that it may return.",
                    "Create the index on the target; on the source, SELECT pg_get_indexdef('\(index.sql)'::regclass) shows its "
                        + "definition."))
        }
        if let index = report.target.index, let part = skew(report.target) {
            notes.append(
                warning(
                    .builtOnEmpty,
                    "One search reads \(Self.percent(part)) of \(index.name): its lists were built on a nearly empty table, so "
                        + "a few of them hold most rows.",
                    "Run vecferry index, or REINDEX INDEX \(index.sql) on the target."))
        }
        return notes + [loss].compactMap(\.self)
    }

    /// The warning that searches got worse; nil where they did not.
    var loss: Note? { report.isWorse ? warning(.recallLower, what, remedy) : nil }

    private func warning(_ code: Note.Code, _ message: String, _ hint: String?) -> Note {
        Note(level: .warning, code: code, side: .target, table: report.table, message: message, hint: hint)
    }

    // MARK: What got worse

    private var what: String {
        let (left, right) = (report.source.figures, report.target.figures)
        var text =
            "Searches by \(report.column) find \(Self.percent(right.recall ?? 1)) of the \(report.k) nearest rows on the target, "
            + "and \(Self.percent(left.recall ?? 1)) on the source"
        if right.empty > 0 || left.empty > 0 {
            text +=
                "; \(Count.of(right.empty)) of \(Count.of(right.queries, "answer")) \(right.empty == 1 ? "is" : "are") empty "
            text += "(source: \(Count.of(left.empty)))"
        }
        let bots = report.worseBots
        if !bots.isEmpty { text += "; worse for \(Count.of(bots.count)) of \(Count.of(report.bots.count, "bot"))" }
        if report.isCut { text += ", when the time was up after \(Count.of(report.queries, "query", "queries"))" }
        if let exact = report.exactRecall, exact < 1 {
            text +=
                ". Its values were rounded: without an index, a search finds \(Self.percent(exact)) of what it found before"
        }
        return "\(text).\(reason.map { " \($0)" } ?? "")"
    }

    /// The share of an ivfflat index that a search reads, if that is far more than its share of the lists.
    private func skew(_ side: SearchSide) -> Double? {
        guard let part = side.partRead, let lists = lists(side), let probes = probes(side), lists > 0 else {
            return nil
        }
        return part > 0.5 && part > 4 * Double(probes) / Double(lists) ? part : nil
    }

    private func lists(_ side: SearchSide) -> Int? {
        side.method == "ivfflat" ? VectorIndexShape.lists(of: side.options) : nil
    }

    private func probes(_ side: SearchSide) -> Int? { side.settings["ivfflat.probes"].flatMap { Int($0) } }

    private var reason: String? {
        var text = ""
        if let part = skew(report.source) {
            text =
                "The source's index was built on a nearly empty table, so each search reads \(Self.percent(part)) of it and "
                + "misses little. "
        }
        guard report.target.choosesIndex else { return text.isEmpty ? nil : String(text.dropLast()) }
        if let lists = lists(report.target) {
            text += "A search on the target reads \(probes(report.target) ?? 1) of \(lists) lists"
            text += report.bots.isEmpty ? "." : ", and only then leaves out the rows of other bots."
        } else if let search = report.target.settings["hnsw.ef_search"] {
            text += "On the target, hnsw.ef_search is \(search)."
        }
        return text.isEmpty ? nil : text
    }

    // MARK: What helps

    private var remedy: String? {
        let tune = "vecferry tune shows what helps most, and with --apply does it."
        guard let remedy = report.remedy else { return tune }
        let empty = remedy.figures.empty == 0 ? "none empty" : "\(Count.of(remedy.figures.empty)) empty"
        return
            "\(tune) Or run on the target: \(remedy.statements.joined(separator: "; ")). Tried with the same queries, it finds "
            + "\(Self.percent(remedy.figures.recall ?? 1)), \(empty), 95 of 100 within \(Self.milliseconds(remedy.figures.p95)). "
            + "New connections have it; \(remedy.undo.joined(separator: "; ")) takes it back."
    }

    /// A share, rounded down: 100.0% is all.
    private static func percent(_ part: Double) -> String {
        let tenths = Int((part * 1000).rounded(.down))
        return "\(tenths / 10).\(tenths % 10)%"
    }

    private static func milliseconds(_ time: Double) -> String { "\(max(1, Int(time.rounded(.up)))) ms" }
}
