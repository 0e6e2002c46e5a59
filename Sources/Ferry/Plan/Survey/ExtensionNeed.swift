internal import Postgres
internal import SQLStatements

/// An extension that tables to be created require, and its state on the target.
struct ExtensionNeed: Sendable {
    /// The extension's name.
    var name: String
    /// Its schema on the source, which definitions name.
    var schema: String
    /// Its schema on the target; nil where the database lacks it.
    var targetSchema: String?
    /// The version that CREATE EXTENSION would install; nil where the target's server does not have its files.
    var availableVersion: String?
    /// The types that tables use and that the target's version lacks, as SQL.
    var missingTypes: [String]

    /// Reads which extensions the tables of these OIDs require on the source, and their state on the target.
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
    /// The blocker that keeps the tables from being created, if any. pgvector is created with them.
    var blocker: Note? {
        guard let targetSchema else {
            guard availableVersion != nil else {
                return note(
                    .extensionMissing, "The extension \(name), which tables to be created require, is not available.",
                    "Install its package on the target's server, or choose a service that offers it.")
            }
            guard name != "vector" else { return nil }
            return note(
                .extensionMissing, "The extension \(name), which tables to be created require, is not installed.",
                "CREATE EXTENSION \(name.sqlIdentifier) SCHEMA \(schema.sqlIdentifier).")
        }
        guard targetSchema == schema else {
            return note(
                .extensionSchema,
                "The extension \(name) is in schema \(schema) on the source and in \(targetSchema) on the target.",
                "Install it in the same schema, or create the tables and indexes before the copy.")
        }
        // ``ServerCheck`` reports the types of pgvector, with the version that introduced them.
        guard !missingTypes.isEmpty, name != "vector" else { return nil }
        return note(
            .typeMissing,
            "The extension \(name) lacks \(missingTypes.joined(separator: " and ")), which tables to be created require.",
            "Install a newer version of it if there is none, then run ALTER EXTENSION \(name.sqlIdentifier) UPDATE.")
    }

    private func note(_ code: Note.Code, _ message: String, _ hint: String) -> Note {
        Note(level: .blocker, code: code, side: .target, table: nil, message: message, hint: hint)
    }
}
