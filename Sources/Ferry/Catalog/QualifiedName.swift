internal import Postgres

/// A schema and a name, as the catalogs hold them: unquoted, in their own case.
public struct QualifiedName: Hashable, Sendable, CustomStringConvertible {
    /// The schema's name.
    public var schema: String
    /// The name within the schema.
    public var name: String

    /// Takes the names as the catalogs hold them, not quoted.
    public init(schema: String, name: String) {
        self.schema = schema
        self.name = name
    }

    /// The name as messages show it; statements take ``quoted``.
    public var description: String { "\(schema).\(name)" }
}

extension QualifiedName {
    /// `ONLY ` for a statement about the rows of a table that these relations hold, where they are the table itself; nothing
    /// for a partitioned table.
    func only(where leaves: [QualifiedName]) -> String { leaves == [self] ? "ONLY " : "" }

    /// `"schema"."name"`, as statements take it.
    var quoted: String { "\(schema.quotedIdentifier).\(name.quotedIdentifier)" }
}

extension QualifiedName {
    /// The name as a person writes it in a statement or a pattern, quoted only where needed. For hints: statements that run
    /// take ``quoted``.
    var sql: String { "\(schema.sqlIdentifier).\(name.sqlIdentifier)" }
}

extension [String] {
    /// The columns as a statement lists them, quoted, each prefixed with `alias` where one is given.
    func columnList(of alias: String? = nil) -> String {
        map { (alias.map { "\($0)." } ?? "") + $0.quotedIdentifier }.joined(separator: ", ")
    }
}

extension String {
    /// The identifier as a person writes it, for hints. Keywords are left unquoted: a person reads a hint before running it.
    var sqlIdentifier: String {
        let isPlain =
            unicodeScalars.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "_" }
            && unicodeScalars.first.map { !("0"..."9").contains($0) } == true
        if isPlain { return self }
        return "\"\(unicodeScalars.map { $0 == "\"" ? "\"\"" : "\($0)" }.joined())\""
    }
}
