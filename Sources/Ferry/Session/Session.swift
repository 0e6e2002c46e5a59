internal import Postgres

/// One session on one side. It knows its side, so that every error names it; its patience, so that no statement waits
/// for a hung server; and its transactions, so that each ends, and one that failed on a lock names the holder.
///
/// Like the ``Connection`` in it, it is opened, used and closed on one thread. ``Endpoint/connect(_:)`` opens it.
struct Session: ~Copyable {
    /// The side that it is on.
    let side: Side
    /// The longest silence to accept from this server while a prompt answer is due.
    let stallLimit: Duration
    /// The pace at which rows are read; nil for as fast as they come.
    let rate: RateLimit?
    private var connection: Connection

    /// Takes over a connection that has the settings of `sql/session.sql`.
    init(_ connection: consuming Connection, side: Side, stallLimit: Duration, rate: RateLimit?) {
        self.connection = connection
        self.side = side
        self.stallLimit = stallLimit
        self.rate = rate
    }

    /// The time to wait for a statement.
    enum Patience: Sendable {
        /// Waits for as long as another session finds the server at work on it (``SilenceCheck``): for statements that
        /// wait for locks, build indexes or read whole tables.
        case working
        /// Expects a prompt answer: silence for longer than the session's stall limit is a fault.
        case prompt
        /// Expects a prompt answer, with a limit of its own.
        case within(Duration)
    }

    private func limit(_ patience: Patience) -> Duration? {
        switch patience {
        case .working: nil
        case .prompt: stallLimit
        case .within(let limit): limit
        }
    }

    /// Runs a block against the connection, and adds the side and the table to its errors.
    private func attempting<Result: ~Copyable>(
        _ table: QualifiedName? = nil, _ body: (borrowing Connection) throws(PostgresError) -> Result
    ) throws(FerryError) -> Result {
        do throws(PostgresError) {
            return try body(connection)
        } catch {
            throw FerryError(error, side, table: table)
        }
    }
}

// MARK: Statements

extension Session {
    /// Runs one or more statements without parameters, as one message.
    ///
    /// - Parameter table: The table to name in an error.
    /// - Returns: The answer to each statement, in order.
    @discardableResult
    func execute(
        _ sql: String, _ patience: Patience = .working, about table: QualifiedName? = nil
    ) throws(FerryError) -> [Answer] {
        try attempting(table) { connection throws(PostgresError) in try connection.execute(sql, limit: limit(patience))
        }
        .map { Answer($0, side) }
    }

    /// Runs one statement with parameters (`$1`, `$2`, …) in text form.
    @discardableResult
    func query(
        _ sql: String, _ parameters: [String?] = [], _ patience: Patience = .working,
        about table: QualifiedName? = nil
    ) throws(FerryError) -> Answer {
        Answer(
            try attempting(table) { connection throws(PostgresError) in
                try connection.query(sql, parameters, limit: limit(patience))
            }, side)
    }

    /// Runs one statement whose text comes from a catalog. It goes over the extended protocol, where a second statement behind
    /// it is an error.
    func define(_ statement: String, about table: QualifiedName? = nil) throws(FerryError) {
        do throws(FerryError) {
            try query(statement, about: table)
        } catch {
            throw error.ofDefinition
        }
    }

    /// Runs all that pg_dump wrote of objects that hold no rows yet, so that errors are shown whole.
    func create(_ script: String) throws(FerryError) {
        do throws(FerryError) {
            _ = try attempting { connection throws(PostgresError) in try connection.execute(script, holdsNoRows: true) }
        } catch {
            throw error.ofDefinition
        }
    }

    /// Runs statements one after the other, many in a message, so that they do not cost a round trip each.
    ///
    /// - Parameter statements: Each with the table to name in its error.
    func execute(_ statements: [(sql: String, table: QualifiedName)]) throws(FerryError) {
        let most = 500
        for start in stride(from: 0, to: statements.count, by: most) {
            let some = statements[start..<min(start + most, statements.count)]
            try request(some.map(\.sql).joined(separator: "; "))
            for one in some {
                try attempting(one.table) { connection throws(PostgresError) in
                    try connection.awaitFirstResults(1, limit: nil)
                }
            }
            _ = try awaitResults(.working)
        }
    }

    /// Sends statements, with a COPY or without, and does not wait; ``awaitCopy(_:)`` or ``awaitResults(_:)`` must come next.
    func request(_ sql: String) throws(FerryError) {
        try attempting { connection throws(PostgresError) in try connection.send(sql, limit: stallLimit) }
    }

    /// Waits for the answers to the statements of ``request(_:)``, or of the login.
    func awaitResults(_ patience: Patience = .prompt) throws(FerryError) -> [Answer] {
        try attempting { connection throws(PostgresError) in try connection.awaitResults(limit: limit(patience)) }
            .map { Answer($0, side) }
    }

    /// Measures a round trip with an empty message.
    func roundTrip() throws(FerryError) -> Duration {
        try attempting { connection throws(PostgresError) in try connection.roundTrip(limit: stallLimit) }
    }
}

// MARK: Transactions

