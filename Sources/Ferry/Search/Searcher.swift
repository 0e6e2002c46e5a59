/// Runs the application's searches on both sides, and compares what it gets.
struct Searcher {
    /// The snapshots to search.
    let sides: BothSides
    /// The options of the searches.
    let request: SearchRequest

    /// The results of the searches.
    struct Outcome: Sendable {
        /// The report of each column that was searched.
        var reports: [SearchReport] = []
        /// Warnings of what the searches found, and of columns that could not be searched.
        var notes: [Note] = []
    }

    /// Searches in every embedding column of the tables, the largest tables first.
    ///
    /// - Throws: ``FerryError/Code/interrupted`` alone: a column that can't be searched does not cost the comparison of the rows.
    func run(_ tables: [ComparedTable]) throws(FerryError) -> Outcome {
        var outcome = Outcome()
        let deadline = SearchDeadline(end: request.limit.map { .now + $0 })
        let columns = Self.columns(of: tables)
        // A table with few rows takes little time, and some.
        let weights = columns.map { Double(max($0.0.estimatedRows, 1_000)) }
        for (position, (table, column)) in columns.enumerated() {
            do throws(FerryError) {
                guard let form = forms.form(table, column) else { continue }
                let part = weights[position] / weights[position...].reduce(0, +)
                let query = SearchQuery(table: table, column: column, form: form, k: request.k)
                guard let report = try search(query, by: deadline.share(part)) else { continue }
                outcome.reports.append(report)
                outcome.notes += SearchAdvice(report: report).notes
            } catch {
                guard error.code != .interrupted else { throw error }
                outcome.notes.append(Self.notTried(table, column, error))
            }
        }
        return outcome
    }

    /// The embedding columns, those of the largest tables first.
    private static func columns(of tables: [ComparedTable]) -> [(ComparedTable, ColumnPair)] {
        tables.sorted { $0.estimatedRows > $1.estimatedRows }.flatMap { table in
            table.columns.map { (table, $0) }.filter { SearchForms.isEmbedding($1) }
        }
    }

    /// Maps some of the columns. One that can't be mapped is left out.
    ///
    /// - Throws: ``FerryError/Code/interrupted`` alone.
    func maps(
        of tables: [ComparedTable], most: Int, by deadline: SearchDeadline
    ) throws(FerryError) -> [EmbeddingMap] {
        var maps: [EmbeddingMap] = []
        for (table, column) in Self.columns(of: tables) where maps.count < most && !deadline.isPast {
            guard let form = forms.form(table, column) else { continue }
            let maker = MapMaker(
                query: SearchQuery(table: table, column: column, form: form, k: request.k), deadline: deadline)
            do throws(FerryError) {
                let source = try sides.source.connect()
                let target = try sides.target.connect()
                if let map = try maker.map(source: source, target: target) { maps.append(map) }
            } catch {
                if error.code == .interrupted { throw error }
            }
        }
        return maps
    }

    private var forms: SearchForms {
        SearchForms(catalogs: [.source: sides.source.catalog, .target: sides.target.catalog])
    }

    static func notTried(_ table: ComparedTable, _ column: ColumnPair, _ error: FerryError) -> Note {
        Note(
            level: .warning, code: .searchNotTried, side: error.side, table: table.name,
            message: "The column \(column.name) was not searched: \(error.cause?.message ?? error.message)", hint: nil)
    }

    private func search(_ query: SearchQuery, by deadline: SearchDeadline) throws(FerryError) -> SearchReport? {
        do throws(FerryError) {
            let samples = try samples(query, by: deadline)
            guard !samples.isEmpty else { return nil }
            let search = ColumnSearch(
                query: query, samples: samples, isEstimate: request.given.isEmpty,
                source: try place(query, sides.source),
                target: try place(query, sides.target), deadline: deadline)
            let report = try sides.workers.retrying { () throws(FerryError) in
                let left = try sides.source.connect()
                let right = try sides.target.connect()
                return try search.run(left, right)
            }
            if let report { return report }
        } catch {
            guard deadline.caused(error) else { throw error.of(query.table.name) }
        }
        throw FerryError(.notComparable, "The time was up before a query was answered on both sides.")
    }

    /// The queries of the operator that the column can be compared with, or queries made from its rows.
    private func samples(_ query: SearchQuery, by deadline: SearchDeadline) throws(FerryError) -> [SearchSample] {
        guard !request.given.isEmpty else {
            return try sides.workers.retrying { () throws(FerryError) in
                let session = try sides.source.connect()
                try deadline.impose(on: session)
                return try SampleReader(query: query).samples(request.queries, on: session)
            }
        }
        return try query.samples(of: request)
    }

    private func place(_ query: SearchQuery, _ side: SideReader) throws(FerryError) -> ColumnSearch.Place {
        try forms.place(query, side.side, role: request.role)
    }
}
