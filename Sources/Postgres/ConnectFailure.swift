internal import CLibpq

/// Classifies libpq's message about a connection that could not be opened. libpq reports the reason as text only; the
/// text is English because the process stays in the C locale.
enum ConnectFailure {
    /// Returns the error of a handle whose login failed.
    static func error(_ handle: OpaquePointer) -> PostgresError {
        error(message: ServerText.copy(PQerrorMessage(handle)))
    }

    /// Classifies a message of libpq (fe-connect.c, fe-secure-openssl.c), and takes the SQLSTATE from its verbose form.
    static func error(message: String) -> PostgresError {
        var lines: [String] = []
        // libpq tries with TLS and without; both attempts often fail alike.
        for line in message.split(separator: "\n").map(String.init) where !lines.contains(line) { lines.append(line) }
        lines.removeAll { $0.hasPrefix("LOCATION:") }
        // The message has a line for each address that was tried.
        let text = lines.joined(separator: " ")
        let state = sqlState(in: text)
        let code = code(of: text, sqlState: state)
        if code == .noPassword { return PostgresError(code, "No password was given.") }
        let shown = PostgresError.sentence(state.map { text.replacing("\($0): ", with: "") } ?? text)
        return PostgresError(code, shown, sqlState: state)
    }

    private static func code(of text: String, sqlState: String?) -> PostgresError.Code {
        if sqlState != nil { return .connectFailed }
        if text.contains("could not translate host name") {
            // EAI_AGAIN: the resolver itself could not be reached.
            return text.contains("Temporary failure") ? .connectFailed : .unknownHost
        }
        if text.contains("invalid response to SSL negotiation")
            || text.contains("expected authentication request") || text.contains("unsupported frontend protocol")
        {
            return .notPostgreSQL
        }
        let tlsWords = ["SSL", "certificate", "root certificate"]
        // The network failed during the handshake, not TLS.
        let isBroken = ["Connection refused", "SSL SYSCALL error", "closed the connection unexpectedly"]
        if tlsWords.contains(where: text.contains), !isBroken.contains(where: text.contains) { return .tlsFailed }
        if text.contains("no password supplied") { return .noPassword }
        if text.hasPrefix("invalid ") || text.contains("definition of service") { return .invalidParameters }
        return .connectFailed
    }

    /// Returns the SQLSTATE in a message: 28P01 in `FATAL:  28P01: password …`. The server translates FATAL, and sends
    /// question marks where it can't encode the translation, so this matches the two blanks (fe-protocol3.c,
    /// pqBuildErrorMessage3).
    private static func sqlState(in text: String) -> String? {
        guard let match = text.firstMatch(of: #/: {2}([0-9A-Z]{5}): /#) else { return nil }
        return String(match.1)
    }
}
