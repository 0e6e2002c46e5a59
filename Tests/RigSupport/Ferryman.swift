internal import Foundation

/// The built `vecferry`, run as an operator runs it.
public enum Ferryman {
    /// Starts it with these arguments, and of vecferry's and libpq's variables only these.
    ///
    /// - Parameter output: bash's syntax for what its standard output is, such as `> /dev/full` or `| true`.
    public static func start(
        _ arguments: [String], environment: [String: String] = [:], output: String? = nil,
        onTerminal size: (columns: Int, rows: Int)? = nil
    ) throws -> Command {
        if environment["VECFERRY_FAIL_POINT"] != nil { Figures.count(.namedPoints) }
        let inherited = ProcessInfo.processInfo.environment.filter { name, _ in
            !name.hasPrefix("VECFERRY_") && !name.hasPrefix("PG")
        }
        let program = try path
        let variables = inherited.merging(environment) { $1 }
        guard let output else { return try Command(program, arguments, environment: variables, onTerminal: size) }
        let script = "set -o pipefail; \"$0\" \"$@\" \(output)"
        return try Command("/bin/bash", ["-c", script, program] + arguments, environment: variables)
    }

    /// The program's path. The tests' own program is built beside it.
    public static var path: String {
        get throws {
            let tests = URL(filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            return folder(of: tests).appending(path: "vecferry").path
        }
    }

    public static func run(
        _ arguments: [String], environment: [String: String] = [:], output: String? = nil
    ) throws -> Command.Ended {
        try start(arguments, environment: environment, output: output).ended()
    }

    /// Where the test bundle is run by another program, its path is among the arguments.
    private static func folder(of tests: URL) -> URL {
        let beside = tests.deletingLastPathComponent()
        if FileManager.default.isExecutableFile(atPath: beside.appending(path: "vecferry").path) { return beside }
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
        return bundle.map { URL(filePath: $0).deletingLastPathComponent() } ?? beside
    }
}
