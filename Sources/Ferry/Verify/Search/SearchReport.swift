/// Searches to be run on both sides.
public struct SearchRequest: Sendable, Equatable {
    /// Stored rows that are taken as queries, for each embedding column.
    public var queries: Int
    /// Answers to each query.
    public var k: Int

    /// - Parameters:
    ///   - queries: At least 1; a table with fewer rows gives as many as it has.
    ///   - k: At least 1.
    public init(queries: Int, k: Int = 10) {
        self.queries = queries
        self.k = k
    }
}

/// What searches in one embedding column came to.
public struct SearchReport: Sendable, Equatable {
    /// The table.
    public var table: QualifiedName
    /// The embedding column.
    public var column: String
    /// The distance operator, as `<->`.
    public var distance: String
    /// How many there were.
    public var queries: Int
    /// Answers to each.
    public var k: Int
    /// Queries whose exact answers are not the same on both sides, other than by ties in distance.
    public var differing: Int
    /// How the source answers.
    public var source: SearchSide
    /// How the target answers.
    public var target: SearchSide
}

/// How one side answers.
public struct SearchSide: Sendable, Equatable {
    /// The vector index that serves the operator; nil where there is none.
    public var index: QualifiedName?
    /// `ivfflat` or `hnsw`.
    public var method: String?
    /// The index's, such as `lists`.
    public var options: [String: String]
    /// The server's settings that decide how well an index answers, such as `ivfflat.probes`.
    public var settings: [String: String]
    /// Whether the server takes the index for the query by itself.
    public var choosesIndex: Bool
    /// Of the exact answers, the part that comes through the index, from 0 to 1; nil where the index can't be used.
    public var recall: Double?
    /// Median, of a query without the index.
    public var exactMilliseconds: Double
    /// Median, of a query through the index.
    public var indexMilliseconds: Double?
    /// How much of the index one search reads, from 0 to 1; only of ivfflat.
    public var partRead: Double?
}
