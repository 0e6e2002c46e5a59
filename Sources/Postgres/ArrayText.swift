/// PostgreSQL's text form of a one-dimensional text array (documentation, "Array Input and Output Syntax").
///
/// Works on Unicode scalars: a combining mark after a quote would otherwise hide the quote in one `Character`.
public enum ArrayText {
    /// Returns the elements of `{a,"b \"c\"",d}`; nil where the text is not such an array.
    public static func parse(_ text: String) -> [String]? {
        let scalars = text.unicodeScalars
        guard scalars.count >= 2, scalars.first == "{", scalars.last == "}" else { return nil }
        var elements: [String] = []
        var element = String.UnicodeScalarView()
        var (quoted, inQuotes, escaped) = (false, false, false)
        for scalar in scalars.dropFirst().dropLast() {
            if escaped {
                element.append(scalar)
                escaped = false
            } else if scalar == "\\" {
                escaped = true
            } else if scalar == "\"" {
                inQuotes.toggle()
                quoted = true
            } else if scalar == ",", !inQuotes {
                elements.append(String(element))
                element = String.UnicodeScalarView()
                quoted = false
            } else {
                element.append(scalar)
            }
        }
        if !element.isEmpty || quoted || !elements.isEmpty { elements.append(String(element)) }
        return elements
    }

    /// Returns the text form of a list, every element in double quotes.
    public static func format(_ elements: some Sequence<String>) -> String { formatWithNulls(elements.map { $0 }) }

    /// Returns the text form of a list in which nil stands for NULL.
    public static func formatWithNulls(_ elements: some Sequence<String?>) -> String {
        let quoted = elements.map { element in
            guard let element else { return "NULL" }
            var text = String.UnicodeScalarView()
            for scalar in element.unicodeScalars {
                if scalar == "\"" || scalar == "\\" { text.append("\\") }
                text.append(scalar)
            }
            return "\"\(String(text))\""
        }
        return "{\(quoted.joined(separator: ","))}"
    }
}
