import ArgumentParser
import Ferry
import Postgres

/// Both ends, for the commands that need both.
struct ConnectionOptions: ParsableArguments {
    /// The source's address.
    @OptionGroup var source: SourceOptions
    @OptionGroup var target: TargetOptions
    @OptionGroup var session: SessionOptions

    /// The engine that works between the two ends.
    func engine(interrupt: Interrupt, events: @escaping EventSink) throws -> Engine {
        Engine(
            source: try source.endpoint(session, interrupt), target: try target.endpoint(session, interrupt),
            streams: session.jobCount, streamsOverLongLine: session.jobCountOverLongLine, retry: session.retryPolicy,
            interrupt: interrupt, events: events)
    }
}

/// Where the rows are.
struct SourceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The database to read, as a URI or a conninfo string. What it leaves out comes from PGHOST, PGSERVICE, "
                + ".pgpass and libpq's other defaults.",
            valueName: "uri"))
    var source: String?

    @Option(
        help: ArgumentHelp(
            "A shell command that prints the source's password, run for each new connection.", valueName: "command"))
    var sourcePasswordCommand: String?

    /// - Throws: `ValidationError` where no address was given, or libpq can't parse it.
    func endpoint(_ session: SessionOptions, _ interrupt: Interrupt) throws -> Endpoint {
        try Address.endpoint(.source, source, sourcePasswordCommand, session, interrupt)
    }
}

/// Where the rows go, or are.
struct TargetOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The database to fill, given as the source is.", valueName: "uri"))
    var target: String?

    @Option(
        help: ArgumentHelp(
            "A shell command that prints the target's password, run for each new connection.", valueName: "command"))
    var targetPasswordCommand: String?

    /// - Throws: `ValidationError` where no address was given, or libpq can't parse it.
    func endpoint(_ session: SessionOptions, _ interrupt: Interrupt) throws -> Endpoint {
        try Address.endpoint(.target, target, targetPasswordCommand, session, interrupt)
    }
}

/// How many sessions work, and how patient they are.
struct SessionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How many chunks move at the same time, 1 to 64, each over a connection to each side. "
                + "(default: this machine's cores, 2 to 4; 8 for a copy to a target that takes 5 ms and more to answer)",
            valueName: "number"))
    var jobs: Int?

    @Option(
        help: ArgumentHelp("Seconds that a server may be silent before it counts as hung.", valueName: "seconds"))
    var stallTimeout = 120

    @Option(
        help: ArgumentHelp(
            "How often work is tried again in a row after a fault that may heal.", valueName: "number"))
    var retries = RetryPolicy.standard.attempts - 1

    /// Refuses numbers out of range before anything is connected to.
    func validate() throws {
        if let jobs { try Limits.check(jobs, in: 1...64, "--jobs") }
        try Limits.check(stallTimeout, in: 1...86_400, "--stall-timeout")
        try Limits.check(retries, in: 0...1000, "--retries")
    }

    /// Two streams hide each other's waits even on one core; beyond four, one server's disks and network set the pace.
    var jobCount: Int { jobs ?? min(4, max(2, Machine.cores)) }

    /// Chunks of 1 MiB fill a line of 20 ms and 200 Mbit/s to 0.56 two at a time, to 0.80 four, to 0.91 eight (scripts/bench).
    var jobCountOverLongLine: Int { jobs ?? 8 }

    /// As many retries as were asked for, at the engine's own pace.
    var retryPolicy: RetryPolicy {
        var policy = RetryPolicy.standard
        policy.attempts = retries + 1
        return policy
    }
}

/// Turns what an operator gave into an endpoint.
private enum Address {
    static func endpoint(
        _ side: Side, _ text: String?, _ passwordCommand: String?, _ session: SessionOptions, _ interrupt: Interrupt
    ) throws -> Endpoint {
        guard let text, !text.isEmpty else {
            throw ValidationError(
                "No \(side) was given. Give --\(side) or VECFERRY_\(side.rawValue.uppercased()): a URI "
                    + "(postgresql://user@host:5432/database) or a conninfo string (host=\u{2026} dbname=\u{2026}).")
        }
        let parameters: ConnectionParameters
        do throws(PostgresError) {
            parameters = try ConnectionParameters(parsing: text)
        } catch {
            throw ValidationError(
                "--\(side): \(error.message) Give a URI (postgresql://user@host:5432/database) or a conninfo string "
                    + "(host=\u{2026} dbname=\u{2026}).")
        }
        guard isPort(parameters["port"]) else {
            // What stands there may be a part of a mistyped password.
            throw ValidationError("--\(side): The port is not a number from 1 to 65535.")
        }
        return Endpoint(
            side, parameters, passwordCommand: passwordCommand, stallLimit: .seconds(session.stallTimeout),
            interrupt: interrupt)
    }

    /// libpq looks at the port only when it connects, and it may be a list, of which parts may be empty.
    private static func isPort(_ text: String?) -> Bool {
        guard let text else { return true }
        return text.split(separator: ",").allSatisfy { (1...65_535).contains(Int($0) ?? 0) }
    }
}

/// Ranges that options keep to.
enum Limits {
    /// - Throws: `ValidationError` that names the option and the range.
    static func check(_ value: Int, in range: ClosedRange<Int>, _ option: String) throws {
        guard range.contains(value) else {
            throw ValidationError(
                "\(option) is \(value); give a number from \(range.lowerBound) to \(range.upperBound).")
        }
    }
}
