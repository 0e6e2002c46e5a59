/// A pattern as psql takes it (psql documentation, "Patterns"): `*` and `?`, `schema.table`, letters folded to lower case
/// unless in double quotes. Without a schema it matches in every schema.
public struct TablePattern: Sendable, Equatable {
    private enum Token: Equatable {
        case scalar(Unicode.Scalar)
        case anyOne
        case anyMany
    }

    private let schema: [Token]?
    private let name: [Token]

    /// - Returns: nil where the pattern has an unclosed quote, an empty part or more than two parts.
    public init?(_ text: String) {
        var parts: [[Token]] = [[]]
        var inQuotes = false
        var scalars = text.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            switch (scalar, inQuotes) {
            case ("\"", true) where scalars.first == "\"":
                scalars.removeFirst()
                parts[parts.count - 1].append(.scalar("\""))
            case ("\"", _): inQuotes.toggle()
            case (".", false): parts.append([])
            case ("*", false): parts[parts.count - 1].append(.anyMany)
            case ("?", false): parts[parts.count - 1].append(.anyOne)
            case (_, false):
                for folded in scalar.properties.lowercaseMapping.unicodeScalars {
                    parts[parts.count - 1].append(.scalar(folded))
                }
            case (_, true): parts[parts.count - 1].append(.scalar(scalar))
            }
        }
        guard !inQuotes, parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        schema = parts.count == 2 ? parts[0] : nil
        name = parts[parts.count - 1]
    }

    /// Whether the pattern matches a table.
    public func matches(_ table: QualifiedName) -> Bool {
        if let schema, !Self.matches(schema[...], Array(table.schema.unicodeScalars)[...]) { return false }
        return Self.matches(name[...], Array(table.name.unicodeScalars)[...])
    }

    private static func matches(_ pattern: ArraySlice<Token>, _ text: ArraySlice<Unicode.Scalar>) -> Bool {
        // Greedy with one point of backtracking: linear in all but contrived patterns.
        var (pattern, text) = (pattern, text)
        var resume: (pattern: ArraySlice<Token>, text: ArraySlice<Unicode.Scalar>)?
        while true {
            if pattern.first == .anyMany {
                pattern.removeFirst()
                resume = (pattern, text)
            } else if let scalar = text.first, let token = pattern.first, token == .anyOne || token == .scalar(scalar) {
                pattern.removeFirst()
                text.removeFirst()
            } else if text.isEmpty, pattern.isEmpty {
                return true
            } else if var last = resume, !last.text.isEmpty {
                last.text.removeFirst()
                resume = last
                (pattern, text) = (last.pattern, last.text)
            } else {
                return false
            }
        }
    }
}
