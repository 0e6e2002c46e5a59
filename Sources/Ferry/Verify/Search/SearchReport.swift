/// The options of the searches to run on both sides.
public struct SearchRequest: Sendable, Equatable {
    /// The number of stored rows to use as queries, for each embedding column.
    public var queries: Int
    /// The number of rows in each answer.
    public var k: Int

    /// - Parameters:
    ///   - queries: At least 1; a table with fewer rows gives as many as it has.
    ///   - k: At least 1.
    public init(queries: Int, k: Int = 10) {
        self.queries = queries
        self.k = k
    }
}

/// The results of searches in one embedding column.
public struct SearchReport: Sendable, Equatable {
    /// The table.
    public var table: QualifiedName
    /// The embedding column.
    public var column: String
    /// The distance operator, such as `<->`.
    public var distance: String
    /// The number of queries.
    public var queries: Int
    /// The number of rows in each answer.
    public var k: Int
    /// The number of queries whose exact answers differ between the sides, other than by ties in distance.
    public var differing: Int
    /// The measurements of the source.
    public var source: SearchSide
    /// The measurements of the target.
    public var target: SearchSide
}

/// The measurements of one side.
public struct SearchSide: Sendable, Equatable {
    /// The vector index that serves the operator; nil where there is none.
    public var index: QualifiedName?
    /// `ivfflat` or `hnsw`.
    public var method: String?
    /// The index's storage parameters, such as `lists`.
    public var options: [String: String]
    /// The server's settings of pgvector, such as `ivfflat.probes`.
    public var settings: [String: String]
    /// Whether the planner chooses the index for the query.
    public var choosesIndex: Bool
    /// The share of the exact answers that the index finds, from 0 to 1; nil where the index can't be used.
    public var recall: Double?
    /// The median time of a query without the index.
    public var exactMilliseconds: Double
    /// The median time of a query through the index.
    public var indexMilliseconds: Double?
    /// The share of an ivfflat index that one search reads, from 0 to 1; nil for other methods.
    public var partRead: Double?
}
