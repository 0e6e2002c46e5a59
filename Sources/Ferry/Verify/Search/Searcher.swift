/// Runs the same searches on both sides, exactly and through the index.
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

    /// One side's answers to all samples.
    private struct Answered {
        var side: SearchSide
        var exact: [SearchAnswers]
    }

    /// Searches in every embedding column of the tables.
    ///
    /// - Throws: ``FerryError/Code/interrupted`` alone: a column that can't be searched does not cost the comparison of the rows.
    func run(_ tables: [ComparedTable]) throws(FerryError) -> Outcome {
        var outcome = Outcome()
        for table in tables {
            for column in table.columns {
                do throws(FerryError) {
                    guard let form = form(table, column) else { continue }
                    let query = SearchQuery(table: table, column: column, form: form, k: request.k)
                    guard let report = try search(query) else { continue }
                    outcome.reports.append(report)
                    outcome.notes += SearchAdvice(report: report).notes
                } catch {
                    guard error.code != .interrupted else { throw error }
                    outcome.notes.append(Self.notTried(table, column, error))
                }
            }
        }
        return outcome
    }

    private static func notTried(_ table: ComparedTable, _ column: ColumnPair, _ error: FerryError) -> Note {
        Note(
            level: .warning, code: .searchNotTried, side: error.side, table: table.name,
            message: "The column \(column.name) was not searched: \(error.cause?.message ?? error.message)", hint: nil)
    }

    /// The form of the search that a column's index serves; for a column without an index, by L2 distance.
    private func form(_ table: ComparedTable, _ column: ColumnPair) -> SearchForm? {
        let forms = Side.allCases.flatMap { side in indexes(table, column, side).map(\.form) }
        // The two sides may have different indexes; one that both have shows what the application does.
        let shared = forms.first { form in
            Side.allCases.allSatisfy { side in indexes(table, column, side).contains { $0.form == form } }
        }
        let known = forms.first { if case .other = $0.expression { false } else { true } }
        if let form = shared ?? known ?? forms.first { return form }
        return column.vectorType == nil ? nil : SearchForm(expression: .column, distance: "<->")
    }

    /// The valid vector indexes on a column, on the table itself, each with the form of the search that it serves.
    private func indexes(
        _ table: ComparedTable, _ column: ColumnPair, _ side: Side
    ) -> [(index: Index, form: SearchForm)] {
        let catalog = sides[side].catalog
        guard let relation = catalog.relation(table.name), let schema = catalog.server.vectorSchema,
            column.vectorType != nil || column.dimensions != nil
        else { return [] }
        return relation.indexes.compactMap { index in
            guard index.isVectorIndex, index.isValid, !index.isPartial,
                let symbol = index.orderOperator.map(Self.symbol),
                let expression = VectorExpression(keyOf: index, column: column.name, schema: schema)
            else { return nil }
            if case .other = expression, !relation.foreignFunctions.isEmpty, owner(table, side) == nil {
                // An expression runs as the table's owner or not at all.
                return nil
            }
            return (index, SearchForm(expression: expression, distance: symbol))
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
            table: query.table.name, column: query.column.name, distance: query.form.distance, queries: samples.count,
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
        let index = indexes(query.table, query.column, side.side).first { $0.form == query.form }?.index
        guard let schema = side.catalog.server.vectorSchema else {
            throw FerryError(.notComparable, "The extension vector is not installed.", side: side.side)
        }
        if index == nil, case .other(let text) = query.form.expression {
            throw FerryError(
                .notComparable, "Only the other side has an index on the expression \(text).", side: side.side)
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
