internal import Postgres

/// Runs AWS's command line, `aws`, with one fixed list of arguments and no shell. The operator's profiles, roles and
/// SSO sessions work with it as they do by hand.
struct AWSCommand {
    /// The arguments. They hold no secret: others may see them.
    let arguments: [String]
    /// The side that it is for, if one.
    var side: Side?

    /// It starts in a second; a service that throttles, or a scan of thousands of items, takes some more.
    private static let patience: Duration = .seconds(180)
    /// A scan of bots, with the few attributes that are asked for, has some hundred bytes an item.
    private static let outputLimit = 1 << 30

    /// Runs it, and returns what it prints.
    ///
    /// - Throws: ``FerryError/Code/program``, with what `aws` says of the fault, and what to do. Its output is no part of that.
    func run(_ interrupt: Interrupt) throws(FerryError) -> String {
        let outcome = ProgramRunner.run(
            "aws", arguments, environment: ["AWS_PAGER": ""], outputLimit: Self.outputLimit, patience: Self.patience,
            interrupt: interrupt)
        if interrupt.isRequested { throw .interrupted }
        switch outcome {
        case .success(let output) where output.status == 0: return output.standardOutput
        case .success(let output):
            let fault = AWSFault(output.standardError)
            throw FerryError(.program, "\(name) failed: \(fault.message)", hint: fault.hint, side: side)
        case .failure(let error):
            throw FerryError(
                .program, "\(name) could not be run: \(error.message).",
                hint: "Install AWS's command line (aws), version 1 or 2, and put it in PATH.", side: side)
        }
    }

    /// The service and the operation: `aws secretsmanager get-secret-value`.
    private var name: String { "aws \(arguments.prefix(2).joined(separator: " "))" }
}

/// What AWS's command line says on standard error, in versions 1 and 2. Its exit status tells little: both have other numbers for the same
/// faults.
struct AWSFault: Equatable {
    /// The fault, as a sentence.
    let message: String
    /// What to do.
    let hint: String?

    init(_ text: String) {
        let lines = text.split(separator: "\n").map { String($0.trimmed) }.filter { !$0.isEmpty }
        let line =
            lines.last { $0.contains("An error occurred") } ?? lines.last { !$0.hasPrefix("usage:") }
            ?? "it printed no error message."
        // Messages end with a period or without one.
        message = PostgresError.sentence(ServerText.cut(line))
        hint = Self.hint(line)
    }

    private static func hint(_ line: String) -> String? {
        func says(_ words: String...) -> Bool { words.contains { line.contains($0) } }
        let again = "then run the same command again; a copy resumes."
        if says("ExpiredToken", "has expired", "Token is expired", "InvalidGrantException", "RequestExpired") {
            return "Sign in to AWS again (aws sso login, or new credentials), \(again)"
        }
        if let action = line.firstMatch(of: #/not authorized to perform:? ([A-Za-z0-9-]+:[A-Za-z0-9*]+)/#) {
            return "Allow the action \(action.1) for the role or user of this machine (scripts/aws/policies), \(again)"
        }
        if says("AccessDenied", "UnauthorizedOperation") {
            return "Allow this for the role or user of this machine (scripts/aws/policies), \(again)"
        }
        if says(
            "Unable to locate credentials", "NoCredentials", "UnrecognizedClient", "InvalidClientTokenId",
            "InvalidSignature")
        {
            return "Sign in to AWS (aws configure, aws sso login, AWS_PROFILE, or an instance's role), \(again)"
        }
        if says("could not be found", "config profile") {
            return "Check AWS_PROFILE; aws configure list-profiles shows what there is."
        }
        if says("specify a region", "NoRegion") { return "Set AWS_REGION to the region of the stack." }
        if says("ResourceNotFoundException", "NotFound") {
            return "Check the name, and that AWS_REGION and AWS_PROFILE lead to the region and account of the stack."
        }
        if says("Throttling", "Rate exceeded", "TooManyRequests", "RequestLimitExceeded", "SlowDown") {
            return "AWS limits the rate of requests. Wait a minute, \(again)"
        }
        if says("Could not connect to the endpoint", "Connect timeout", "Read timeout", "Name or service not known") {
            return
                "Check AWS_REGION, and that this machine reaches AWS: in a VPC, through a NAT gateway or an endpoint of that service."
        }
        if says("decrypt", "KMSAccessDenied", "AccessToKeyDenied") {
            return "Allow kms:Decrypt with the key of that resource for the role or user of this machine, \(again)"
        }
        return nil
    }
}
