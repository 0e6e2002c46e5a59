#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A secret with the login of a database, as RDS, Aurora and CDK make them (Secrets Manager's documentation, "JSON structure of AWS Secrets
/// Manager secrets").
public enum SecretReference: Sendable, Equatable {
    /// A secret of AWS Secrets Manager, by its ARN or name, in one of its stages.
    case stored(id: String, stage: Stage)
    /// A file that holds the same JSON.
    case file(path: String)
    /// A variable of the environment that holds the same JSON, as ECS puts a secret there.
    case variable(name: String)

    /// The version of a secret. Rotation makes a new one current; the one before it has the password that a snapshot was taken with, until
    /// the next rotation.
    public enum Stage: String, Sendable, CaseIterable {
        case current = "AWSCURRENT"
        case previous = "AWSPREVIOUS"
    }

    /// Reads `ARN-or-name[:AWSCURRENT|AWSPREVIOUS]`, `file:PATH`, or `env:NAME`.
    ///
    /// - Parameter isFile: Whether there is a file at a path: names of secrets may begin with a slash, too.
    /// - Returns: nil for an empty text.
    public init?(_ text: String, isFile: (String) -> Bool) {
        // A colon is in no secret's name.
        if text.hasPrefix("file:") {
            let path = text.dropFirst(text.hasPrefix("file://") ? 7 : 5)
            guard !path.isEmpty else { return nil }
            self = .file(path: String(path))
            return
        }
        if text.hasPrefix("env:") {
            guard text.count > 4 else { return nil }
            self = .variable(name: String(text.dropFirst(4)))
            return
        }
        if ["/", "./", "../"].contains(where: text.hasPrefix), isFile(text) {
            self = .file(path: text)
            return
        }
        let stage = Stage.allCases.first { text.hasSuffix(":\($0.rawValue)") }
        let id = stage.map { text.dropLast($0.rawValue.count + 1) } ?? text[...]
        guard !id.isEmpty else { return nil }
        self = .stored(id: String(id), stage: stage ?? .current)
    }

    /// The arguments of `aws` that read it. An ARN names its region, which may be another than the user's.
    var arguments: [String]? {
        guard case .stored(let id, let stage) = self else { return nil }
        let parts = id.split(separator: ":", omittingEmptySubsequences: false)
        let region = parts.count >= 7 && parts[0] == "arn" && !parts[3].isEmpty ? ["--region", String(parts[3])] : []
        return [
            "secretsmanager", "get-secret-value", "--secret-id", id, "--version-stage", stage.rawValue, "--output",
            "json",
        ] + region
    }
}

/// The login that a secret holds. What is not in it comes from the address.
struct SecretLogin: Sendable, Equatable {
    var user: String
    var password: String
    var host: String?
    var port: String?
    var database: String?

    /// A fault of a secret, as the end of a sentence that begins with its name. It shows nothing of what the secret holds.
    struct Fault: Error, Equatable {
        var message: String
    }

    /// Reads the JSON of a secret.
    init(json: String) throws(Fault) {
        let document: Document
        do {
            document = try JSONDecoder().decode(Document.self, from: Data(json.utf8))
        } catch is DecodingError {
            throw Fault(message: "is not a JSON object with the texts username and password.")
        } catch {
            throw Fault(message: "can't be read.")
        }
        guard let user = document.username, !user.isEmpty else { throw Fault(message: "has no username.") }
        guard let password = document.password, !password.isEmpty else { throw Fault(message: "has no password.") }
        if let engine = document.engine?.lowercased(), !engine.isEmpty, !engine.contains("postgres") {
            throw Fault(message: "is of a database of another engine (\(engine.prefix(40))), not PostgreSQL.")
        }
        for text in [user, password, document.host, document.dbname] where text?.contains("\0") == true {
            throw Fault(message: "holds a zero byte, which no login can have.")
        }
        if let port = document.port?.text, !port.isEmpty, !(1...65_535).contains(Int(port) ?? 0) {
            throw Fault(message: "has a port that is no number from 1 to 65535.")
        }
        self.user = user
        self.password = password
        host = document.host.flatMap { $0.isEmpty ? nil : $0 }
        port = document.port.flatMap { $0.text.isEmpty ? nil : $0.text }
        database = document.dbname.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The fields that matter; others, as `dbClusterIdentifier`, may be of any type.
    private struct Document: Decodable {
        var username: String?
        var password: String?
        var host: String?
        var port: Port?
        var dbname: String?
        var engine: String?
    }

    /// A port, which some programs write as a text.
    private struct Port: Decodable {
        var text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) {
                text = String(number)
            } else {
                text = try container.decode(String.self)
            }
        }
    }
}

/// The answer of `aws secretsmanager get-secret-value`.
struct SecretAnswer: Decodable {
    var secretString: String?

    private enum CodingKeys: String, CodingKey { case secretString = "SecretString" }
}
