public import Ferry
internal import Foundation

/// Real embeddings in Bedrock Chat's schema, and real questions (`sql/rig/real-search`).
public enum RealSearch {
    /// What a client that is not vecferry measures for one bot.
    public struct Measured: Sendable {
        public var expected = 0
        public var found = 0
        public var empty = 0
        public var recall: Double { Double(found) / Double(max(1, expected)) }
    }

    private static let folder = "sql/rig/real-search"

    /// Runs `body` with Bedrock Chat's schema in both databases, the rows in the source.
    ///
    /// - Parameters:
    ///   - servers: URIs of other servers than the rig's, each with a database.
    ///   - onTargetServer: Whether the source is on the target's server, with its newer pgvector.
    public static func withDatabases(
        on servers: (source: String, target: String)? = nil, onTargetServer: Bool = false,
        _ body: (RigDatabases) async throws -> Void
    ) async throws {
        try await Rig.withDatabases(on: servers, onTargetServer: onTargetServer) { databases in
            for database in [databases.source, databases.target] {
                try Psql.run(database.uri, script: "sql/rig/bedrock-chat.sql")
            }
            try Psql.run(databases.source.uri, script: "\(folder)/load.sql")
            try await body(databases)
        }
    }

    /// Asks the questions with psql, and returns what it gets, by bot.
    ///
    /// - Parameter step: Asks each how-manieth question.
    public static func measure(
        _ database: RigDatabase, operator symbol: String = "<->", step: Int = 1
    ) throws -> [String: Measured] {
        let lines = try Psql.rows(
            database.uri, script: "\(folder)/measure.sql", variables: ["operator": symbol, "step": "\(step)"])
        return Dictionary(
            uniqueKeysWithValues: lines.compactMap { fields in
                guard fields.count == 4 else { return nil }
                return (
                    fields[0],
                    Measured(expected: Int(fields[1]) ?? 0, found: Int(fields[2]) ?? 0, empty: Int(fields[3]) ?? 0)
                )
            })
    }

    /// The questions with their bots.
    public static func questions() throws -> [GivenQuery] {
        let text = try String(contentsOfFile: "\(folder)/queries.tsv", encoding: .utf8)
        return text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: "\t")
            guard fields.count == 2, let bytes = Data(base64Encoded: String(fields[1])) else { return nil }
            let elements = bytes.map { Double(Int8(bitPattern: $0)) }
            let all = elements + elements + elements.prefix(256)
            let length = all.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let vector = all.map { "\(Float($0 / length))" }.joined(separator: ",")
            return GivenQuery(vector: "[\(vector)]", bot: String(fields[0]))
        }
    }
}
