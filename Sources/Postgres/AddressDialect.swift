/// An address as another client library writes it, which libpq does not accept.
///
/// Only words from fixed lists are repeated: any other part of an address may be its password.
struct AddressDialect {
    /// What is not libpq's.
    let fault: String
    /// How to write it.
    let advice: String

    /// Parameters of Prisma (its documentation, "PostgreSQL", arguments of the connection URL), SQLAlchemy's and node's drivers
    /// and the JDBC driver that are often in a URI.
    private static let foreignParameters: [String: String] = [
        "schema": "Prisma", "pgbouncer": "Prisma", "connection_limit": "Prisma", "pool_timeout": "Prisma",
        "socket_timeout": "Prisma", "statement_cache_size": "Prisma", "sslaccept": "Prisma", "sslidentity": "Prisma",
        "ssl": "another driver", "prepared_statement_cache_size": "SQLAlchemy", "command_timeout": "asyncpg",
        "currentschema": "JDBC", "searchpath": "JDBC", "uselibpqcompat": "node-postgres", "pool_size": "SQLAlchemy",
    ]

    /// Recognizes the dialect of an address that libpq has refused.
    init?(_ text: String) {
        let start = text.prefix { $0.isLetter || $0.isNumber || "+:_".contains($0) }.lowercased()
        let path = "postgresql://user@host:5432/database"
        if start.hasPrefix("jdbc:") {
            fault = "it is a JDBC address"
            advice =
                "Write \(path), without jdbc: and with the user before the host; parameters are libpq's, such as sslmode=verify-full."
            return
        }
        if let match = start.firstMatch(
            of: #/^(?:postgres|postgresql)\+(psycopg2|psycopg|asyncpg|pg8000|psycopg2cffi|aiopg)/#)
        {
            fault = "it names a driver of SQLAlchemy"
            advice = "Leave out +\(match.1): write \(path)."
            return
        }
        let others = ["postgis", "cockroachdb", "timescale", "timescaledb", "pgsql", "redshift", "pg", "psql"]
        if let scheme = others.first(where: { start == "\($0):" }), text.contains("://") {
            fault = "libpq does not know the scheme \(scheme)://"
            advice = "Write \(path)."
            return
        }
        let query = text.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
        let names = query.split(separator: "&").compactMap { $0.split(separator: "=").first?.lowercased() }
        guard text.lowercased().hasPrefix("postgres"),
            let name = names.first(where: { Self.foreignParameters[$0] != nil }),
            let owner = Self.foreignParameters[name]
        else { return nil }
        fault = "the parameter \(name) is \(owner)'s and not libpq's"
        advice =
            switch name {
            case "schema", "currentschema", "searchpath": "Leave it out; --table 'schema.*' selects a schema's tables."
            case "ssl", "sslaccept": "Leave it out; write sslmode=require or sslmode=verify-full."
            default: "Leave it out."
            }
    }
}
