import ArgumentParser

/// What an operator may have meant who typed something that vecferry does not know: words of other tools, and typos.
enum UsageAdvice {
    /// Returns the parser's message with advice that fits in place of its own.
    ///
    /// - Parameter arguments: The command line without the program's name.
    static func improved(_ message: String, _ arguments: [String]) -> String {
        var lines = message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let first = lines.first, let advice = advice(first, arguments) else { return message }
        lines[0] = statement(first) + (advice.isEmpty ? "" : " " + advice)
        return lines.joined(separator: "\n")
    }

    /// The message without the parser's own suggestion, which names the nearest option however far it is.
    private static func statement(_ line: String) -> String {
        let statement = line.firstRange(of: " Did you mean").map { String(line[..<$0.lowerBound]) } ?? line
        return statement.hasSuffix(".") ? statement : statement + "."
    }

    /// Advice on the first line of a message; nil where that says enough.
    private static func advice(_ line: String, _ arguments: [String]) -> String? {
        if let match = line.firstMatch(of: #/^Error: Unknown option '(--?[^'=]+)/#) {
            return option(String(match.1), of: arguments.first ?? "")
        }
        guard let match = line.firstMatch(of: #/^Error: (?:Unexpected argument|\d+ unexpected arguments:) '(.*)'/#)
        else {
            return nil
        }
        let word = String(match.1)
        guard let command = arguments.first, commands.contains(command) else {
            return Self.command(word).map { "Did you mean 'vecferry \($0)'?" }
        }
        if word.contains("://") || word.contains("host=") || word.contains("dbname=") {
            return "Name the side: --source \u{2026} or --target \u{2026}"
        }
        return nil
    }

    /// The names of the commands, with those that the parser has itself.
    static let commands = Vecferry.configuration.subcommands.map { $0._commandName } + ["help"]

    /// What other tools call the commands.
    private static let otherCommands = [
        "plan": ["check", "explain", "dry-run", "dryrun", "preview", "inspect", "show"],
        "copy": [
            "migrate", "run", "sync", "transfer", "import", "export", "clone", "move", "start", "resume", "apply",
        ],
        "verify": ["compare", "diff", "validate", "checksum", "test", "prove"],
        "index": ["reindex", "indexes", "build", "rebuild"],
        "undo": ["rollback", "revert", "abort", "reset", "clean", "cleanup", "cancel"],
        "tune": ["optimize", "analyze", "search"],
        "bots": ["list", "bot"],
    ]

    /// The command that a word may stand for.
    static func command(_ word: String) -> String? {
        let word = word.lowercased()
        return otherCommands.first { $0.value.contains(word) }?.key
            ?? nearest(to: word, in: commands)
    }

    /// What other tools call the options.
    private static let otherOptions = [
        "-j": "--jobs", "--parallel": "--jobs", "--threads": "--jobs", "--workers": "--jobs", "--concurrency": "--jobs",
        "-t": "--table", "--tables": "--table", "--include": "--table", "--exclude": "--exclude-table",
        "-T": "--exclude-table", "--from": "--source", "--src": "--source", "--to": "--target", "--dest": "--target",
        "--destination": "--target", "--overwrite": "--existing replace", "--force": "--existing replace",
        "--clean": "--existing truncate", "-v": "--verbose", "-q": "--quiet",
    ]

    /// Advice on an option that a command does not have.
    private static func option(_ option: String, of command: String) -> String? {
        if ["--dry-run", "--dryrun", "-n", "--plan"].contains(option) {
            return command == "plan"
                ? "plan changes nothing in any case."
                : "'vecferry plan' shows what a copy would do, and changes nothing."
        }
        let known = options(of: command)
        // A short option may have its value at its end, as in -j4.
        let name = option.hasPrefix("--") ? option : String(option.prefix(2))
        if let other = otherOptions[name], known.contains(String(other.prefix { $0 != " " })) {
            return "Did you mean '\(other)'?"
        }
        if ["-d", "-U", "--host", "--port", "--user", "--username", "--dbname", "--database", "--password"]
            .contains(name), known.contains("--target")
        {
            return "The address is one text: --target 'host=\u{2026} port=\u{2026} user=\u{2026} dbname=\u{2026}'."
        }
        guard let near = nearest(to: option, in: known) else {
            // An empty advice takes the parser's own away.
            let others = commands.filter { $0 != command && options(of: $0).contains(option) }
            return others.isEmpty
                ? "" : "It is an option of \(others.map { "'vecferry \($0)'" }.joined(separator: ", "))."
        }
        return "Did you mean '\(near)'?"
    }

    /// The options of a command, with their dashes.
    private static func options(of command: String) -> [String] {
        let type = Vecferry.configuration.subcommands.first { $0._commandName == command }
        let declared = type.flatMap { try? EnvironmentOptions.options(of: $0) } ?? []
        return declared.map(\.flag) + ["--help"]
    }

    // MARK: Typos

    /// The word that is nearest, if one is near enough for a slip, one letter in three, or begins with the same four letters.
    static func nearest(to word: String, in words: [String]) -> String? {
        let distances = words.map { (word: $0, distance: distance(Array(word), Array($0))) }
        guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
        let letters = word.count { $0 != "-" }
        if best.distance <= max(1, letters / 3) { return best.word }
        let start = word.prefix { $0 == "-" } + word.drop { $0 == "-" }.prefix(4)
        return letters < 4 ? nil : words.first { $0.hasPrefix(start) }
    }

    /// The number of letters that are missing, too many, wrong, or swapped with the next (optimal string alignment).
    static func distance(_ first: [Character], _ second: [Character]) -> Int {
        var rows = [Array(0...second.count)]
        for i in first.indices {
            var row = [i + 1]
            for j in second.indices {
                let isSame = first[i] == second[j]
                var best = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (isSame ? 0 : 1))
                if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] {
                    best = min(best, rows[i - 1][j - 1] + 1)
                }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[first.count][second.count]
    }
}
