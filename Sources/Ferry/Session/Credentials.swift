internal import Postgres
internal import Synchronization

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Where the parts of an address come from that are secret, or that change. They are asked for each new connection: a token lives for 15
/// minutes, and a password may be rotated while a copy runs.
public enum CredentialSource: Sendable, Equatable {
    /// A shell command whose first line of output is the password.
    case command(String)
    /// A secret with user and password, and with host, port and database where the address leaves them out.
    case secret(SecretReference)
    /// A token of RDS for the address's host, port and user, instead of a password (IAM database authentication).
    case token
}

/// Completes the address of one side for each new connection.
final class Credentials: Sendable {
    private let source: CredentialSource
    private let side: Side
    private let cache = Mutex<(time: ContinuousClock.Instant, parameters: ConnectionParameters)?>(nil)

    /// How long an answer of AWS serves other connections, so that the streams that open together do not each ask.
    static let lifetime: Duration = .seconds(5)

    init(_ source: CredentialSource, side: Side) {
        self.source = source
        self.side = side
    }

    /// The address with what the source has.
    ///
    /// - Throws: ``FerryError/Code/program`` where it could not be asked; ``FerryError/Code/invalidRequest`` where what it says does not go
    ///   with the address. Neither shows a secret.
    func complete(_ address: ConnectionParameters, _ interrupt: Interrupt) throws(FerryError) -> ConnectionParameters {
        if case .command = source { return try asked(address, interrupt) }
        // Those who come meanwhile wait for the answer, and take it.
        let result = cache.withLock { cached -> Result<ConnectionParameters, FerryError> in
            if let cached, .now - cached.time < Self.lifetime { return .success(cached.parameters) }
            do throws(FerryError) {
                let parameters = try asked(address, interrupt)
                cached = (.now, parameters)
                return .success(parameters)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func asked(
        _ address: ConnectionParameters, _ interrupt: Interrupt
    ) throws(FerryError) -> ConnectionParameters {
        switch source {
        case .command(let command):
            var parameters = address
            parameters["password"] = try PasswordCommand(command, side: side).run(interrupt)
            return parameters
        case .secret(let reference): return try merged(address, try login(reference, interrupt))
        case .token: return try withToken(address, interrupt)
        }
    }

    // MARK: Secrets

    private func login(_ reference: SecretReference, _ interrupt: Interrupt) throws(FerryError) -> SecretLogin {
        let json: String
        switch reference {
        case .file(let path): json = try text(of: path)
        case .variable(let name):
            guard let text = ProcessInfo.processInfo.environment[name], !text.isEmpty else {
                throw fault("The variable of --\(side)-secret, \(name), is not set.")
            }
            json = text
        case .stored:
            let answer = try AWSCommand(arguments: reference.arguments ?? [], side: side).run(interrupt)
            guard let secret = try? JSONDecoder().decode(SecretAnswer.self, from: Data(answer.utf8)).secretString else {
                throw fault("The secret of --\(side)-secret holds no text: it was stored as bytes.")
            }
            json = secret
        }
        do throws(SecretLogin.Fault) {
            return try SecretLogin(json: json)
        } catch {
            throw fault("The secret of --\(side)-secret \(error.message)")
        }
    }

    private func text(of path: String) throws(FerryError) -> String {
        do {
            let data = try Data(contentsOf: URL(filePath: path))
            guard let text = String(data: data, encoding: .utf8) else {
                throw fault("The file of --\(side)-secret is not UTF-8.")
            }
            return text
        } catch let error as FerryError {
            throw error
        } catch {
            throw fault("The file of --\(side)-secret, \(path), can't be read.")
        }
    }

    private func merged(
        _ address: ConnectionParameters, _ login: SecretLogin
    ) throws(FerryError) -> ConnectionParameters {
        var parameters = address
        if let user = address["user"], user != login.user {
            throw fault(
                "The secret of --\(side)-secret is the login of the user \(login.user), and --\(side) names \(user).",
                hint: "Leave the user out of --\(side), or give the secret of \(user).")
        }
        parameters["user"] = login.user
        parameters["password"] = login.password
        if address["host"] == nil, address["hostaddr"] == nil, address["service"] == nil {
            guard let host = login.host else {
                throw fault(
                    "The secret of --\(side)-secret names no host.",
                    hint: "Give it: --\(side) 'host=\u{2026} dbname=\u{2026}'.")
            }
            parameters["host"] = host
        }
        // A port goes with its host, but a restored cluster has the old one's port unless it was given another.
        if let port = login.port { parameters.setDefault("port", port) }
        if let database = login.database, address["service"] == nil { parameters.setDefault("dbname", database) }
        return parameters
    }

    // MARK: Tokens

    private func withToken(
        _ address: ConnectionParameters, _ interrupt: Interrupt
    ) throws(FerryError) -> ConnectionParameters {
        guard let host = address["host"], !host.contains(","), let user = address["user"] else {
            throw fault(
                "--\(side)-iam needs one host and a user in --\(side).",
                hint:
                    "Give --\(side) 'host=\u{2026} user=\u{2026} dbname=\u{2026} sslmode=verify-full sslrootcert=\u{2026}'."
            )
        }
        let region = Self.region(of: host).map { ["--region", $0] } ?? []
        let output = try AWSCommand(
            arguments: [
                "rds", "generate-db-auth-token", "--hostname", host, "--port", address["port"] ?? "5432", "--username",
                user,
            ] + region, side: side
        ).run(interrupt)
        let token = output.unicodeScalars.prefix { $0 != "\n" && $0 != "\r" }
        guard !token.isEmpty else {
            throw FerryError(.program, "aws rds generate-db-auth-token printed nothing.", side: side)
        }
        var parameters = address
        parameters["password"] = String(token)
        // Aurora refuses a token over a connection without TLS.
        parameters.setDefault("sslmode", "require")
        return parameters
    }

    /// The region in the name of an RDS endpoint: `name.cluster-id.eu-west-1.rds.amazonaws.com`.
    static func region(of host: String) -> String? {
        let parts = host.lowercased().split(separator: ".")
        guard let rds = parts.lastIndex(of: "rds"), rds > 0, parts[(rds + 1)...].starts(with: ["amazonaws", "com"])
        else {
            return nil
        }
        return String(parts[rds - 1])
    }

    private func fault(_ message: String, hint: String? = nil) -> FerryError {
        FerryError(.invalidRequest, message, hint: hint, side: side)
    }
}
