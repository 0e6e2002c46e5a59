/// Runs the same searches on both sides, exactly and through the index.
struct Searcher {
    /// Their snapshots are what is searched.
    let sides: BothSides
    /// How many searches.
    let request: SearchRequest

    /// One side's answers to all samples.
    private struct Answered {
        var side: SearchSide
        var exact: [SearchAnswers]
    }

    /// Searches in every embedding column of the tables.
    func run(_ tables: [ComparedTable]) throws(FerryError) -> [SearchReport] {
        var reports: [SearchReport] = []
        for table in tables {
            for column in table.columns {
                guard let distance = distance(table, column) else { continue }
                let query = SearchQuery(table: table, column: column, distance: distance, k: request.k)
                if let report = try search(query) { reports.append(report) }
            }
        }
        return reports
    }

    /// The operator of the column's index, as a symbol; of a column without one, pgvector's first for its type.
    private func distance(_ table: ComparedTable, _ column: ColumnPair) -> String? {
        let symbol = Side.allCases.lazy.compactMap { side in
            indexes(table, column, side).lazy.compactMap { $0.orderOperator.map(Self.symbol) }.first
        }.first
        if let symbol { return column.vectorType != nil || column.dimensions != nil ? symbol : nil }
        return column.vectorType == nil ? nil : "<->"
    }

    /// The valid vector indexes over a column, of the table as it is named in queries.
    private func indexes(_ table: ComparedTable, _ column: ColumnPair, _ side: Side) -> [Index] {
        let relation = sides[side].catalog.relation(table.name)
        return (relation?.indexes ?? []).filter { index in
            guard index.isVectorIndex, index.isValid, !index.isPartial, let expression = index.expressions.first else {
                return false
            }
            // An expression names the column that it is made of.
            return index.columns.first == column.name || (index.columns.isEmpty && expression.contains(column.name))
        }
    }

    /// `OPERATOR(public.<->)` is `<->`.
    static func symbol(_ orderOperator: String) -> String {
        let name = orderOperator.hasSuffix(")") ? orderOperator.dropLast() : orderOperator[...]
        return String(name.reversed().prefix { "<>#+~%-=*".contains($0) }.reversed())
    }

    private func search(_ query: SearchQuery) throws(FerryError) -> SearchReport? {
        let samples = try retrying(sides.source, query.table) { session throws(FerryError) in
            try query.samples(request.queries, on: session)
        }
        guard !samples.isEmpty else { return nil }
        let source = try answer(query, samples, sides.source)
        let target = try answer(query, samples, sides.target)
        return SearchReport(
            table: query.table.name, column: query.column.name, distance: query.distance, queries: samples.count,
            k: request.k, differing: zip(source.exact, target.exact).filter { !$0.isSame(as: $1) }.count,
            source: source.side, target: target.side)
    }

    /// - Parameter table: What an error is told of.
    private func retrying<Result>(
        _ side: SideReader, _ table: ComparedTable, _ body: (borrowing Session) throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        try sides.workers.retrying { () throws(FerryError) in
            let session = try side.connect()
            do throws(FerryError) {
                return try body(session)
            } catch {
                throw error.of(table.name)
            }
        }
    }

    private func answer(
        _ query: SearchQuery, _ samples: [SearchQuery.Sample], _ side: SideReader
    ) throws(FerryError) -> Answered {
        let index = indexes(query.table, query.column, side.side)
            .first { $0.orderOperator.map(Self.symbol) == query.distance }
        guard let schema = side.catalog.server.vectorSchema else {
            throw FerryError(.notComparable, "The database has no extension vector.", side: side.side)
        }
        let probe = SearchProbe(query: query, index: index, schema: schema, catalog: side.catalog)
        return try retrying(side, query.table) { session throws(FerryError) in
            let (side, exact) = try probe.run(samples, on: session)
            return Answered(side: side, exact: exact)
        }
    }
}
