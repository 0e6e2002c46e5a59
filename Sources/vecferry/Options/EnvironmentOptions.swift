import ArgumentParser

/// Gives every option an environment variable: `VECFERRY_` and the option's name in capitals.
///
/// The variables become arguments before anything is parsed, so they are checked as options are, with the same
/// messages. Names and kinds come from the commands' own declarations; there is no table to maintain.
enum EnvironmentOptions {
    /// Returns the arguments, with those that only the environment gives inserted after the command's name.
    static func adding(
        to arguments: [String], commands: [any ParsableCommand.Type] = Vecferry.configuration.subcommands,
        variable: (String) -> String? = Machine.environmentVariable
    ) throws -> [String] {
        guard let name = arguments.first,
            let command = commands.first(where: { $0._commandName == name })
        else { return arguments }
        var added: [String] = []
        for option in try options(of: command) where !isGiven(option, in: arguments) {
            guard let value = variable(option.variable), !value.isEmpty else { continue }
            added += try option.arguments(value)
        }
        return [name] + added + arguments.dropFirst()
    }

    /// Returns the options of a command, including those of its option groups.
    static func options(of type: any ParsableArguments.Type) throws -> [EnvironmentOption] {
        var options: [EnvironmentOption] = []
        for child in Mirror(reflecting: type.init()).children {
            // A property wrapper stores its value under the property's name with an underscore before it.
            guard let label = child.label, label.first == "_" else { continue }
            if let group = Swift.type(of: child.value) as? any OptionGroupKind.Type {
                options += try Self.options(of: group.options)
            } else if let kind = (Swift.type(of: child.value) as? any OptionKind.Type)?.kind {
                options.append(EnvironmentOption(name: kebabCase(label.dropFirst()), kind: kind))
            }
        }
        return options
    }

    private static func isGiven(_ option: EnvironmentOption, in arguments: [String]) -> Bool {
        arguments.contains { $0 == option.flag || $0.hasPrefix(option.flag + "=") }
    }

    /// Converts a property's name as ArgumentParser does: `sourcePasswordCommand` becomes `source-password-command`.
    private static func kebabCase(_ name: Substring) -> String {
        name.reduce(into: "") { text, letter in
            if letter.isUppercase { text.append("-") }
            text += letter.lowercased()
        }
    }
}

/// An option that the environment can give.
struct EnvironmentOption: Equatable {
    /// The form of a variable's value: a flag takes 1 or 0, a list takes values separated by commas.
    enum Kind { case flag, value, list }

    /// The name without dashes: `source-password-command`.
    var name: String
    /// The form of its variable's value.
    var kind: Kind

    /// The name on a command line: `--source-password-command`.
    var flag: String { "--\(name)" }
    /// The variable: `VECFERRY_SOURCE_PASSWORD_COMMAND`.
    var variable: String {
        "VECFERRY_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
    }

    /// Returns the arguments that mean the same as the variable's value.
    func arguments(_ value: String) throws -> [String] {
        switch kind {
        case .value: return ["\(flag)=\(value)"]
        case .list: return Self.items(value).map { "\(flag)=\($0)" }
        case .flag:
            switch value.lowercased() {
            case "1", "true", "yes", "on": return [flag]
            case "0", "false", "no", "off": return []
            default:
                throw ValidationError("\(variable) is \(value.shown); give 1 or 0.")
            }
        }
    }

    /// Splits at commas, except those between double quotes, which belong to a name.
    private static func items(_ value: String) -> [String] {
        var items = [""]
        var isQuoted = false
        for character in value {
            if character == "\"" { isQuoted.toggle() }
            if character == "," && !isQuoted {
                items.append("")
            } else {
                items[items.count - 1].append(character)
            }
        }
        return items.map { String($0.drop { $0 == " " }) }.filter { !$0.isEmpty }
    }
}

/// The kind of option that one of ArgumentParser's property wrappers declares.
private protocol OptionKind {
    static var kind: EnvironmentOption.Kind { get }
}

private protocol OptionGroupKind {
    static var options: any ParsableArguments.Type { get }
}

private protocol ListValue {}

extension Array: ListValue {}
extension Flag: OptionKind {
    fileprivate static var kind: EnvironmentOption.Kind { .flag }
}
extension Option: OptionKind {
    fileprivate static var kind: EnvironmentOption.Kind { Value.self is any ListValue.Type ? .list : .value }
}
extension OptionGroup: OptionGroupKind {
    fileprivate static var options: any ParsableArguments.Type { Value.self }
}
