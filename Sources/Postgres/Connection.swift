internal import CLibpq

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// One session with a PostgreSQL server. Every call blocks its thread, so a connection lives on a thread of its own:
/// it is created, used and closed there, and being noncopyable it does not get away.
///
/// Waiting happens in this type and nowhere else, on a non-blocking socket, so that an ``Interrupt`` and a limit without
/// progress hold for every statement.
public struct Connection: ~Copyable {
    let handle: OpaquePointer
    private let interrupt: Interrupt
    private let silence: SilenceCheck?
    private let notices: Notices

    /// Opens a session.
    ///
    /// - Parameters:
    ///   - parameters: Where to. TCP keepalives, `tcp_user_timeout` and `connect_timeout` get values that notice a dead
    ///     peer within a minute, unless the parameters name others.
    ///   - applicationName: Shown in `pg_stat_activity`.
    ///   - interrupt: Raised, it makes every wait of this connection throw.
    ///   - silence: What is asked while a statement without a limit keeps silent; nil waits for as long as TCP does.
    public init(
        _ parameters: ConnectionParameters, applicationName: String, interrupt: Interrupt,
        silence: SilenceCheck? = nil
    ) throws(PostgresError) {
        var parameters = parameters
        parameters.setDefault("application_name", applicationName)
        parameters.setDefault("keepalives_idle", "30")
        parameters.setDefault("keepalives_interval", "10")
        parameters.setDefault("keepalives_count", "3")
        parameters.setDefault("tcp_user_timeout", "60000")
        parameters["client_encoding"] = "UTF8"

        let pairs = parameters.pairs
        // libpq copies the strings before PQconnectStartParams returns.
        let keywords = pairs.map { strdup($0.keyword) } + [nil]
        let values = pairs.map { strdup($0.value) } + [nil]
        defer { for pointer in keywords + values { free(pointer) } }
        let started = keywords.map { UnsafePointer($0) }.withUnsafeBufferPointer { keywords in
            values.map { UnsafePointer($0) }.withUnsafeBufferPointer { values in
                PQconnectStartParams(keywords.baseAddress, values.baseAddress, 0)
            }
        }
        guard let started else { throw PostgresError(.connectFailed, "libpq could not allocate a connection.") }

        let limit = parameters["connect_timeout"].flatMap { Int($0) } ?? 10
        do throws(PostgresError) {
            try Self.finishConnecting(started, within: .seconds(limit > 0 ? limit : 3600), interrupt)
        } catch {
            PQfinish(started)
            throw error
        }
        handle = started
        self.interrupt = interrupt
        self.silence = silence
        notices = Notices()
        PQsetnonblocking(handle, 1)
        PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
        PQsetNoticeReceiver(handle, Notices.receive, Unmanaged.passUnretained(notices).toOpaque())
    }

    deinit { PQfinish(handle) }
}

// MARK: What the session is

extension Connection {
    /// `host:port/database` as libpq connected, for messages.
    public var endpoint: String {
        func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
        return "\(text(PQhost(handle))):\(text(PQport(handle)))/\(text(PQdb(handle)))"
    }

    /// The server's host as libpq connected to it; starts with `/` for a Unix socket.
    public var host: String { PQhost(handle).map { String(cString: $0) } ?? "" }

    /// The name the session logged in with.
    public var user: String { PQuser(handle).map { String(cString: $0) } ?? "" }

    /// The server's version as a number, such as 150005 for 15.5.
    public var serverVersion: Int { Int(PQserverVersion(handle)) }

    /// The process id that the server reported at the start; a pooler reports its own.
    public var reportedBackendPID: Int { Int(PQbackendPID(handle)) }

    /// Whether the session is encrypted with TLS.
    public var usesTLS: Bool { PQsslInUse(handle) != 0 }

    /// Takes the notices that came since the last call.
    public func takeNotices() -> [Notice] { notices.take() }
}

// MARK: Quoting, by libpq itself

extension Connection {
    /// An identifier in double quotes, for use in a statement.
    public func quoteIdentifier(_ name: String) throws(PostgresError) -> String {
        try quoted(name, PQescapeIdentifier)
    }

    /// A string literal in single quotes, for statements that take no parameters (COPY, DDL).
    public func quoteLiteral(_ text: String) throws(PostgresError) -> String {
        try quoted(text, PQescapeLiteral)
    }

    private func quoted(
        _ text: String, _ quote: (OpaquePointer?, UnsafePointer<CChar>?, Int) -> UnsafeMutablePointer<CChar>?
    ) throws(PostgresError) -> String {
        // libpq counts bytes, and stops at a zero byte, which no PostgreSQL string can hold.
        guard !text.utf8.contains(0), let result = quote(handle, text, text.utf8.count) else {
            throw PostgresError(.invalidParameters, "A name or literal can't be quoted: it is not valid UTF-8 text.")
        }
        defer { PQfreemem(result) }
        return String(cString: result)
    }
}

