import Postgres

/// The command line for a record that others read.
enum ShownCommand {
    /// The options whose value is an address.
    private static let addresses: Set<String> = ["--source", "--target"]
    /// The options whose value a secret may be in.
    private static let commands: Set<String> = ["--source-password-command", "--target-password-command"]

    /// The command with its arguments, as a shell takes them. Addresses are without passwords, and what may hold a secret is left out.
    static func text(_ arguments: [String]) -> String {
        var words = ["vecferry"]
        var option = ""
        for argument in arguments {
            if argument.hasPrefix("--"), let equals = argument.firstIndex(of: "=") {
                let name = String(argument[..<equals])
                let value = String(argument[argument.index(after: equals)...])
                words.append("\(name)=\(quoted(shown(value, of: name, arguments)))")
                option = ""
                continue
            }
            words.append(quoted(argument.hasPrefix("--") ? argument : shown(argument, of: option, arguments)))
            option = argument.hasPrefix("--") ? argument : ""
        }
        return words.joined(separator: " ")
    }

    private static func shown(_ value: String, of option: String, _ arguments: [String]) -> String {
        if commands.contains(option) { return "\u{2026}" }
        if addresses.contains(option) { return address(value) }
        // A secret of AWS has a name, which is none; anything else that holds one of the secrets is a slip.
        let isSecret = ProcessArguments.secretParts(arguments).contains { value.contains($0) }
        return isSecret ? "\u{2026}" : value
    }

    /// An address in key=value form, with what is no secret in it.
    private static func address(_ value: String) -> String {
        guard !value.hasPrefix("@") else { return value }
        guard value.contains("=") || value.contains("://"), let parameters = try? ConnectionParameters(parsing: value)
        else { return "\u{2026}" }
        return parameters.withoutSecrets.map { "\($0.keyword)=\(conninfo($0.value))" }.joined(separator: " ")
    }

    /// A value as libpq takes it in a conninfo string.
    private static func conninfo(_ value: String) -> String {
        guard value.isEmpty || value.contains(where: { $0.isWhitespace || $0 == "'" || $0 == "\\" }) else {
            return value
        }
        return "'\(value.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
    }

    private static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.unicodeScalars.allSatisfy { scalar in
                scalar == "\u{2026}" || scalar.properties.isAlphabetic && scalar.isASCII || ("0"..."9").contains(scalar)
                    || "-_./:@%+,=".unicodeScalars.contains(scalar)
            }
        return isPlain ? word : "'\(word.replacing("'", with: "'\\''"))'"
    }
}
