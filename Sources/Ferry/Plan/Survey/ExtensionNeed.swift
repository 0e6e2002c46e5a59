internal import Postgres
internal import SQLStatements

/// An extension that tables to be made need, and what the target has of it.
struct ExtensionNeed: Sendable {
    /// The extension's.
    var name: String
    /// Where the source has it; definitions name its types there.
    var schema: String
    /// Where the target has it; nil where its database does not.
    var targetSchema: String?
    /// The version that CREATE EXTENSION would bring; nil where the target's server has no files of it.
    var availableVersion: String?
    /// Those of its types that tables use and the target's version of it lacks, as SQL.
    var missingTypes: [String]

    /// What the tables of these OIDs need, on the source, against what the target has.
    static func read(
        _ tables: [OID], source: borrowing Session, target: borrowing Session
    ) throws(FerryError) -> [ExtensionNeed] {
        guard !tables.isEmpty else { return [] }
        let rows = try source.query(Statements.extensions, [ArrayText.format(tables.map { "\($0)" })])
        return try rows.map { row throws(FerryError) in
            try need(try row.string("name"), try row.string("schema"), try row.list("types"), target)
        }
    }

    private static func need(
        _ name: String, _ schema: String, _ types: [String], _ target: borrowing Session
    ) throws(FerryError) -> ExtensionNeed {
        let row = try target.query(
            """
            SELECT (
                SELECT n.nspname FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = $1
            ) AS schema, (SELECT a.default_version FROM pg_available_extensions AS a WHERE a.name = $1) AS version,
                ARRAY(SELECT t FROM unnest($2::text[]) AS t WHERE to_regtype(t) IS NULL) AS missing
            """, [name, ArrayText.format(types)]
        ).only()
        return ExtensionNeed(
            name: name, schema: schema, targetSchema: try row.optional("schema"),
            availableVersion: try row.optional("version"), missingTypes: try row.list("missing"))
    }
}

extension ExtensionNeed {
    /// What is to be done before tables can be made that need it; nil where nothing is. pgvector is created with them.
    var blocker: Note? {
        guard let targetSchema else {
            guard availableVersion != nil else {
                return note(
                    .extensionMissing, "The server has no extension \(name), which tables to be created need.",
                    "Install its package on the target's server, or choose a service that offers it.")
            }
            guard name != "vector" else { return nil }
            return note(
                .extensionMissing, "The database has no extension \(name), which tables to be created need.",
                "CREATE EXTENSION \(name.sqlIdentifier) SCHEMA \(schema.sqlIdentifier).")
        }
        guard targetSchema == schema else {
            return note(
                .extensionSchema,
                "The extension \(name) is in schema \(schema) on the source and in \(targetSchema) on the target.",
                "Create it in the same schema, or create the tables and indexes before the copy.")
        }
        // Of pgvector's types ``ServerCheck`` knows which version brought them.
        guard !missingTypes.isEmpty, name != "vector" else { return nil }
        return note(
            .typeMissing,
            "The extension \(name) has no type \(missingTypes.joined(separator: " and ")), which tables to be created need.",
            "Run ALTER EXTENSION \(name.sqlIdentifier) UPDATE, after installing a newer version where there is none.")
    }

    private func note(_ code: Note.Code, _ message: String, _ hint: String) -> Note {
        Note(level: .blocker, code: code, side: .target, table: nil, message: message, hint: hint)
    }
}
