/// The setting of pgvector that decides how much of an index a search reads.
struct SearchSetting {
    /// The name: `ivfflat.probes` or `hnsw.ef_search`.
    let name: String
    /// pgvector's default (its README, "Query Options").
    let initial: Int
    /// The value above which nothing more is read: all lists, or the maximum (hnsw.h, HNSW_MAX_EF_SEARCH).
    let most: Int

    /// - Parameters:
    ///   - method: `ivfflat` or `hnsw`.
    ///   - options: The index's storage parameters.
    init(method: String, options: [String: String]) {
        let isIVFFlat = method == "ivfflat"
        name = isIVFFlat ? "ivfflat.probes" : "hnsw.ef_search"
        initial = isIVFFlat ? 1 : 40
        most = isIVFFlat ? VectorIndexShape.lists(of: options) : 1_000
    }

    /// The values to try: twice the present one, twice that and so on, and the greatest.
    func values(under settings: [String: String]) -> [Int] {
        let now = max(1, settings[name].flatMap { Int($0) } ?? initial)
        guard now < most else { return [] }
        return Array(sequence(first: now * 2) { $0 * 2 }.prefix { $0 < most }) + [most]
    }
}