extension Session {
    /// Runs `body` in a transaction and commits it. After an error the transaction is rolled back.
    ///
    /// - Parameters:
    ///   - lockWait: The time that one statement waits for a lock on a table that others use; they queue behind it. nil
    ///     waits for as long as it takes, for tables that no other session knows yet.
    ///   - mode: The mode of BEGIN, such as an isolation level.
    ///   - table: The table to name in an error of BEGIN or COMMIT.
    ///   - tables: Text that names the locked tables, each qualified, as statements do: where a lock was not granted,
    ///     the error names its holder.
    ///   - found: Receives the holder.
    ///   - body: The statements before COMMIT.
    func transaction<Result>(
        lockWait: Duration?, mode: String = "", about table: QualifiedName? = nil,
        locking tables: @autoclosure () -> String, found: (LockHolder) -> Void = { _ in },
        _ body: () throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        try waitingForLocks(on: tables(), found: found) { () throws(FerryError) in
            do throws(FerryError) {
                let wait = lockWait.map { "; SET LOCAL lock_timeout TO '\(Int($0 / .milliseconds(1)))ms'" } ?? ""
                try execute("BEGIN \(mode)\(wait)", about: table)
                let result = try body()
                try execute("COMMIT", about: table)
                return result
            } catch {
                if error.cause?.isConnectionGone != true { _ = try? execute("ROLLBACK") }
                throw error
            }
        }
    }

    /// Runs statements that are each a transaction of their own, as CONCURRENTLY requires; errors name the holder of a
    /// lock as those of ``transaction(lockWait:mode:about:locking:found:_:)`` do.
    func waitingForLocks<Result>(
        on tables: @autoclosure () -> String, found: (LockHolder) -> Void = { _ in },
        _ body: () throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        do throws(FerryError) {
            return try body()
        } catch {
            guard let holder = LockHolder(behind: error, text: tables(), on: self) else { throw error }
            found(holder)
            throw error.naming(holder)
        }
    }
}

// MARK: COPY

extension Session {
    /// Waits until the data of the first requested COPY can flow.
    ///
    /// - Returns: The answers to the statements before it.
    @discardableResult
    func awaitCopy(_ direction: CopyDirection, _ patience: Patience = .prompt) throws(FerryError) -> [Answer] {
        try attempting { connection throws(PostgresError) in
            try connection.awaitCopy(direction, limit: limit(patience))
        }.map { Answer($0, side) }
    }

    /// Requests a COPY and waits until its data can flow.
    @discardableResult
    func startCopy(
        _ sql: String, _ direction: CopyDirection, _ patience: Patience = .prompt, about table: QualifiedName? = nil
    ) throws(FerryError) -> [Answer] {
        try attempting(table) { connection throws(PostgresError) in
            try connection.startCopy(sql, direction, limit: limit(patience))
        }.map { Answer($0, side) }
    }

    /// Waits for the answers to the first statements of a message that was sent before, and leaves the rest to a later
    /// call.
    func awaitFirstResults(_ count: Int) throws(FerryError) {
        try attempting { connection throws(PostgresError) in try connection.awaitFirstResults(count, limit: stallLimit)
        }
    }

    /// Lends the next message of a COPY TO STDOUT; the bytes are invalid after `body` returns.
    ///
    /// - Returns: The result of `body`, or nil after the last message.
    func withNextCopyMessage<Result>(_ body: (borrowing RawSpan) -> Result) throws(FerryError) -> Result? {
        do throws(PostgresError) {
            return try connection.withNextCopyMessage(limit: stallLimit, body)
        } catch {
            throw FerryError(error, side)
        }
    }

    /// Sends bytes of a COPY FROM STDIN.
    func putCopyData(_ bytes: borrowing RawSpan) throws(FerryError) {
        do throws(PostgresError) {
            try connection.putCopyData(bytes, limit: stallLimit)
        } catch {
            throw FerryError(error, side)
        }
    }

    /// Completes a COPY FROM STDIN, and returns the number of rows that the server counted.
    func endCopyIn() throws(FerryError) -> Int {
        try attempting { connection throws(PostgresError) in try connection.endCopyIn(limit: stallLimit) }
    }

    /// Aborts a COPY FROM STDIN, so that the server rolls it back.
    func abortCopyIn() throws(FerryError) {
        try attempting { connection throws(PostgresError) in try connection.abortCopyIn(limit: stallLimit) }
    }
}

// MARK: Properties of the session

extension Session {
    /// The `host:port/database` that libpq connected to, for messages.
    var endpoint: String { connection.endpoint }
    /// The host that libpq connected to; starts with `/` for a Unix socket.
    var host: String { connection.host }
    /// The server's version as a number, such as 150005 for 15.5.
    var serverVersion: Int { connection.serverVersion }
    /// The database's encoding, such as `UTF8`.
    var serverEncoding: String { connection.serverEncoding }
    /// The process id that the server reported at the start; a pooler reports its own.
    var reportedBackendPID: Int { connection.reportedBackendPID }
    /// Whether the session is encrypted with TLS.
    var encryption: Encryption { connection.encryption }
    /// The server process, as the server itself names it; unknown behind a pooler.
    var backend: Backend {
        get { connection.backend }
        set { connection.backend = newValue }
    }

    /// Returns an error of this side for an answer that no statement requested.
    func unexpected(_ message: String) -> FerryError { FerryError(PostgresError(.unexpectedResult, message), side) }

    /// Removes and returns the notices that arrived since the last call.
    func takeNotices() -> [Notice] { connection.takeNotices() }
}
