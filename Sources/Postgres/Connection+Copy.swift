internal import CLibpq

/// The direction of a COPY.
public enum CopyDirection: Sendable {
    /// From the server: `COPY … TO STDOUT`.
    case out
    /// To the server: `COPY … FROM STDIN`.
    case `in`
}

extension Connection {
    /// Sends statements with one or more COPYs in one direction, and returns when the data of the first can flow. When
    /// one COPY has succeeded, the next one of the same message has begun.
    ///
    /// - Returns: The rows of the statements before the first COPY.
    @discardableResult
    public func startCopy(_ sql: String, _ direction: CopyDirection, limit: Duration?) throws(PostgresError) -> [Rows] {
        try send(sql, limit: limit)
        return try awaitCopy(direction, limit: limit)
    }

    /// Sends the statements as ``startCopy(_:_:limit:)`` and ``execute(_:limit:holdsNoRows:)`` do, without waiting for answers, so that the
    /// caller can work during the round trip. ``awaitCopy(_:limit:)`` or ``awaitResults(limit:)`` must come next on this connection.
    public func send(_ sql: String, limit: Duration?) throws(PostgresError) {
        try Self.requireText(sql)
        guard PQsendQuery(handle, sql) == 1 else { throw lost() }
        try flush(limit: limit)
    }

    /// Waits until the data of the first requested COPY can flow.
    ///
    /// - Returns: The rows of the statements before it.
    @discardableResult
    public func awaitCopy(_ direction: CopyDirection, limit: Duration?) throws(PostgresError) -> [Rows] {
        var before: [Rows] = []
        let expected = direction == .out ? PGRES_COPY_OUT : PGRES_COPY_IN
        while let result = try nextResult(limit: limit) {
            switch result.status {
            case expected: return before
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK: before.append(result.rows())
            default: throw failure(result, limit: limit)
            }
        }
        throw PostgresError(.unexpectedResult, "The server did not start the COPY.")
    }

    /// Lends the next message of a COPY TO STDOUT, which is one row as PostgreSQL sends it (the binary format's header
    /// comes before the first row in the same message). The bytes are invalid after `body` returns.
    ///
    /// - Returns: The result of `body`, or nil after the last message of one COPY, once that has succeeded.
    public func withNextCopyMessage<Result>(
        limit: Duration?, _ body: (borrowing RawSpan) -> Result
    ) throws(PostgresError) -> Result? {
        while true {
            var buffer: UnsafeMutablePointer<CChar>?
            let count = PQgetCopyData(handle, &buffer, 1)
            if count > 0, let buffer {
                defer { PQfreemem(buffer) }
                return body(RawSpan(_unsafeStart: UnsafeRawPointer(buffer), byteCount: Int(count)))
            }
            switch count {
            case 0: try receive(limit: limit)
            case -1:
                _ = try finishOne(PGRES_COPY_OUT, limit: limit)
                return nil
            default:
                // Both a server's error in mid-stream and a lost connection arrive as a result.
                _ = try collect(limit: limit)
                throw lost()
            }
        }
    }

    /// Sends bytes of a COPY FROM STDIN; they need not end where a row ends. Returns when libpq has handed all of them
    /// to the kernel, so that the buffer here holds no more than one call's bytes.
    public func putCopyData(_ bytes: borrowing RawSpan, limit: Duration?) throws(PostgresError) {
        let sent = bytes.withUnsafeBytes { buffer in
            PQputCopyData(handle, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count))
        }
        guard sent == 1 else { throw copyFailure(limit: limit) }
        try flush(limit: limit)
    }

    /// Completes a COPY FROM STDIN, and returns the number of rows that the server counted.
    public func endCopyIn(limit: Duration?) throws(PostgresError) -> Int {
        guard PQputCopyEnd(handle, nil) == 1 else { throw copyFailure(limit: limit) }
        try flush(limit: limit)
        return try finishOne(PGRES_COPY_IN, limit: limit)
    }

    /// Aborts a COPY FROM STDIN, so that the server rolls it back.
    public func abortCopyIn(limit: Duration?) throws(PostgresError) {
        guard PQputCopyEnd(handle, "abandoned by the client") == 1 else { throw copyFailure(limit: limit) }
        try flush(limit: limit)
        do {
            _ = try collect(limit: limit)
        } catch  where error.sqlState == "57014" {
            // The server confirms it with query_canceled.
        }
    }

    /// Reads the end of one COPY, up to the start of the next one in the same message or to the end of the message.
    private func finishOne(_ next: ExecStatusType, limit: Duration?) throws(PostgresError) -> Int {
        guard let result = try nextResult(limit: limit) else { throw lost() }
        guard result.status == PGRES_COMMAND_OK else { throw failure(result, limit: limit) }
        let rows = result.rows().affected
        guard let following = try nextResult(limit: limit) else { return rows }
        if following.status == next { return rows }
        throw failure(following, limit: limit)
    }

    /// Returns the reason why libpq refused data: the server's own error if it sent one, else the connection's.
    private func copyFailure(limit: Duration?) -> PostgresError {
        do throws(PostgresError) {
            _ = try collect(limit: limit)
            return lost()
        } catch {
            return error
        }
    }
}
