import ArgumentParser
import Ferry
import Postgres

/// The source, the target and the options of their connections, for the commands that need both sides.
struct ConnectionOptions: ParsableArguments {
    @OptionGroup var source: SourceOptions
    @OptionGroup var target: TargetOptions
    @OptionGroup var session: SessionOptions

    /// Makes the engine that works between the two sides.
    ///
    /// - Throws: `ValidationError` if a side is missing, or libpq can't parse its address.
    func engine(interrupt: Interrupt, events: @escaping EventSink) throws -> Engine {
        Engine(
            source: try source.endpoint(session.patience, interrupt),
            target: try target.endpoint(session.patience, interrupt),
            streams: session.jobCount, streamsOverLongLine: session.jobCountOverLongLine,
            retry: session.patience.retryPolicy,
            interrupt: interrupt, events: events)
    }
}

/// The database that rows are read from.
struct SourceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The source database, as a URI or a conninfo string, or @FILE: a file with one of these, and with "
                + "secret=\u{2026}, iam=on or password_command=\u{2026} on lines of their own. Missing parts come from PGHOST, "
                + "PGSERVICE, .pgpass and libpq's other defaults.",
            valueName: "uri|@file"))
    var source: String?

    @Option(
        help: ArgumentHelp(
            "Secret of AWS Secrets Manager with the source's user and password, and with host, port and database where --source "
                + "leaves them out: ARN or name, with :AWSPREVIOUS for the version before a rotation; or file:PATH or env:NAME "
                + "with the same JSON. Read with aws for each new connection.",
            valueName: "arn|name|file:path|env:name"))
    var sourceSecret: String?

    @Flag(
        help:
            "Log in to the source with a token of RDS (IAM database authentication), made with aws for each new connection."
    )
    var sourceIam = false

    @Option(
        help: ArgumentHelp(
            "Shell command that prints the source's password; run for each new connection.", valueName: "command"))
    var sourcePasswordCommand: String?

    /// Makes the endpoint.
    ///
    /// - Throws: `ValidationError` if no address was given, or libpq can't parse it.
    func endpoint(_ patience: PatienceOptions, _ interrupt: Interrupt) throws -> Endpoint {
        try AddressOptions(
            side: .source, address: source, secret: sourceSecret, usesToken: sourceIam, command: sourcePasswordCommand
        ).endpoint(patience, interrupt)
    }
}

/// The database that rows are written to, or whose indexes are built.
struct TargetOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The target database, as a URI or a conninfo string, or @FILE: a file with one of these, and with "
                + "secret=\u{2026}, iam=on or password_command=\u{2026} on lines of their own. Missing parts come from PGHOST, "
                + "PGSERVICE, .pgpass and libpq's other defaults.",
            valueName: "uri|@file"))
    var target: String?

    @Option(
        help: ArgumentHelp(
            "Secret of AWS Secrets Manager with the target's user and password, and with host, port and database where --target "
                + "leaves them out: ARN or name, with :AWSPREVIOUS for the version before a rotation; or file:PATH or env:NAME "
                + "with the same JSON. Read with aws for each new connection.",
            valueName: "arn|name|file:path|env:name"))
    var targetSecret: String?

    @Flag(
        help:
            "Log in to the target with a token of RDS (IAM database authentication), made with aws for each new connection."
    )
    var targetIam = false

    @Option(
        help: ArgumentHelp(
            "Shell command that prints the target's password; run for each new connection.", valueName: "command"))
    var targetPasswordCommand: String?

    /// Makes the endpoint.
    ///
    /// - Throws: `ValidationError` if no address was given, or libpq can't parse it.
    func endpoint(_ patience: PatienceOptions, _ interrupt: Interrupt) throws -> Endpoint {
        try AddressOptions(
            side: .target, address: target, secret: targetSecret, usesToken: targetIam, command: targetPasswordCommand
        ).endpoint(patience, interrupt)
    }

    /// Makes the engine of a command that needs the target alone.
    ///
    /// - Parameter streams: The number of connections that work in parallel.
    func engine(_ patience: PatienceOptions, streams: Int = 1, _ run: CommandRun) throws -> TargetEngine {
        TargetEngine(
            target: try endpoint(patience, run.interrupt), streams: streams, retry: patience.retryPolicy,
            interrupt: run.interrupt, events: run.reporter.take)
    }
}

/// The number of connections, and how long they wait and retry.
struct SessionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Connections to each server that work in parallel, shared by all tables, 1 to 64. (default: the number of this "
                + "machine's cores, at least 2 and at most 4; for a copy, 8 if the target takes 5 ms or more to answer)",
            valueName: "number"))
    var jobs: Int?

    @OptionGroup var patience: PatienceOptions

    /// Refuses numbers out of range, before any connection is made.
    func validate() throws {
        if let jobs { try Limits.check(jobs, in: 1...64, "--jobs") }
    }

    /// The number of streams. With two, one works while the other waits, even on one core; beyond four, one server's
    /// disks and network set the pace.
    var jobCount: Int { jobs ?? min(4, max(2, Machine.cores)) }

    /// The number of streams over a line with a long round trip: at 20 ms and 200 Mbit/s, chunks of 1 MiB fill 0.56 of
    /// the line two at a time, 0.80 four at a time, and 0.91 eight at a time (scripts/bench).
    var jobCountOverLongLine: Int { jobs ?? 8 }
}

/// How fast rows are read, for the commands that read all of them.
struct RateOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Most megabytes of rows that are read in a second, from both servers together. Index builds are not slowed down. "
                + "(default: as fast as they come)",
            valueName: "MB/s"))
    var maxRate: Double?

    /// Refuses a pace out of range.
    func validate() throws {
        guard let maxRate, !(0.01...1_000_000).contains(maxRate) else { return }
        throw ValidationError("--max-rate is \(maxRate); give a number from 0.01 to 1000000.")
    }

    /// Gives the pace to both sides, which share it: each row of a copy is read twice.
    func limit(_ engine: inout Engine, _ interrupt: Interrupt) {
        let rate = maxRate.map { RateLimit(bytesPerSecond: $0 * 1_048_576, interrupt: interrupt) }
        (engine.source.rate, engine.target.rate) = (rate, rate)
    }
}

/// How long a connection waits for an answer, and how often work is retried.
struct PatienceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Seconds without an answer after which a server counts as hung.", valueName: "seconds"))
    var stallTimeout = 120

    @Option(
        help: ArgumentHelp(
            "Retries in a row after a fault that may be temporary, such as a lost connection.", valueName: "number"))
    var retries = RetryPolicy.standard.attempts - 1

    /// Refuses numbers out of range, before any connection is made.
    func validate() throws {
        try Limits.check(stallTimeout, in: 1...86_400, "--stall-timeout")
        try Limits.check(retries, in: 0...1000, "--retries")
    }

    /// The engine's policy with the number of retries that the operator gave.
    var retryPolicy: RetryPolicy {
        var policy = RetryPolicy.standard
        policy.attempts = retries + 1
        return policy
    }
}

/// Checks the ranges of numbers.
enum Limits {
    /// Refuses a number out of range.
    ///
    /// - Throws: `ValidationError` that names the option and the range.
    static func check(_ value: Int, in range: ClosedRange<Int>, _ option: String) throws {
        guard range.contains(value) else {
            throw ValidationError(
                "\(option) is \(value); give a number from \(range.lowerBound) to \(range.upperBound).")
        }
    }
}
