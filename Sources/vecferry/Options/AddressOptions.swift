import ArgumentParser
import Ferry
import Postgres

/// The address of one side as an operator gives it, and where its password comes from.
struct AddressOptions {
    /// The side, which the options are named after.
    let side: Side
    /// The value of `--source` or `--target`.
    var address: String?
    /// The value of `--source-secret` or `--target-secret`.
    var secret: String?
    /// Whether `--source-iam` or `--target-iam` was given.
    var usesToken = false
    /// The value of `--source-password-command` or `--target-password-command`.
    var command: String?

    /// Makes the endpoint.
    ///
    /// - Throws: `ValidationError` if no address was given, libpq can't parse it, or options contradict each other.
    func endpoint(_ patience: PatienceOptions, _ interrupt: Interrupt) throws -> Endpoint {
        var text = address ?? ""
        var source = try credentials
        if text.hasPrefix("@") {
            let file = try AddressFile(path: String(text.dropFirst()), side: side)
            text = file.address
            // What the command line says comes before what the file says.
            source = source ?? file.credentials
        }
        if text.isEmpty {
            guard case .secret? = source else {
                throw ValidationError(
                    "No \(side) given. Give --\(side) or VECFERRY_\(side.rawValue.uppercased()): a URI "
                        + "(postgresql://user@host:5432/database) or a conninfo string (host=\u{2026} dbname=\u{2026}); or the "
                        + "secret of an AWS database with --\(side)-secret.")
            }
        }
        guard text.isEmpty || text.contains("=") || text.contains("://") else {
            // It is not shown: it may be a mistyped password.
            throw ValidationError(
                "--\(side) is neither a URI (postgresql://user@host:5432/database) nor key=value pairs (host=\u{2026} dbname=\u{2026})."
            )
        }
        let parameters: ConnectionParameters
        do throws(PostgresError) {
            parameters = try ConnectionParameters(parsing: text)
        } catch {
            throw ValidationError(
                "--\(side): \(error.message) Give a URI (postgresql://user@host:5432/database) or a conninfo string "
                    + "(host=\u{2026} dbname=\u{2026}).")
        }
        guard Self.isPort(parameters["port"]) else {
            // The port's text is not shown: it may be part of a mistyped password.
            throw ValidationError("--\(side): The port is not a number from 1 to 65535.")
        }
        if source != nil, source?.isCommand != true, !parameters.secrets.isEmpty {
            throw ValidationError(
                "--\(side) holds a password; leave it out, or leave out --\(side)-secret and --\(side)-iam.")
        }
        return Endpoint(
            side, parameters, credentials: source, stallLimit: .seconds(patience.stallTimeout), interrupt: interrupt)
    }

    /// Where the password comes from, if an option says so.
    private var credentials: CredentialSource? {
        get throws {
            let given = [
                secret.map { _ in "--\(side)-secret" }, usesToken ? "--\(side)-iam" : nil,
                command.map { _ in "--\(side)-password-command" },
            ].compactMap(\.self)
            guard given.count < 2 else {
                throw ValidationError("\(given.joined(separator: " and ")) exclude each other; give one of them.")
            }
            if usesToken { return .token }
            if let command { return .command(command) }
            return try secret.map { .secret(try SecretReference.given($0, "--\(side)-secret")) }
        }
    }

    /// Whether the text is a port, or a list of ports with empty parts; libpq checks this only when it connects.
    private static func isPort(_ text: String?) -> Bool {
        guard let text else { return true }
        return text.split(separator: ",").allSatisfy { (1...65_535).contains(Int($0) ?? 0) }
    }
}

extension SecretReference {
    /// Reads the value of an option.
    ///
    /// - Throws: `ValidationError` where it is empty.
    static func given(_ text: String, _ option: String) throws -> SecretReference {
        guard let reference = SecretReference(text, isFile: Machine.isFile) else {
            throw ValidationError("\(option) is empty; give an ARN, a name, file:PATH, or env:NAME.")
        }
        return reference
    }
}

extension CredentialSource {
    /// Whether a command of the operator's own makes the password.
    fileprivate var isCommand: Bool { if case .command = self { true } else { false } }
}

/// A file with the address of one side, as `scripts/aws/restore` writes it: a URI or conninfo settings, a line each, and where the password
/// comes from. It holds no password itself, so that it can be kept and handed on. `#` begins a comment.
struct AddressFile {
    /// The address, as libpq takes it; empty where the secret has all of it.
    let address: String
    /// Where the password comes from.
    let credentials: CredentialSource?

    /// The most bytes of a file.
    private static let limit = 64 << 10

    /// Reads a file.
    ///
    /// - Throws: `ValidationError` where it can't be read, holds a password, or names two places of it.
    init(path: String, side: Side) throws {
        let name = "The file of --\(side), \(path.shown),"
        switch Machine.read(path, limit: Self.limit) {
        case .failure(let reason): throw ValidationError("\(name) can't be read: \(reason).")
        case .tooLong: throw ValidationError("\(name) is too long for an address.")
        case .bytes(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw ValidationError("\(name) is not UTF-8.")
            }
            try self.init(text: text, name: name)
        }
    }

    /// - Parameter name: The beginning of messages.
    init(text: String, name: String) throws {
        var settings: [String] = []
        var sources: [CredentialSource] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.trimmingPrefix { $0.isWhitespace }
            if line.isEmpty || line.hasPrefix("#") { continue }
            let parts = line.split(separator: "=", maxSplits: 1).map { String($0.trimmed) }
            let value = parts.count == 2 ? parts[1] : ""
            switch parts.first {
            case "secret": sources.append(.secret(try SecretReference.given(value, "\(name) secret")))
            case "password_command" where !value.isEmpty: sources.append(.command(value))
            case "iam":
                guard ["on", "off"].contains(value) else {
                    throw ValidationError("\(name) has an iam that is not on or off.")
                }
                if value == "on" { sources.append(.token) }
            default: settings.append(String(line))
            }
        }
        guard sources.count < 2 else {
            throw ValidationError(
                "\(name) names two places of the password; give one of secret, iam and password_command.")
        }
        address = settings.joined(separator: " ")
        credentials = sources.first
        if let parameters = try? ConnectionParameters(parsing: address), !parameters.secrets.isEmpty {
            throw ValidationError(
                "\(name) holds a password. Put it into .pgpass, or give secret=\u{2026} or password_command=\u{2026} there instead."
            )
        }
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let start = drop { $0.isWhitespace }
        return start.lastIndex { !$0.isWhitespace }.map { start[...$0] } ?? ""
    }
}
