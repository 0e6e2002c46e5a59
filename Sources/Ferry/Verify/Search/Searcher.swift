/// Runs the same searches on both sides, exactly and through the index.
struct Searcher {
    /// The snapshots to search.
    let sides: BothSides
    /// The options of the searches.
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

    /// The symbol of the operator of the column's index; for a column without an index, that of L2 distance.
    private func distance(_ table: ComparedTable, _ column: ColumnPair) -> String? {
        let symbol = Side.allCases.lazy.compactMap { side in
            indexes(table, column, side).lazy.compactMap { $0.orderOperator.map(Self.symbol) }.first
        }.first
        if let symbol { return column.vectorType != nil || column.dimensions != nil ? symbol : nil }
        return column.vectorType == nil ? nil : "<->"
    }

    /// The valid vector indexes on a column, on the table itself.
    private func indexes(_ table: ComparedTable, _ column: ColumnPair, _ side: Side) -> [Index] {
        let relation = sides[side].catalog.relation(table.name)
        return (relation?.indexes ?? []).filter { index in
            guard index.isVectorIndex, index.isValid, !index.isPartial, let expression = index.expressions.first else {
                return false
            }
            if index.columns.first == column.name { return true }
            // An expression contains the name of its column, and runs as the table's owner or not at all.
            return index.columns.isEmpty && expression.contains(column.name)
                && (relation?.foreignFunctions.isEmpty == true || owner(table, side) != nil)
        }
    }

    /// The owner of the table on one side, as which its expressions run.
    private func owner(_ table: ComparedTable, _ side: Side) -> String? {
        ActingRole.owner(of: [sides[side].catalog.relation(table.name)].compactMap(\.self) + (table.leaves[side] ?? []))
    }

    /// The symbol of an operator: `<->` for `OPERATOR(public.<->)`.
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

    /// Runs a block over a session of one side, and retries after transient faults.
    ///
    /// - Parameter table: The table to name in an error.
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
            throw FerryError(.notComparable, "The extension vector is not installed.", side: side.side)
        }
        let probe = SearchProbe(query: query, index: index, schema: schema, catalog: side.catalog)
        return try retrying(side, query.table) { session throws(FerryError) in
            let role = ActingRole(owner: owner(query.table, side.side))
            return try role.read(on: session) { () throws(FerryError) in
                let (side, exact) = try probe.run(samples, on: session)
                return Answered(side: side, exact: exact)
            }
        }
    }
}
