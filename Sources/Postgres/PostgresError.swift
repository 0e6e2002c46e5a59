/// An error of one connection, in a form that decides the next step and is safe to show.
///
/// It never holds a password or a row's value: server details that may quote a row are dropped when the error is made.
public struct PostgresError: Error, Sendable, Equatable {
    /// The kind of failure. Open, so that a caller's `switch` needs a default.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let description: String

        /// The connection string can't be parsed, or a statement holds text that can't be sent.
        public static let invalidParameters = Code(description: "invalid_parameters")
        /// The host name does not resolve.
        public static let unknownHost = Code(description: "unknown_host")
        /// The server asks for a password, and none was given.
        public static let noPassword = Code(description: "no_password")
        /// No session could be opened: refused, timed out, or rejected by the server (see the SQLSTATE).
        public static let connectFailed = Code(description: "connect_failed")
        /// The service that answered on the port does not speak PostgreSQL's protocol.
        public static let notPostgreSQL = Code(description: "not_postgresql")
        /// TLS was required and is not available, or the certificate was not accepted.
        public static let tlsFailed = Code(description: "tls_failed")
        /// The session was lost while in use.
        public static let connectionLost = Code(description: "connection_lost")
        /// No data moved on the socket for longer than the limit.
        public static let stalled = Code(description: "stalled")
        /// The server reported an error; ``PostgresError/sqlState`` identifies it.
        public static let server = Code(description: "server")
        /// The server sent an answer that this code did not request.
        public static let unexpectedResult = Code(description: "unexpected_result")
        /// An ``Interrupt`` was raised.
        public static let interrupted = Code(description: "interrupted")
    }

    /// The kind of failure.
    public var code: Code
    /// The message: a whole sentence, without the server's `ERROR:` prefix.
    public var message: String
    /// The server's DETAIL, where it can't quote a row.
    public var detail: String?
    /// The server's HINT.
    public var hint: String?
    /// The lines of the server's CONTEXT that name the functions in which the error rose, the innermost first; nil
    /// where it rose in none.
    public var context: String?
    /// The five characters of the SQLSTATE, where the server gave one
    /// (PostgreSQL documentation, appendix "PostgreSQL Error Codes").
    public var sqlState: String?
    /// The constraint or the unique index that refused a row, where the server names one.
    public var constraint: String?

    /// Takes the texts as they are: the caller keeps secrets and row values out.
    public init(
        _ code: Code, _ message: String, detail: String? = nil, hint: String? = nil, context: String? = nil,
        sqlState: String? = nil, constraint: String? = nil
    ) {
        self.code = code
        self.message = message
        self.detail = detail
        self.hint = hint
        self.context = context
        self.sqlState = sqlState
        self.constraint = constraint
    }

    /// Whether the same work may succeed on a new connection: the cause is the network, a restart, a failover, too many
    /// sessions or a conflict, and not the request itself.
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
        if let context { text += " CONTEXT: \(context)." }
        if let hint { text += " \(hint)" }
        return text
    }
}

extension PostgresError {
    /// Builds the error for a server's message, leaving out the parts that could quote a row.
    ///
    /// - Parameters:
    ///   - constraint: The name of the constraint or the unique index that refused a row.
    ///   - holdsNoRows: Whether the statement reads no row, as one that creates an empty table: its error is about the
    ///     definition and is shown whole.
    ///
    /// DETAIL of class 23 shows the failing row, and messages of class 22 end in the value that was not accepted
    /// (`invalid input syntax for type integer: "…"`). CONTEXT of a COPY quotes a column, and that of a function quotes
    /// the statement it runs, so only the lines that name functions are taken.
    static func server(
        code: Code, sqlState: String?, message: String, detail: String?, hint: String?, context: String? = nil,
        constraint: String? = nil, holdsNoRows: Bool = false
    ) -> PostgresError {
        let quotesRows = !holdsNoRows && sqlState.map { $0.hasPrefix("22") || $0.hasPrefix("23") } ?? false
        var shown = message
        if quotesRows, let sqlState, sqlState.hasPrefix("22"), let quotation = message.firstRange(of: ": \"") {
            shown = String(message[..<quotation.lowerBound])
        }
        return PostgresError(
            code, sentence(shown), detail: quotesRows ? nil : detail.map(sentence), hint: hint.map(sentence),
            context: context.flatMap(functions), sqlState: sqlState, constraint: constraint)
    }

    /// Returns the lines that name functions:
    /// `PL/pgSQL function f(integer) line 3 at RAISE`, `SQL function "f" statement 1`, `PL/Python function "f"` (the
    /// error callbacks of PostgreSQL's pl_exec.c, functions.c and the other languages). If the server's messages are in
    /// another language, a line that ends in a quotation shows an expression or a statement, not a function.
    private static func functions(in context: String) -> String? {
        let lines = context.split(separator: "\n").filter { line in
            if line.prefixMatch(of: #/(PL/\w+|SQL) function /#) != nil { return true }
            return line.contains("PL/pgSQL")
                && line.last.map { !"\"'\u{bb}\u{ab}\u{201c}\u{201d}".contains($0) } == true
        }
        return lines.isEmpty ? nil : lines.joined(separator: "; ")
    }

    /// Joins the lines, upper-cases the first letter and ends with a full stop.
    public static func sentence(_ text: String) -> String {
        var trimmed = text.split(whereSeparator: \.isNewline).joined(separator: " ")[...]
        while let last = trimmed.last, last.isWhitespace { trimmed.removeLast() }
        while let first = trimmed.first, first.isWhitespace { trimmed.removeFirst() }
        guard let first = trimmed.first else { return "" }
        let end = trimmed.last.map { ".!?".contains($0) } == true ? "" : "."
        return first.uppercased() + trimmed.dropFirst() + end
    }
}
