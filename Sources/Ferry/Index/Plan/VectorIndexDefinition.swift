/// The planned definition of a vector index: its method and parameters, from the old definition and the request.
///
/// A changed definition is composed of the parts that the server quoted, never of the old definition's text.
struct VectorIndexDefinition: Equatable {
    /// `hnsw` or `ivfflat`.
    var method: String
    /// The storage parameters, as CREATE INDEX takes them.
    var options: [String: String]
    /// Whether it differs from the index's own definition.
    var isChanged: Bool
    /// The reason why this index can't be changed as requested, as a sentence.
    var refusal: String?

    /// The index's own definition, unchanged.
    init(asItIs index: Index) {
        method = index.method
        options = index.options
        isChanged = false
    }

    /// The index's definition, changed as requested.
    ///
    /// - Parameter rows: The rows in the table when the index is built.
    init(of index: Index, request: IndexRequest, rows: Int) {
        method = index.method
        options = index.options
        if let wanted = request.method.accessMethod, wanted != index.method {
            if OperatorClasses.exist(index.operatorClasses.first ?? "", for: wanted) {
                method = wanted
                options = [:]
            } else {
                refusal =
                    "\(index.name.name) stays \(index.method): \(wanted) has no operator class "
                    + "\(index.operatorClasses.first ?? "for it")."
            }
        }
        switch method {
        case "hnsw":
            if let m = request.hnswM { options["m"] = String(m) }
            if let ef = request.hnswEfConstruction { options["ef_construction"] = String(ef) }
            // pgvector refuses an ef_construction below twice m (hnswbuild.c, InitBuildState); one that was not requested gives
            // way to a requested m.
            let m = options["m"].flatMap { Int($0) } ?? VectorIndexShape.defaultM
            let ef = options["ef_construction"].flatMap { Int($0) } ?? VectorIndexShape.defaultEfConstruction
            if ef < 2 * m, request.hnswEfConstruction == nil { options["ef_construction"] = String(2 * m) }
            if ef < 2 * m, request.hnswEfConstruction != nil {
                refusal =
                    "\(index.name.name) keeps its parameters: ef_construction \(ef) is less than twice its m, \(m)."
                options = index.method == "hnsw" ? index.options : [:]
            }
        case "ivfflat":
            switch request.lists {
            case .fixed(let lists): options["lists"] = String(lists)
            case .auto: options["lists"] = String(VectorIndexShape.advisedLists(rows: rows))
            case .keep where index.method != "ivfflat":
                options["lists"] = String(VectorIndexShape.advisedLists(rows: rows))
            case .keep: break
            }
        default: break
        }
        isChanged = method != index.method || options != index.options
    }

    /// The statement that creates the index.
    ///
    /// - Parameters:
    ///   - name: Its quoted name; nil for the index's own.
    ///   - concurrently: Whether it is built beside writers.
    func statement(for index: Index, name: String? = nil, concurrently: Bool = false) -> String {
        let parts = index.parts
        var text = "CREATE INDEX \(concurrently ? "CONCURRENTLY " : "")\(name ?? parts.name) ON "
        text += "\(index.isPartitioned ? "ONLY " : "")\(parts.relation) USING \(method) "
        text += "(\(index.expressions.first ?? "") \(parts.operatorClass))"
        if !options.isEmpty {
            let list = options.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }
            text += " WITH (\(list.joined(separator: ", ")))"
        }
        if let tablespace = parts.tablespace { text += " TABLESPACE \(tablespace)" }
        if let predicate = parts.predicate { text += " WHERE (\(predicate))" }
        return text
    }

    /// The shape from which the build's memory is estimated; nil for a type that vecferry does not know.
    ///
    /// - Parameter rowBytes: The average bytes of a row, from which the non-zero elements of a sparse vector are guessed.
    func shape(of index: Index, rowBytes: Int) -> VectorIndexShape? {
        guard let element = VectorIndexShape.Element(rawValue: index.parts.keyType) else { return nil }
        let dimensions: Int
        if element == .sparsevec {
            // hnsw accepts at most 1,000 non-zero elements (sparsevec.h, and hnsw.h, HNSW_MAX_NNZ).
            dimensions = min(1_000, max(1, (rowBytes - 40) / 8))
        } else if let declared = index.parts.keyDimensions {
            dimensions = declared
        } else {
            return nil
        }
        switch method {
        case "hnsw":
            let m = options["m"].flatMap { Int($0) } ?? VectorIndexShape.defaultM
            return VectorIndexShape(method: .hnsw(m: m), element: element, dimensions: dimensions)
        case "ivfflat":
            return VectorIndexShape(
                method: .ivfflat(lists: VectorIndexShape.lists(of: options)), element: element, dimensions: dimensions)
        default: return nil
        }
    }
}

extension IndexRequest.Method {
    /// The name in `pg_am`; nil to keep the index's own.
    var accessMethod: String? { self == .keep ? nil : rawValue }
}

/// The operator classes of pgvector by method, with the versions that introduced them (pgvector's vector.sql, CREATE OPERATOR
/// CLASS, and CHANGELOG). A name means the same distance in both methods.
enum OperatorClasses {
    private static let ivfflat: Set<String> = [
        "vector_l2_ops", "vector_ip_ops", "vector_cosine_ops", "halfvec_l2_ops", "halfvec_ip_ops", "halfvec_cosine_ops",
        "bit_hamming_ops",
    ]
    private static let hnswToo: Set<String> = [
        "vector_l1_ops", "halfvec_l1_ops", "sparsevec_l2_ops", "sparsevec_ip_ops", "sparsevec_cosine_ops",
        "sparsevec_l1_ops", "bit_jaccard_ops",
    ]

    /// The operator class of a distance (pgvector's README, "Querying").
    static func name(of type: VectorType, distance: String) -> String {
        let suffixes = ["<->": "l2", "<#>": "ip", "<=>": "cosine", "<+>": "l1"]
        return "\(type.rawValue)_\(suffixes[distance] ?? "l2")_ops"
    }

    /// Whether a method has an operator class at all.
    static func exist(_ name: String, for method: String) -> Bool {
        ivfflat.contains(name) || (method == "hnsw" && hnswToo.contains(name))
    }

    /// The version of pgvector that introduced an operator class for a method.
    static func firstVersion(of name: String, for method: String) -> PgvectorVersion {
        let original = ["vector_l2_ops", "vector_ip_ops", "vector_cosine_ops"].contains(name)
        if original { return method == "hnsw" ? PgvectorVersion(0, 5, 0) : PgvectorVersion(0, 1, 0) }
        return PgvectorVersion(0, 7, 0)
    }
}
