internal import Platform

/// The protection of a session's traffic.
public enum Encryption: Sendable {
    /// The traffic is not encrypted.
    case none
    /// It is encrypted, but anyone in between could have answered in the server's place.
    case unverified
    /// It is encrypted, and an authority that the operator trusts has signed the server's certificate.
    case verified

    /// The protection of an encrypted session.
    ///
    /// - Parameters:
    ///   - mode: The value of `sslmode`.
    ///   - authorities: The value of `sslrootcert`.
    init(mode: String, authorities: String) {
        // "require" verifies where a file of authorities exists (PostgreSQL documentation, "Client Verification of Server
        // Certificates"); prefer and allow never do.
        let verifies =
            switch mode {
            case "verify-ca", "verify-full": true
            case "require": authorities == "system" || Self.exists(authorities.isEmpty ? Self.defaultFile : authorities)
            default: authorities == "system"
            }
        self = verifies ? .verified : .unverified
    }

    private static var defaultFile: String {
        (getenv("HOME").map { String(cString: $0) } ?? "") + "/.postgresql/root.crt"
    }

    private static func exists(_ path: String) -> Bool { access(path, R_OK) == 0 }
}
