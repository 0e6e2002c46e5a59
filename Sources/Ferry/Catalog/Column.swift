/// One column of a relation.
public struct Column: Sendable {
    /// The name, as the catalog has it.
    public var name: String
    /// The type as `format_type` writes it, qualified, but an extension's type without its schema.
    public var type: String
    /// The pgvector type; nil for all other types.
    public var vectorType: VectorType?
    /// Whether values are vectors of pgvector, or hold some: in an array, a composite, a domain.
    public var holdsVectors = false
    /// Whether values are OIDs, which may be those of large objects.
    public var isOID = false
    /// The parts of the domains, composites and ranges in the type.
    public var structure: String?
    /// The labels of the enums in the type, each with its enum's name.
    public var enumLabels: [String]
    /// The declared dimensions of a vector type, or the length of a bit string.
    public var dimensions: Int?
    /// Whether it is NOT NULL.
    public var isNotNull: Bool
    /// Whether it has a default.
    public var hasDefault: Bool
    /// Whether the server computes it from other columns.
    public var isGenerated: Bool
    /// The column's own method of compression; nil where that of the server applies.
    public var toastMethod: ToastMethod?
    /// Whether the type is PostgreSQL's own, so that nobody has defined casts, and operators that are found by them.
    public var isBuiltIn: Bool
    /// The reason why the column must be copied as text, or nil if its binary form means the same in another cluster.
    public var textReason: String?
    /// The user-defined enums, domains, composites and ranges in the type.
    public var userTypes: [OID]
}

extension Column {
    /// The conversions that there are for its values.
    var conversions: [ColumnConversion] {
        // A domain or a user's type of that name is not pgvector's.
        vectorType == .vector ? ColumnConversion.allCases.filter { $0.type(from: type) != nil } : []
    }

    /// That conversion, if there is one for its values.
    func conversion(_ wanted: ColumnConversion) -> ColumnConversion? { conversions.contains(wanted) ? wanted : nil }
}

/// The types of pgvector.
public enum VectorType: String, Sendable {
    /// Vectors of single precision, of half precision, and sparse vectors, which store only non-zero elements.
    case vector, halfvec, sparsevec
}

/// A sequence that a column owns, or takes its default from.
public struct ColumnSequence: Sendable {
    /// The column.
    public var column: String
    /// Whether the column takes its default from it; otherwise the column only owns it.
    public var feedsDefault = true
    /// Whether the column owns it, so that it goes with the column.
    public var isOwned = true
    /// The sequence's name.
    public var name: QualifiedName
    /// Whether the role may read its value.
    public var maySelect: Bool
    /// Whether the role may set it.
    public var mayUpdate: Bool
}
