/// The properties of a vector index that determine how much memory its build needs.
struct VectorIndexShape: Sendable, Equatable {
    /// The type of the indexed value: one of pgvector's, or `bit`.
    enum Element: String, Sendable {
        /// The names of the types.
        case vector, halfvec, sparsevec, bit
    }

    /// pgvector's access methods with the parameters that count.
    enum Method: Sendable, Equatable {
        /// `m`: links of an element in each layer.
        case hnsw(m: Int)
        /// `lists`: clusters.
        case ivfflat(lists: Int)
    }

    /// The access method and its parameters.
    var method: Method
    /// The type of the indexed value.
    var element: Element
    /// The dimensions of the indexed value; for sparsevec the average number of non-zero elements.
    var dimensions: Int

    /// The bytes of one value in memory: the structs of pgvector's vector.h, halfvec.h and sparsevec.h, and PostgreSQL's VarBit.
    var valueBytes: Int {
        switch element {
        case .vector: 8 + 4 * dimensions
        case .halfvec: 8 + 2 * dimensions
        case .sparsevec: 16 + 8 * dimensions
        case .bit: 8 + (dimensions + 7) / 8
        }
    }

    /// The default of `m` (hnsw.h, HNSW_DEFAULT_M).
    static let defaultM = 16
    /// The default of `ef_construction` (hnsw.h, HNSW_DEFAULT_EF_CONSTRUCTION).
    static let defaultEfConstruction = 64
    /// The default of `lists` (ivfflat.h, IVFFLAT_DEFAULT_LISTS).
    static let defaultLists = 100

    /// The number of lists of an ivfflat index with these storage parameters.
    static func lists(of options: [String: String]) -> Int { options["lists"].flatMap { Int($0) } ?? defaultLists }

    /// The number of lists that pgvector recommends for a number of rows (README, "IVFFlat").
    static func advisedLists(rows: Int) -> Int {
        let advice = rows <= 1_000_000 ? rows / 1_000 : Int(Double(rows).squareRoot().rounded())
        return min(max(advice, 1), 32_768)
    }

    /// The most dimensions that an index accepts (hnsw.h and ivfflat.h, HNSW_MAX_DIM, IVFFLAT_MAX_DIM, and their uses for
    /// halfvec and bit); nil where none is checked when the index is created.
    static func dimensionLimit(of element: Element) -> Int? {
        switch element {
        case .vector: 2_000
        case .halfvec: 4_000
        case .bit: 64_000
        case .sparsevec: nil
        }
    }
}
