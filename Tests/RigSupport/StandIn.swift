internal import Foundation

/// The rig's stand-in for AWS: moto, with faults on request. All tests share its one account.
public enum StandIn {
    /// The region in which the tests' things are.
    public static let region = "ap-northeast-1"

    /// The variables that lead `aws` to it, and to no account of whoever runs the tests.
    public static func environment() throws -> [String: String] {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return [
            "PATH": "\(try Rig.variable("VECFERRY_RIG_AWS_BIN")):\(path)",
            "AWS_ENDPOINT_URL": try Rig.variable("VECFERRY_RIG_AWS"),
            "AWS_ACCESS_KEY_ID": "rig", "AWS_SECRET_ACCESS_KEY": "rig", "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
        ]
    }

    /// Runs `aws`, and returns what it prints.
    @discardableResult
    public static func aws(_ arguments: String...) throws -> String { try aws(arguments) }

    /// Runs `aws`, and returns what it prints.
    @discardableResult
    public static func aws(_ arguments: [String]) throws -> String {
        let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("AWS_") }
        let variables = inherited.merging(try environment()) { $1 }
        let ended = try Command("/usr/bin/env", ["aws"] + arguments, environment: variables).ended()
        guard ended.status == 0 else { throw Psql.Failure(description: ended.said) }
        return ended.output
    }

    /// A service that speaks JSON.
    public enum Service: String, Sendable {
        case ecs, logs, secretsmanager, dynamodb

        fileprivate var target: String {
            switch self {
            case .ecs: "AmazonEC2ContainerServiceV20141113"
            case .logs: "Logs_20140328"
            case .secretsmanager: "secretsmanager"
            case .dynamodb: "DynamoDB_20120810"
            }
        }
    }

    /// Sends a request without `aws`, which takes a hundred times as long: for callers that poll.
    @discardableResult
    public static func call<Answer: Decodable>(
        _ service: Service, _ operation: String, _ parameters: [String: Any], _ type: Answer.Type = Nothing.self
    ) throws -> Answer {
        // moto reads service and region from it, and checks no signature.
        let scope = "rig/20260101/\(region)/\(service.rawValue)/aws4_request"
        let answer = try request(
            "POST", "/", String(decoding: try JSONSerialization.data(withJSONObject: parameters), as: UTF8.self),
            headers: [
                "Authorization: AWS4-HMAC-SHA256 Credential=\(scope), SignedHeaders=host, Signature=x",
                "X-Amz-Target: \(service.target).\(operation)", "Content-Type: application/x-amz-json-1.1",
            ])
        do {
            return try JSONDecoder().decode(type, from: Data((answer.isEmpty ? "{}" : answer).utf8))
        } catch {
            throw Psql.Failure(description: "\(operation): \(answer.prefix(500))")
        }
    }

    /// An answer that the caller does not read.
    public struct Nothing: Decodable {}

    /// A fault of the next requests for an operation.
    public struct Fault: Encodable, Sendable {
        public var operation: String
        public var code: String
        public var message: String
        public var status = 400
        public var times = 100
        public var after = 0
        public var match = ""
        public var body: String?
        public var caller = ""
        public var lost = false

        /// After some requests of a caller, moto still does what it asks for, and it no longer gets an answer.
        ///
        /// - Parameter caller: Its access key.
        public static func lost(of caller: String, after: Int) -> Fault {
            var fault = Fault("*", "InternalFailure", "The answer was lost", times: 1_000_000, after: after)
            (fault.status, fault.caller, fault.lost) = (500, caller, true)
            return fault
        }

        public init(_ operation: String, _ code: String, _ message: String, times: Int = 100, after: Int = 0) {
            (self.operation, self.code, self.message, self.times, self.after) = (operation, code, message, times, after)
        }

        /// An answer that moto does not give.
        ///
        /// - Parameter match: What the request's parameters hold.
        public init(_ operation: String, answer: String, match: String = "", times: Int = 1_000) {
            self.init(operation, "", "", times: times)
            (body, self.match) = (answer, match)
        }
    }

    /// Sets the faults, in place of all earlier ones, and forgets the requests so far.
    public static func setFaults(_ faults: [Fault]) throws {
        _ = try request("PUT", "/rig/faults", String(decoding: try JSONEncoder().encode(faults), as: UTF8.self))
    }

    /// The number of requests for an operation since ``setFaults(_:)``.
    public static func requests(_ operation: String) throws -> Int {
        struct Request: Decodable { var operation: String }
        let requests = try JSONDecoder().decode(
            [Request].self, from: Data(try request("GET", "/rig/requests", "").utf8))
        return requests.count { $0.operation == operation }
    }

    /// Enforces IAM's policies from now on, or no longer. While they are enforced, only users that were made before get an answer.
    public static func enforceIAM(_ isEnforced: Bool) throws {
        _ = try request("POST", "/moto-api/reset-auth", isEnforced ? "0" : "1000000000")
    }

    /// Sends one request, and returns the body of the answer.
    private static func request(
        _ method: String, _ path: String, _ body: String, headers: [String] = []
    ) throws -> String {
        guard let port = Int(try Rig.variable("VECFERRY_RIG_AWS").split(separator: ":").last ?? ""),
            case let socket = Socket.connect(port: port), socket >= 0
        else { throw Psql.Failure(description: "The stand-in for AWS does not listen.") }
        defer { Socket.close(socket) }
        let lines = ["Host: localhost", "Content-Length: \(body.utf8.count)"] + headers
        let head = "\(method) \(path) HTTP/1.0\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
        let bytes = Array((head + body).utf8)
        _ = Socket.write(socket, bytes, bytes.count)
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = Socket.read(socket, &buffer, buffer.count), count > 0 { answer += buffer[..<count] }
        let text = String(decoding: answer, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return "" }
        return String(text[end.upperBound...])
    }
}
