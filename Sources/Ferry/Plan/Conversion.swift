/// What becomes of a column's values on the way, where the operator asked for it by name.
public enum ColumnConversion: String, Sendable, CaseIterable {
    /// A `vector` becomes a `halfvec`: each element is rounded to half precision as pgvector's own cast rounds it.
    case halfvec

    /// The pgvector type that comes out.
    var vectorType: VectorType { .halfvec }

    /// The type that comes out, as the catalog writes it: `halfvec(1024)` for `vector(1024)`.
    ///
    /// - Returns: nil for a type that can't be converted: a domain, an array, another type.
    func type(from type: String) -> String? {
        guard type == "vector" || type.hasPrefix("vector(") else { return nil }
        return rawValue + type.dropFirst("vector".count)
    }
}

/// A conversion that the operator asked for: `items.embedding=halfvec`.
public struct ConversionRequest: Hashable, Sendable {
    /// The tables, a pattern as psql takes it.
    public var table: String
    /// The column, as the catalog has it.
    public var column: String
    /// What becomes of its values.
    public var conversion: ColumnConversion

    /// Reads `TABLE.COLUMN=TYPE`, where letters are folded to lower case unless in double quotes.
    ///
    /// - Returns: nil if it does not have that form, or names another type.
    public init?(_ text: String) {
        guard let equals = text.lastIndex(of: "="),
            let conversion = ColumnConversion(rawValue: text[text.index(after: equals)...].lowercased())
        else { return nil }
        let path = text[..<equals]
        var inQuotes = false
        var dot: String.Index?
        for position in path.indices {
            if path[position] == "\"" { inQuotes.toggle() }
            if path[position] == ".", !inQuotes { dot = position }
        }
        guard let dot, let column = Self.identifier(path[path.index(after: dot)...]) else { return nil }
        let table = String(path[..<dot])
        guard TablePattern(table) != nil else { return nil }
        (self.table, self.column, self.conversion) = (table, column, conversion)
    }

    /// Restores a request that was read before.
    init(table: String, column: String, conversion: ColumnConversion) {
        (self.table, self.column, self.conversion) = (table, column, conversion)
    }

    /// The request as an operator would write it.
    public var text: String { "\(table).\(column.sqlIdentifier)=\(conversion.rawValue)" }

    private static func identifier(_ text: Substring) -> String? {
        guard text.hasPrefix("\"") else { return text.isEmpty || text.contains("\"") ? nil : text.lowercased() }
        let inner = text.dropFirst().dropLast()
        guard text.count > 2, text.hasSuffix("\""), !inner.replacing("\"\"", with: "").contains("\"") else {
            return nil
        }
        return String(inner.replacing("\"\"", with: "\""))
    }
}

extension [ConversionRequest] {
    /// The conversions of a table's columns, by the column's name.
    func columns(of table: QualifiedName) -> [String: ColumnConversion] {
        reduce(into: [:]) { columns, request in
            if TablePattern(request.table)?.matches(table) == true { columns[request.column] = request.conversion }
        }
    }
}
