internal import CLibpq

/// The parameters of a connection, from a connection string that libpq itself parses.
///
/// Everything that is not given comes from libpq's own defaults: `PGHOST` and similar variables, `PGSERVICE`, `.pgpass`
/// (PostgreSQL documentation, "Database Connection Control Functions").
public struct ConnectionParameters: Sendable, Equatable {
    private var values: [String: String]
    private var secretKeywords: Set<String>
    /// The environment variable of each keyword that has one.
    private var environmentNames: [String: String]

    /// Takes a URI (`postgresql://…`) or a conninfo string (`host=… dbname=…`).
    ///
    /// - Throws: ``PostgresError/Code/invalidParameters``, with a message that repeats no part of the text, which may
    ///   hold a password.
    public init(parsing text: String) throws(PostgresError) {
        var errorMessage: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &errorMessage) else {
            let reason = errorMessage.map { String(cString: $0) } ?? "out of memory"
            PQfreemem(errorMessage)
            if let dialect = AddressDialect(text) {
                throw PostgresError(
                    .invalidParameters,
                    PostgresError.sentence("the connection string can't be parsed: \(dialect.fault)"),
                    hint: dialect.advice)
            }
            throw PostgresError(
                .invalidParameters,
                PostgresError.sentence("the connection string can't be parsed: \(Self.withoutQuotations(reason))"))
        }
        defer { PQconninfoFree(options) }
        values = [:]
        secretKeywords = []
        environmentNames = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            let name = String(cString: keyword)
            // libpq marks the options that hold a secret with "*", for programs that show a form.
            if let display = option.pointee.dispchar, String(cString: display) == "*" { secretKeywords.insert(name) }
            if let variable = option.pointee.envvar { environmentNames[name] = String(cString: variable) }
            if let value = option.pointee.val { values[name] = String(cString: value) }
            option += 1
        }
    }

    /// A parameter by libpq's keyword, such as `host` or `sslmode`.
    public subscript(keyword: String) -> String? {
        get { values[keyword] }
        set { values[keyword] = newValue }
    }

    /// Sets a parameter that the connection string leaves out.
    public mutating func setDefault(_ keyword: String, _ value: String) {
        if values[keyword] == nil { values[keyword] = value }
    }

    /// The secrets that were given, for a check that nothing shows them.
    public var secrets: [String] { values.filter { secretKeywords.contains($0.key) }.map(\.value) }

    /// Keywords and values that hold no secret, in a fixed order.
    public var withoutSecrets: [(keyword: String, value: String)] {
        pairs.filter { !secretKeywords.contains($0.keyword) }
    }

    /// Keywords and values in a fixed order, as `PQconnectStartParams` takes them.
    var pairs: [(keyword: String, value: String)] {
        values.sorted { $0.key < $1.key }.map { (keyword: $0.key, value: $0.value) }
    }

    /// The parameters that another PostgreSQL program needs to reach the same database, as environment variables: a
    /// password must not appear in its arguments.
    public var environment: [String: String] {
        var variables: [String: String] = [:]
        for (keyword, value) in values {
            if let name = environmentNames[keyword] { variables[name] = value }
        }
        return variables
    }

    /// Removes the quotations from a message: libpq quotes the part of the string that it could not parse, which may be
    /// the password.
    private static func withoutQuotations(_ message: String) -> String {
        var shown = ""
        var inQuotation = false
        for character in message where character != "\n" {
            if character == "\"" {
                shown += inQuotation ? "\u{2026}\"" : "\""
                inQuotation.toggle()
            } else if !inQuotation {
                shown.append(character)
            }
        }
        return inQuotation ? shown + "\u{2026}\"" : shown
    }
}
