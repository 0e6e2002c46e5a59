import ArgumentParser
import Ferry

/// The options of searches on both sides, for copy and verify.
struct SearchOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Rows that the application asks for in a search, 1 to 1000; Bedrock Chat asks for 20.", valueName: "number")
    )
    var k = SearchRequest.defaultK

    @Option(
        help: ArgumentHelp(
            "Search with the queries of this file instead of ones made from stored rows: a vector a line, such as [0.1,0.2], "
                + "after its bot and a space where bots are searched; - for standard input.",
            valueName: "file"))
    var queries: String?

    @Option(
        help: ArgumentHelp(
            "Search with the settings and rights of this role, the application's. (default: the tables' owner)",
            valueName: "role"))
    var asRole: String?

    /// Refuses a number out of range.
    func validate() throws { try Limits.check(k, in: 1...1000, "--k") }

    /// Whether any of the options is given.
    var isGiven: Bool { queries != nil || asRole != nil || k != SearchRequest.defaultK }

    /// Returns the engine's form of the options.
    ///
    /// Reads the file of `--queries`.
    ///
    /// - Parameter count: The number of queries; nil for all of the file's, or as many as the engine makes by default.
    /// - Throws: `ValidationError` if that file can't be used.
    func request(queries count: Int?) throws -> SearchRequest {
        let given = try queries.map(QueriesFile.read) ?? []
        var request = SearchRequest(
            queries: count ?? (given.isEmpty ? SearchRequest.defaultQueries : given.count), k: k)
        request.given = given
        request.role = asRole
        return request
    }
}
