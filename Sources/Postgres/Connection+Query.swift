internal import CLibpq

extension Connection {
    /// Runs one or more statements without parameters, as one message to the server.
    ///
    /// - Parameters:
    ///   - limit: The longest silence to accept from the server; nil for statements that may take long (an index build).
    ///   - holdsNoRows: Whether the statements read no row, so that errors are shown whole.
    /// - Returns: The rows of each statement, in order.
    /// - Throws: ``PostgresError``; the session is ready for the next statement unless
    ///   ``PostgresError/isConnectionGone``.
    @discardableResult
    public func execute(
        _ sql: String, limit: Duration? = nil, holdsNoRows: Bool = false
    ) throws(PostgresError) -> [Rows] {
        try request(sql)
        try flush(limit: limit)
        return try collect(limit: limit, holdsNoRows: holdsNoRows)
    }

    /// Measures a round trip with an empty message.
    ///
    /// - Returns: The shorter of two measurements, since one may have waited for a processor.
    public func roundTrip(limit: Duration?) throws(PostgresError) -> Duration {
        let clock = ContinuousClock()
        var shortest: Duration?
        for _ in 1...2 {
            let start = clock.now
            try execute("", limit: limit)
            let taken = clock.now - start
            shortest = min(shortest ?? taken, taken)
        }
        return shortest ?? .zero
    }

    /// Sends the statements as ``execute(_:limit:)`` does, without waiting, so that the caller can work during the
    /// round trip.
    func request(_ sql: String) throws(PostgresError) {
        try Self.requireText(sql)
        guard PQsendQuery(handle, sql) == 1, PQflush(handle) >= 0 else { throw lost() }
    }

    /// Waits for the answer to statements that were sent before.
    ///
    /// - Returns: The rows of each statement, in order.
    @discardableResult
    public func awaitResults(limit: Duration?) throws(PostgresError) -> [Rows] {
        try flush(limit: limit)
        return try collect(limit: limit)
    }

    /// Waits for the answers to the first statements of a message that was sent before, and leaves the rest to a later
    /// call.
    public func awaitFirstResults(_ count: Int, limit: Duration?) throws(PostgresError) {
        for _ in 0..<count {
            guard let result = try nextResult(limit: limit) else {
                throw PostgresError(.unexpectedResult, "The server did not answer each statement.")
            }
            guard result.status != PGRES_COMMAND_OK, result.status != PGRES_TUPLES_OK else { continue }
            throw failure(result, limit: limit)
        }
    }

    /// Runs one statement with parameters (`$1`, `$2`, …) in text form.
    ///
    /// - Throws: ``PostgresError/Code/invalidParameters`` where the statement or a parameter holds a zero byte.
    @discardableResult
    public func query(
        _ sql: String, _ parameters: [String?] = [], limit: Duration? = nil
    ) throws(PostgresError) -> Rows {
        try Self.requireText(sql)
        for parameter in parameters { try Self.requireText(parameter ?? "") }
        let sent = withCStrings(parameters) { values in
            PQsendQueryParams(handle, sql, Int32(parameters.count), nil, values, nil, nil, 0)
        }
        guard sent == 1 else { throw lost() }
        try flush(limit: limit)
        guard let rows = try collect(limit: limit).last else {
            throw PostgresError(.unexpectedResult, "The server returned no result for a statement.")
        }
        return rows
    }

    /// Refuses text that libpq would truncate: its strings end at the first zero byte, which no PostgreSQL string can
    /// hold.
    static func requireText(_ text: String) throws(PostgresError) {
        guard text.utf8.contains(0) else { return }
        throw PostgresError(
            .invalidParameters, "The statement can't be sent: a name or a value in it contains a zero byte.")
    }

    /// Reads results up to the end of the message, or throws the first error among them.
    func collect(limit: Duration?, holdsNoRows: Bool = false) throws(PostgresError) -> [Rows] {
        var all: [Rows] = []
        while let result = try nextResult(limit: limit) {
            switch result.status {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE: all.append(result.rows())
            case PGRES_EMPTY_QUERY: break
            case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE, PGRES_NONFATAL_ERROR:
                throw failure(result, limit: limit, holdsNoRows: holdsNoRows)
            default:
                // An unexpected COPY would wait forever.
                throw PostgresError(.unexpectedResult, "The server started a COPY where rows were expected.")
            }
        }
        return all
    }

    /// Returns the error that a result reports, after the rest of its message was read. The server skips the statements
    /// after an error, so the rest holds no cause; it shows whether the connection survived.
    func failure(
        _ result: borrowing QueryResult, limit: Duration?, holdsNoRows: Bool = false
    ) -> PostgresError {
        var failure = result.error(.server, holdsNoRows: holdsNoRows)
        do throws(PostgresError) {
            while let next = try nextResult(limit: limit) {
                // Once a COPY has begun, libpq would return it again and again.
                if next.status == PGRES_COPY_IN || next.status == PGRES_COPY_OUT { break }
            }
            if PQstatus(handle) == CONNECTION_BAD { failure.code = .connectionLost }
        } catch {
            failure.code = error.code
        }
        return failure
    }

    /// Returns the next result, or nil after the last one.
    func nextResult(limit: Duration?) throws(PostgresError) -> QueryResult? {
        while PQisBusy(handle) == 1 { try receive(limit: limit) }
        guard let result = PQgetResult(handle) else { return nil }
        return QueryResult(owning: result)
    }

    private func withCStrings<Result>(
        _ strings: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
    ) -> Result {
        let copies = strings.map { string in string.map { Array($0.utf8CString) } }
        var pointers: [UnsafePointer<CChar>?] = []
        func descend(_ index: Int) -> Result {
            guard index < copies.count else { return pointers.withUnsafeBufferPointer { body($0.baseAddress) } }
            guard let copy = copies[index] else {
                pointers.append(nil)
                return descend(index + 1)
            }
            return copy.withUnsafeBufferPointer { buffer in
                pointers.append(buffer.baseAddress)
                return descend(index + 1)
            }
        }
        return descend(0)
    }
}
