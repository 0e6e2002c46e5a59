internal import CLibpq

/// Reads what libpq says about a connection that could not be made. libpq has only words for it, so this looks at the
/// words, which are in English because the process never leaves the C locale.
enum ConnectFailure {
    /// Tells from libpq's words and the server's SQLSTATE why no session could be opened.
    static func error(_ handle: OpaquePointer) -> PostgresError {
        error(message: String(cString: PQerrorMessage(handle)))
    }

    /// Sorts a message of libpq's (fe-connect.c, fe-secure-openssl.c) into a code, with the SQLSTATE of the verbose form.
    static func error(message: String) -> PostgresError {
        var lines: [String] = []
        // With TLS and without are two attempts, which often fail alike.
        for line in message.split(separator: "\n").map(String.init) where !lines.contains(line) { lines.append(line) }
        lines.removeAll { $0.hasPrefix("LOCATION:") }
        // Several lines are several addresses that were tried; the last one is what decided.
        let text = lines.joined(separator: " ")
        let state = sqlState(in: text)
        let shown = PostgresError.sentence(state.map { text.replacing("\($0): ", with: "") } ?? text)
        return PostgresError(code(of: text, sqlState: state), shown, sqlState: state)
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
        // The system's word for a line that broke in the middle of the handshake.
        let isBroken = ["Connection refused", "SSL SYSCALL error", "closed the connection unexpectedly"]
        if tlsWords.contains(where: text.contains), !isBroken.contains(where: text.contains) { return .tlsFailed }
        if text.hasPrefix("invalid ") || text.contains("definition of service")
            || text.contains("no password supplied")
        {
            return .invalidParameters
        }
        return .connectFailed
    }

    /// `FATAL:  28P01: password …` holds 28P01. A server says FATAL in its own language, where it can't encode that as
    /// question marks, so what counts are the two blanks (fe-protocol3.c, pqBuildErrorMessage3).
    private static func sqlState(in text: String) -> String? {
        guard let match = text.firstMatch(of: #/: {2}([0-9A-Z]{5}): /#) else { return nil }
        return String(match.1)
    }
}
