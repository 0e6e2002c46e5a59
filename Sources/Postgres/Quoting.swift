/// Quoting is a function of the text alone: it needs no connection, and the same name is always the same SQL.
///
/// Both sides speak UTF-8 (``Login`` sets it), in which no byte of a longer character can be taken for a quote or a
/// backslash. A zero byte, which no PostgreSQL string holds, is refused where the statement is sent.
extension String {
    /// The text as an identifier in double quotes, for use in a statement (PostgreSQL documentation, "Identifiers and
    /// Key Words").
    public var quotedIdentifier: String { Self.doubling("\"", in: self) }

    /// The text as a literal in single quotes, for statements that take no parameters (COPY, DDL). A backslash makes it
    /// an escape string, which means the same under every setting of `standard_conforming_strings` (documentation,
    /// "String Constants with C-Style Escapes").
    public var quotedLiteral: String {
        let text = Self.doubling("'", in: self)
        guard unicodeScalars.contains("\\") else { return text }
        var escaped = String.UnicodeScalarView("E".unicodeScalars)
        for scalar in text.unicodeScalars {
            if scalar == "\\" { escaped.append("\\") }
            escaped.append(scalar)
        }
        return String(escaped)
    }

    /// Doubles a quote, scalar by scalar: a combining mark after a quote would otherwise hide the quote in one
    /// `Character`.
    private static func doubling(_ quote: Unicode.Scalar, in text: String) -> String {
        var quoted = String.UnicodeScalarView([quote])
        for scalar in text.unicodeScalars {
            if scalar == quote { quoted.append(quote) }
            quoted.append(scalar)
        }
        quoted.append(quote)
        return String(quoted)
    }
}
