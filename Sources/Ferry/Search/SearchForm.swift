/// The form in which an application searches a column, as the index on one of the sides shows it.
struct SearchForm: Sendable, Equatable {
    /// What is compared with the query.
    var expression: VectorExpression
    /// The distance operator's symbol, such as `<->`.
    var distance: String
}

/// An expression over a column of vectors, in forms that both sides can be trusted to evaluate: the text of an index's expression is
/// never sent to the other side, where it could run other code.
enum VectorExpression: Sendable, Equatable {
    /// The column.
    case column
    /// The column, cast to a type of pgvector: `(embedding)::halfvec(8)`.
    case cast(VectorType, dimensions: Int?)
    /// The signs of its elements (pgvector's README, "Binary Quantization"): `(binary_quantize(embedding))::bit(8)`.
    case quantized(bits: Int)
    /// Another expression, as SQL, which only the side that has it evaluates.
    case other(String)

    /// Recognizes the first key of an index.
    ///
    /// - Parameters:
    ///   - column: The column that the expression is to be over.
    ///   - schema: The schema of pgvector.
    /// - Returns: nil where the key is not over the column.
    init?(keyOf index: Index, column: String, schema: String) {
        if index.columns.first == column {
            self = .column
            return
        }
        guard index.columns.isEmpty, let text = index.expressions.first, text.contains(column) else { return nil }
        let parts = index.parts
        let cast = VectorType(rawValue: parts.keyType).map { Self.cast($0, dimensions: parts.keyDimensions) }
        let quantized = parts.keyType == "bit" ? parts.keyDimensions.map { Self.quantized(bits: $0) } : nil
        let known = [cast, quantized].compactMap(\.self).first { form in
            form.sql(column.quotedIdentifier, schema: schema).map(Self.bare) == Self.bare(text)
        }
        self = known ?? .other(text)
    }

    /// The expression over `value`; nil where it is the other side's own.
    func sql(_ value: String, schema: String) -> String? {
        let schema = schema.quotedIdentifier
        switch self {
        case .column: return value
        case .cast(let type, let dimensions):
            return "(\(value))::\(schema).\(type.rawValue)\(dimensions.map { "(\($0))" } ?? "")"
        case .quantized(let bits): return "(\(schema).binary_quantize(\(value)))::bit(\(bits))"
        case .other: return nil
        }
    }

    /// A text without parentheses, quotes and spaces, which the server's version decides.
    private static func bare(_ text: String) -> String { text.filter { !"()\" ".contains($0) } }
}
