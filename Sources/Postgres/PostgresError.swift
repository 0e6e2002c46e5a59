/// What went wrong on one connection, in a form that decides what to do next and is fit to be shown.
///
/// It never holds a password or a row's value: server details that may quote a row are dropped when the error is made.
public struct PostgresError: Error, Sendable, Equatable {
    /// The kind of failure. Open, so that a caller's `switch` needs a default.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let description: String

        /// The connection string can't be parsed, or a statement holds what can't be sent.
        public static let invalidParameters = Code(description: "invalid_parameters")
        /// The host name does not resolve.
        public static let unknownHost = Code(description: "unknown_host")
        /// No session could be opened: refused, timed out, or turned away by the server (see the SQLSTATE).
        public static let connectFailed = Code(description: "connect_failed")
        /// Something answered on the port, and it does not speak PostgreSQL's protocol.
        public static let notPostgreSQL = Code(description: "not_postgresql")
        /// TLS was asked for and could not be had, or the certificate was not accepted.
        public static let tlsFailed = Code(description: "tls_failed")
        /// The session broke while in use.
        public static let connectionLost = Code(description: "connection_lost")
        /// Nothing moved on the socket for longer than the limit.
        public static let stalled = Code(description: "stalled")
        /// The server reported an error; ``PostgresError/sqlState`` tells which.
        public static let server = Code(description: "server")
        /// The server sent something that this code did not ask for.
        public static let unexpectedResult = Code(description: "unexpected_result")
        /// An ``Interrupt`` was raised.
        public static let interrupted = Code(description: "interrupted")
    }

    /// The kind of failure.
    public var code: Code
    /// A whole sentence, without the server's `ERROR:` prefix.
    public var message: String
    /// The server's DETAIL, where it can't quote a row.
    public var detail: String?
    /// The server's HINT.
    public var hint: String?
    /// The five characters of the SQLSTATE, where the server gave one
    /// (PostgreSQL documentation, appendix "PostgreSQL Error Codes").
    public var sqlState: String?

    /// The texts are taken as they are: whoever gives them keeps secrets and row values out.
    public init(
        _ code: Code, _ message: String, detail: String? = nil, hint: String? = nil, sqlState: String? = nil
    ) {
        self.code = code
        self.message = message
        self.detail = detail
        self.hint = hint
        self.sqlState = sqlState
    }

    /// Whether the same work may succeed on a new connection: the network, a restart, a failover, a crowd or a
    /// conflict, and not the request itself.
    public var isRetryable: Bool {
        if let sqlState {
            return sqlState.hasPrefix("08") || Self.retryableStates.contains(sqlState)
        }
        return code == .connectionLost || code == .stalled || code == .connectFailed
    }

    /// Whether the session can't be used any more.
    public var isConnectionGone: Bool {
        code == .connectionLost || code == .stalled || code == .connectFailed || code == .interrupted
    }

    private static let retryableStates: Set<String> = [
        "40001",  // serialization_failure
        "40P01",  // deadlock_detected
        "25006",  // read_only_sql_transaction: a target in failover
        "53300",  // too_many_connections
        "55P03",  // lock_not_available
        "57P01",  // admin_shutdown
        "57P02",  // crash_shutdown
        "57P03",  // cannot_connect_now
        "57P05",  // idle_session_timeout
        "25P03",  // idle_in_transaction_session_timeout
    ]
}

extension PostgresError: CustomStringConvertible {
    public var description: String {
        var text = message
        if let sqlState { text += " (SQLSTATE \(sqlState))" }
        if let detail { text += " \(detail)" }
        if let hint { text += " \(hint)" }
        return text
    }
}

extension PostgresError {
    /// Builds the error for a server's message, leaving out what could quote a row.
    ///
    /// DETAIL of class 23 shows the failing row, and messages of class 22 end in the value that was not accepted
    /// (`invalid input syntax for type integer: "…"`). CONTEXT of a COPY quotes a column, so it is never taken.
    static func server(
        code: Code, sqlState: String?, message: String, detail: String?, hint: String?
    ) -> PostgresError {
        let quotesRows = sqlState.map { $0.hasPrefix("22") || $0.hasPrefix("23") } ?? false
        var shown = message
        if let sqlState, sqlState.hasPrefix("22"), let quotation = message.firstRange(of: ": \"") {
            shown = String(message[..<quotation.lowerBound])
        }
        return PostgresError(
            code, sentence(shown), detail: quotesRows ? nil : detail.map(sentence), hint: hint.map(sentence),
            sqlState: sqlState)
    }

    /// Upper-cases the first letter and ends with a full stop.
    static func sentence(_ text: String) -> String {
        var trimmed = text[...]
        while let last = trimmed.last, last.isWhitespace { trimmed.removeLast() }
        while let first = trimmed.first, first.isWhitespace { trimmed.removeFirst() }
        guard let first = trimmed.first else { return "" }
        let end = trimmed.last.map { ".!?".contains($0) } == true ? "" : "."
        return first.uppercased() + trimmed.dropFirst() + end
    }
}