// MARK: Waiting

extension Connection {
    /// Waits until the socket is ready for one of `events`.
    ///
    /// - Parameter limit: How long nothing may be ready; nil waits for as long as the connection is alive and the
    ///   ``SilenceCheck`` finds the server alive.
    func wait(for events: Int32, limit: Duration?) throws(PostgresError) -> Int32 {
        var start = ContinuousClock.now
        while true {
            if interrupt.isRequested {
                if PQtransactionStatus(handle) == PQTRANS_ACTIVE { CancelRequest(handle)?.send() }
                throw PostgresError(.interrupted, "Interrupted.")
            }
            if let ready = try Self.poll(PQsocket(handle), events) { return ready }
            if let limit, ContinuousClock.now - start > limit {
                throw PostgresError(
                    .stalled, "Nothing moved on the connection for \(limit.components.seconds) seconds.")
            }
            if limit == nil, let silence, ContinuousClock.now - start > silence.interval {
                guard silence.isServerAlive() else {
                    throw PostgresError(
                        .stalled,
                        "The server said nothing for \(silence.interval.components.seconds) seconds, and takes no "
                            + "other connection either.")
                }
                start = .now
            }
        }
    }

    /// Sends what is buffered, reading meanwhile so that two full buffers can't wait for each other.
    func flush(limit: Duration?) throws(PostgresError) {
        while true {
            switch PQflush(handle) {
            case 0: return
            case 1:
                let ready = try wait(for: Int32(POLLIN | POLLOUT), limit: limit)
                if ready & Int32(POLLIN) != 0, PQconsumeInput(handle) == 0 { throw lost() }
            default: throw lost()
            }
        }
    }

    /// Reads whatever the server has sent, waiting for at least something.
    func receive(limit: Duration?) throws(PostgresError) {
        _ = try wait(for: Int32(POLLIN), limit: limit)
        if PQconsumeInput(handle) == 0 { throw lost() }
    }

    /// The error for a connection that libpq gave up. The server's last words, where it had any, carry the SQLSTATE.
    func lost() -> PostgresError {
        if let result = PQgetResult(handle) {
            let error = QueryResult(owning: result).error(.connectionLost)
            if error.sqlState != nil { return error }
        }
        return PostgresError(.connectionLost, PostgresError.sentence(String(cString: PQerrorMessage(handle))))
    }

    /// One tick of waiting; nil when the tick passed with nothing ready.
    private static func poll(_ socket: Int32, _ events: Int32) throws(PostgresError) -> Int32? {
        guard socket >= 0 else { throw PostgresError(.connectionLost, "The connection is closed.") }
        var descriptor = pollfd(fd: socket, events: Int16(events), revents: 0)
        let tick = Int32(Interrupt.tick.components.attoseconds / 1_000_000_000_000_000)
        #if canImport(Glibc)
            let ready = Glibc.poll(&descriptor, 1, tick)
        #elseif canImport(Musl)
            let ready = Musl.poll(&descriptor, 1, tick)
        #else
            let ready = Darwin.poll(&descriptor, 1, tick)
        #endif
        if ready > 0 {
            // POLLERR and POLLHUP count as readable: the read that follows says what happened.
            let readable = descriptor.revents & Int16(POLLIN | POLLERR | POLLHUP) != 0 ? Int32(POLLIN) : 0
            return readable | (Int32(descriptor.revents) & Int32(POLLOUT))
        }
        if ready < 0, errno != EINTR {
            throw PostgresError(
                .connectionLost, "Waiting on the connection failed: \(String(cString: strerror(errno))).")
        }
        return nil
    }
}

// MARK: Connecting

extension Connection {
    /// Drives libpq's connection state machine to its end.
    ///
    /// The verbose form of its messages is asked for because it is the only place where libpq shows the SQLSTATE of a
    /// login that was turned away.
    private static func finishConnecting(
        _ handle: OpaquePointer, within limit: Duration, _ interrupt: Interrupt
    ) throws(PostgresError) {
        PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
        let deadline = ContinuousClock.now + limit
        var state = PGRES_POLLING_WRITING
        guard PQstatus(handle) != CONNECTION_BAD else { throw ConnectFailure.error(handle) }
        while true {
            switch state {
            case PGRES_POLLING_OK: return
            case PGRES_POLLING_FAILED: throw ConnectFailure.error(handle)
            default: break
            }
            let events = state == PGRES_POLLING_READING ? Int32(POLLIN) : Int32(POLLOUT)
            while try poll(PQsocket(handle), events) == nil {
                if interrupt.isRequested { throw PostgresError(.interrupted, "Interrupted.") }
                if ContinuousClock.now > deadline {
                    throw PostgresError(
                        .connectFailed, "The server did not answer within \(limit.components.seconds) seconds.")
                }
            }
            state = PQconnectPoll(handle)
        }
    }
}
