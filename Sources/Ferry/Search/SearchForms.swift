/// Finds out how the application searches a column, from the indexes of the known sides.
struct SearchForms {
    /// The catalogs; the source's may be missing.
    let catalogs: [Side: Catalog]

    private var sides: [Side] { Side.allCases.filter { catalogs[$0] != nil } }

    /// Whether a column may hold embeddings: its type is pgvector's, or it is a bit string.
    static func isEmbedding(_ column: ColumnPair) -> Bool { column.vectorType != nil || column.dimensions != nil }

    /// The form of the search that a column's index serves; for a column without an index, by L2 distance.
    func form(_ table: ComparedTable, _ column: ColumnPair) -> SearchForm? {
        let forms = sides.flatMap { side in indexes(table, column, side).map(\.form) }
        // The two sides may have different indexes; one that both have shows what the application does.
        let shared = forms.first { form in
            sides.allSatisfy { side in indexes(table, column, side).contains { $0.form == form } }
        }
        let known = forms.first { if case .other = $0.expression { false } else { true } }
        if let form = shared ?? known ?? forms.first { return form }
        return column.vectorType == nil ? nil : SearchForm(expression: .column, distance: "<->")
    }

    /// Whether one form casts the column to the type that it has, which changes nothing: an application that cast a column of the source
    /// may go on doing so after its values were converted.
    private static func isSame(_ form: SearchForm, _ other: SearchForm, _ column: ColumnPair) -> Bool {
        guard form.distance == other.distance, let type = column.vectorType else { return false }
        let cast = VectorExpression.cast(type, dimensions: column.dimensions)
        return [form.expression, other.expression].contains(.column)
            && [form.expression, other.expression].contains(cast)
    }

    /// The valid vector indexes on a column, on the table itself, each with the form of the search that it serves.
    func indexes(
        _ table: ComparedTable, _ column: ColumnPair, _ side: Side
    ) -> [(index: Index, form: SearchForm)] {
        guard let catalog = catalogs[side], let relation = catalog.relation(table.name),
            let schema = catalog.server.vectorSchema, Self.isEmbedding(column)
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
        ActingRole.owner(of: [catalogs[side]?.relation(table.name)].compactMap(\.self) + (table.leaves[side] ?? []))
    }

    /// The symbol of an operator: `<->` for `OPERATOR(public.<->)`.
    static func symbol(_ orderOperator: String) -> String {
        let name = orderOperator.hasSuffix(")") ? orderOperator.dropLast() : orderOperator[...]
        return String(name.reversed().prefix { "<>#+~%-=*".contains($0) }.reversed())
    }

    /// What searches on one side.
    func place(_ query: SearchQuery, _ side: Side, role: String?) throws(FerryError) -> ColumnSearch.Place {
        guard let catalog = catalogs[side], let schema = catalog.server.vectorSchema else {
            throw FerryError(.notComparable, "The extension vector is not installed.", side: side)
        }
        let index = indexes(query.table, query.column, side).first {
            $0.form == query.form || Self.isSame($0.form, query.form, query.column.on(side))
        }?.index
        let query = query.on(side)
        if index == nil, case .other(let text) = query.form.expression {
            throw FerryError(.notComparable, "Only the other side has an index on the expression \(text).", side: side)
        }
        let relations = catalog.relation(query.table.name).map { [$0] + catalog.tree(below: $0) } ?? []
        let all = relations.flatMap(\.indexes)
        return ColumnSearch.Place(
            probe: SearchProbe(
                query: query, index: index, schema: schema, catalog: catalog,
                vectorIndexes: all.filter(\.isVectorIndex).map(\.name.name),
                otherIndexes: all.filter { !$0.isVectorIndex }.map(\.name.name)),
            settings: ApplicationSettings(
                role: role, owner: catalog.relation(query.table.name)?.owner ?? catalog.server.user,
                acting: ActingRole(owner: owner(query.table, side)), schema: schema))
    }
}
