public import Postgres

/// The reason why a stage failed: what happened, where, and what the operator does next.
///
/// Descriptions are whole sentences and hold no password and no row's value.
public struct FerryError: Error, Sendable, Equatable {
    /// The kind of failure. Open, so that a caller's `switch` needs a default.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let description: String
        /// A kind of its own; the description is stable and read by programs.
        public init(description: String) { self.description = description }

        /// A request that contradicts itself or names something that is not there.
        public static let invalidRequest = Code(description: "invalid_request")
        /// No session could be opened.
        public static let cannotConnect = Code(description: "cannot_connect")
        /// A server reported an error or stopped; the cause holds it.
        public static let database = Code(description: "database")
        /// A server that is too old.
        public static let unsupported = Code(description: "unsupported")
        /// The plan has blockers.
        public static let blocked = Code(description: "blocked")
        /// Another copy is running on the target.
        public static let busy = Code(description: "busy")
        /// The ledger can't be used: it is a newer vecferry's or another job's, or it is damaged.
        public static let ledger = Code(description: "ledger")
        /// The bytes received are not a COPY stream as PostgreSQL sends it.
        public static let malformedStream = Code(description: "malformed_stream")
        /// A value can't be converted as the operator asked.
        public static let notConvertible = Code(description: "not_convertible")
        /// The source was written to while the job was stopped.
        public static let sourceChanged = Code(description: "source_changed")
        /// A session can't join the source's snapshot: its holder is gone, or is on another server.
        public static let snapshotLost = Code(description: "snapshot_lost")
        /// Another worker has taken chunks over.
        public static let claimLost = Code(description: "claim_lost")
        /// A file could not be written.
        public static let file = Code(description: "file")
        /// A program that was run (pg_dump, a password command) failed.
        public static let program = Code(description: "program")
        /// Two tables can't be compared: one is missing, or their columns do not match.
        public static let notComparable = Code(description: "not_comparable")
        /// The operator asked to stop.
        public static let interrupted = Code(description: "interrupted")
    }

    /// The kind of failure.
    public var code: Code
    /// Whole sentences.
    public var message: String
    /// The operator's next step.
    public var hint: String?
    /// The side where it happened, if one.
    public var side: Side?
    /// The table that it concerns, if one.
    public var table: QualifiedName?
    /// The chunk's number within its table pair, from 0.
    public var chunk: ChunkNumber?
    /// The error of libpq or the server.
    public var cause: PostgresError?
    /// The number of tries after which the work was given up; nil where it was not retried.
    public var tries: Int?

    /// - Parameters:
    ///   - message: Whole sentences, without secrets and row values.
    ///   - hint: What the operator does next.
    public init(
        _ code: Code, _ message: String, hint: String? = nil, side: Side? = nil, table: QualifiedName? = nil,
        chunk: ChunkNumber? = nil, cause: PostgresError? = nil
    ) {
        self.code = code
        self.message = message
        self.hint = hint
        self.side = side
        self.table = table
        self.chunk = chunk
        self.cause = cause
    }

    /// Whether the same work may succeed on new connections.
    public var isRetryable: Bool { tries == nil && cause?.isRetryable ?? false }

    /// Whether the fault lies in a table's data or definition, so that other tables can continue: a data exception, a
    /// violated constraint, a missing object or right, a limit, a damaged page, an exception of a trigger, a lock that was
    /// not granted in any try, a malformed stream, or a value that can't be converted.
    var concernsOneTable: Bool {
        guard table != nil else { return false }
        if tries != nil { return cause?.sqlState == "55P03" }
        if code == .malformedStream || code == .notConvertible { return true }
        guard let state = cause?.sqlState, !isRetryable else { return false }
        // These classes concern the server or the session, not a table (PostgreSQL documentation, appendix A).
        return !["08", "25", "28", "3D", "53", "55", "57", "58", "F0"].contains { state.hasPrefix($0) }
    }

    /// Wraps an error that a connection of `side` threw.
    init(_ cause: PostgresError, _ side: Side, table: QualifiedName? = nil, chunk: ChunkNumber? = nil) {
        let code: Code =
            switch cause.code {
            case .interrupted: .interrupted
            case .connectFailed, .unknownHost, .notPostgreSQL, .tlsFailed, .invalidParameters, .noPassword:
                .cannotConnect
            default: .database
            }
        self.init(
            code, cause.message, hint: FaultHint.hint(for: cause, on: side), side: side, table: table, chunk: chunk,
            cause: cause)
    }

    /// A blocker that was found outside of a plan.
    init(_ note: Note) {
        self.init(.blocked, note.message, hint: note.hint, side: note.side, table: note.table)
    }

    /// The same error with a table, and a chunk of it.
    func of(_ table: QualifiedName, chunk: ChunkNumber? = nil) -> FerryError {
        var error = self
        error.table = error.table ?? table
        error.chunk = error.chunk ?? chunk
        return error
    }

    /// The same error, of work that is given up after `count` tries: an enclosing retry must not begin again.
    func after(tries count: Int) -> FerryError {
        var error = self
        if error.isRetryable, count > 1 { error.tries = count }
        return error
    }

    /// The same error, of a definition: the server's HINT is about the operator's statement and not about one of vecferry's.
    var ofDefinition: FerryError {
        var error = self
        error.hint = error.hint ?? cause?.hint
        return error
    }

    /// The operator asked to stop; nothing is wrong.
    static let interrupted = FerryError(.interrupted, "Interrupted.")
}

extension FerryError: CustomStringConvertible {
    /// `target, public.items: <message> (SQLSTATE …) <hint>`
    public var description: String { text(hint: hint) }

    /// The description while the work is tried again: without a hint to run the command again.
    public var descriptionOfRetry: String {
        let helps =
            cause?.sqlState.map { ["25006", "40001", "53300"].contains($0) } ?? (cause?.code == .connectFailed)
        return text(hint: helps ? hint : nil)
    }

    private func text(hint: String?) -> String {
        let place = [side.map(\.rawValue), table.map(\.description), chunk.map { "chunk \($0)" }].compactMap(\.self)
        var text = place.isEmpty ? message : "\(place.joined(separator: ", ")): \(message)"
        if let state = cause?.sqlState { text += " (SQLSTATE \(state))" }
        if let detail = cause?.detail { text += " \(detail)" }
        if let context = cause?.context { text += " CONTEXT: \(context)." }
        if let tries { text += " Given up after \(tries) tries." }
        if let hint { text += " \(hint)" }
        return text
    }
}
