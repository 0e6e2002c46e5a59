/// Derives warnings from the results of searches.
struct SearchAdvice {
    /// The difference in recall that is chance: about 0.01 for the 1,000 answers of 100 queries for 10 rows.
    private static let noise = 0.01

    /// The results of the searches.
    let report: SearchReport

    /// The warnings; none where both indexes answer well.
    var notes: [Note] {
        var notes: [Note] = []
        func warn(_ code: Note.Code, _ message: String, _ hint: String?) {
            notes.append(
                Note(level: .warning, code: code, side: .target, table: report.table, message: message, hint: hint))
        }
        let (source, target) = (report.source, report.target)
        if target.index == nil, let index = source.index {
            warn(
                .indexMissing,
                "The source searches the column \(report.column) through \(index.name), but the target has no vector index "
                    + "for it.",
                "Create the index on the target; on the source, SELECT pg_get_indexdef('\(index.sql)'::regclass) shows its "
                    + "definition.")
        }
        if let index = target.index, target.recall == nil {
            warn(
                .indexNotUsed,
                "The server does not search the column \(report.column) through \(index.name), even if forced to.",
                "Run EXPLAIN on the query there.")
        }
        if let index = target.index, let part = skew(target) {
            warn(
                .builtOnEmpty,
                "One search reads \(Self.percent(part)) of \(index.name): its lists were built on a nearly empty table, so "
                    + "a few of them hold most rows.",
                "Run vecferry index, or REINDEX INDEX \(index.sql) on the target.")
        }
        if let left = source.recall, let right = target.recall, right < left - Self.noise {
            warn(
                .recallLower,
                "Through \(target.index?.name ?? "the index"), the target finds \(Self.percent(right)) of the "
                    + "\(report.k) nearest rows; the source finds \(Self.percent(left)). \(reason)", advice)
        }
        return notes
    }

    /// The share of an ivfflat index that a search reads, if that is far more than its share of the lists.
    private func skew(_ side: SearchSide) -> Double? {
        guard let part = side.partRead, let lists = lists(side), let probes = probes(side), lists > 0 else {
            return nil
        }
        return part > 0.5 && part > 4 * Double(probes) / Double(lists) ? part : nil
    }

    private func lists(_ side: SearchSide) -> Int? {
        side.method == "ivfflat" ? side.options["lists"].flatMap { Int($0) } ?? VectorIndexShape.defaultLists : nil
    }

    private func probes(_ side: SearchSide) -> Int? { side.settings["ivfflat.probes"].flatMap { Int($0) } }

    private var reason: String {
        if let part = skew(report.source) {
            let time = report.source.indexMilliseconds.map { " in \(Self.milliseconds($0))" } ?? ""
            return "The source's index was built on a nearly empty table, so each search reads "
                + "\(Self.percent(part)) of it\(time) and misses little."
        }
        if let lists = lists(report.target) {
            return "A search reads \(probes(report.target) ?? 1) of its \(lists) lists."
        }
        if let search = report.target.settings["hnsw.ef_search"] { return "hnsw.ef_search is \(search)." }
        return "The indexes differ."
    }

    private var advice: String? {
        let database = "ALTER DATABASE \u{2026} SET"
        if let lists = lists(report.target), let probes = probes(report.target) {
            // pgvector's advice is the square root of the lists (README, "IVFFlat").
            let more = max(probes + 1, Int(Double(lists).squareRoot().rounded()))
            return "\(database) ivfflat.probes = \(more) finds more rows, and reads more of the index."
        }
        if report.target.method == "hnsw" {
            return "\(database) hnsw.ef_search = 100 finds more rows, and takes longer."
        }
        return nil
    }

    private static func percent(_ part: Double) -> String {
        let tenths = Int((part * 1000).rounded(.down))
        return "\(tenths / 10).\(tenths % 10)%"
    }

    private static func milliseconds(_ time: Double) -> String { "\(Int(time.rounded(.up))) ms" }
}
