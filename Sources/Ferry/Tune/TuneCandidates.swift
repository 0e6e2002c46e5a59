/// The options that are worth trying for one embedding column. It does no I/O.
struct TuneCandidates {
    /// The target's index; nil where there is none.
    let index: Index?
    /// pgvector's settings as the application has them.
    let settings: [String: String]
    /// The target's pgvector.
    let pgvector: PgvectorVersion
    /// The rows of the table.
    let rows: Int
    /// The form of the search.
    let form: SearchForm
    /// The column.
    let column: ColumnPair
    /// Whether the index could be exchanged beside writers: the table is not partitioned (documentation, CREATE INDEX, "CONCURRENTLY"),
    /// and the column has no other vector index.
    let isExchangeable: Bool

    /// One option to try.
    struct Candidate: Equatable {
        var kind: TuneOption.Kind
        var settings: [TuneSetting] = []
        var method: String?
        var parameters: [String: String] = [:]
    }

    /// The values of `ivfflat.probes` up to all lists, or `hnsw.ef_search` up to its maximum, with and without iterative scans.
    var ofSettings: [Candidate] {
        guard let index else { return [] }
        let setting = SearchSetting(method: index.method, options: index.options)
        let values = setting.values(under: settings)
        var found: [Candidate] = []
        func add(_ settings: TuneSetting...) {
            found.append(
                Candidate(kind: .settings, settings: settings, method: index.method, parameters: index.options))
        }
        for value in values { add(TuneSetting(name: setting.name, value: "\(value)")) }
        // Iterative scans read on until there are enough rows (pgvector's CHANGELOG, 0.8.0).
        guard pgvector >= PgvectorVersion(0, 8, 0) else { return found }
        let iterative = TuneSetting(name: "\(index.method).iterative_scan", value: "relaxed_order")
        if settings[iterative.name] == "off" { add(iterative) }
        for value in values.prefix(4) { add(TuneSetting(name: setting.name, value: "\(value)"), iterative) }
        if index.method == "ivfflat", setting.most >= 16 {
            add(
                TuneSetting(name: setting.name, value: "\(max(1, setting.most / 20))"), iterative,
                TuneSetting(name: "ivfflat.max_probes", value: "\(setting.most / 4)"))
        }
        return found
    }

    /// Definitions that have to be built.
    var ofDefinitions: [Candidate] {
        guard rows > 0, isIndexable, isExchangeable else { return [] }
        var found: [Candidate] = []
        let advised = ["lists": "\(VectorIndexShape.advisedLists(rows: rows))"]
        if OperatorClasses.exist(operatorClass, for: "ivfflat"), !isCurrent("ivfflat", advised) {
            found.append(Candidate(kind: .definition, method: "ivfflat", parameters: advised))
        }
        let supportsHNSW = pgvector >= OperatorClasses.firstVersion(of: operatorClass, for: "hnsw")
        if supportsHNSW, index?.method != "hnsw" { found.append(Candidate(kind: .definition, method: "hnsw")) }
        if supportsHNSW, pgvector >= PgvectorVersion(0, 7, 0), form.expression == .column, column.vectorType == .vector,
            column.dimensions != nil
        {
            found.append(Candidate(kind: .information, method: "hnsw"))
        }
        return found
    }

    private func isCurrent(_ method: String, _ parameters: [String: String]) -> Bool {
        guard let index, index.method == method else { return false }
        return VectorIndexShape.lists(of: index.options) == VectorIndexShape.lists(of: parameters)
    }

    /// The operator class of the index, or of one that serves the form.
    var operatorClass: String {
        index?.operatorClasses.first ?? OperatorClasses.name(of: column.vectorType ?? .vector, distance: form.distance)
    }

    private var isIndexable: Bool {
        guard form.expression == .column, let dimensions = column.dimensions,
            let element = column.vectorType.flatMap({ VectorIndexShape.Element(rawValue: $0.rawValue) })
        else { return false }
        return VectorIndexShape.dimensionLimit(of: element).map { dimensions <= $0 } ?? false
    }
}
