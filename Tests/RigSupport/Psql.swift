/// PostgreSQL's own client, for proofs that owe nothing to vecferry.
public enum Psql {
    /// psql said no.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String

        public init(description: String) { self.description = description }
    }

    /// Runs statements in one session, and returns what psql prints: fields by tab, no headings.
    @discardableResult
    public static func run(_ uri: String, _ sql: String, variables: [String: String] = [:]) throws -> String {
        var arguments = ["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--field-separator=\t"]
        arguments += ["--set=ON_ERROR_STOP=1", "--command=\(sql)"]
        return try run(uri, arguments, variables)
    }

    /// Runs a script, with psql's variables set.
    @discardableResult
    public static func run(_ uri: String, script: String, variables: [String: String] = [:]) throws -> String {
        try run(uri, ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=\(script)"], variables)
    }

    /// Runs a script, and returns the fields of the lines that it prints.
    public static func rows(
        _ uri: String, script: String, variables: [String: String] = [:]
    ) throws -> [[String]] {
        let form = ["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--field-separator=\t"]
        let output = try run(uri, form + ["--set=ON_ERROR_STOP=1", "--file=\(script)"], variables)
        return output.split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }

    private static func run(_ uri: String, _ arguments: [String], _ variables: [String: String]) throws -> String {
        let program = try Rig.variable("VECFERRY_RIG_BIN") + "/psql"
        let ended = try Command.run(program, arguments + variables.map { "--set=\($0.key)=\($0.value)" } + [uri])
        guard ended.status == 0 else { throw Failure(description: ended.said) }
        return ended.output
    }
}
