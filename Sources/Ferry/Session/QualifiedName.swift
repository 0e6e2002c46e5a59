internal import Postgres

/// A schema and a name, as the catalogs hold them: unquoted, in their own case.
public struct QualifiedName: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The schema's name.
    public var schema: String
    /// The name within the schema.
    public var name: String

    /// Of names as the catalogs hold them, not quoted.
    public init(schema: String, name: String) {
        self.schema = schema
        self.name = name
    }

    /// For people; statements take ``quoted(on:)``.
    public var description: String { "\(schema).\(name)" }
}

extension QualifiedName {
    /// `ONLY ` for a statement about the rows of a table that these relations hold, where they are the table itself; nothing
    /// for a partitioned table.
    func only(where leaves: [QualifiedName]) -> String { leaves == [self] ? "ONLY " : "" }

    /// `"schema"."name"`, quoted by libpq.
    func quoted(on connection: borrowing Connection) throws(PostgresError) -> String {
        "\(try connection.quoteIdentifier(schema)).\(try connection.quoteIdentifier(name))"
    }
}

extension QualifiedName {
    /// As a person writes it in a statement or a pattern, with quotes where they are needed. For hints: statements that run
    /// take ``quoted(on:)``.
    var sql: String { "\(schema.sqlIdentifier).\(name.sqlIdentifier)" }
}

extension String {
    /// The identifier as a person writes it, for hints. Keywords are not looked up: a hint is read before it is run.
    var sqlIdentifier: String {
        let isPlain =
            unicodeScalars.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "_" }
            && unicodeScalars.first.map { !("0"..."9").contains($0) } == true
        if isPlain { return self }
        return "\"\(unicodeScalars.map { $0 == "\"" ? "\"\"" : "\($0)" }.joined())\""
    }
}
