internal import CLibpq
internal import Platform

/// One session with a PostgreSQL server. Every call blocks its thread, so a connection lives on a thread of its own:
/// it is created, used and closed there, and since it is noncopyable it can't escape.
///
/// All waiting happens in this type, on a non-blocking socket, so that an ``Interrupt`` and a limit on silence apply to
/// every statement.
public struct Connection: ~Copyable {
    /// libpq's handle of the session; owned, and closed in `deinit`.
    let handle: OpaquePointer
    /// The interrupt that ends every wait when it is raised.
    let interrupt: Interrupt
    private let silence: SilenceCheck?
    private let notices: Notices
    /// The server process that a ``SilenceCheck`` inspects. The caller sets it once the server has named it.
    public var backend: Backend

    /// Takes over a session that libpq has begun to open; ``prepare()`` follows when it is open.
    init(owning handle: OpaquePointer, interrupt: Interrupt, silence: SilenceCheck?) {
        self.handle = handle
        self.interrupt = interrupt
        self.silence = silence
        notices = Notices()
        backend = .unknown
    }

    /// Opens a session with the settings of ``Login/init(_:applicationName:interrupt:silence:first:)``.
    public init(
        _ parameters: ConnectionParameters, applicationName: String, interrupt: Interrupt,
        silence: SilenceCheck? = nil
    ) throws(PostgresError) {
        self = try Login(
            parameters, applicationName: applicationName, interrupt: interrupt, silence: silence, first: nil
        ).finish()
    }

    /// Configures an open session as this type requires.
    func prepare() {
        PQsetnonblocking(handle, 1)
        PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
        PQsetNoticeReceiver(handle, Notices.receive, Unmanaged.passUnretained(notices).toOpaque())
    }

    deinit { PQfinish(handle) }
}

// MARK: Properties of the session

extension Connection {
    /// The `host:port/database` that libpq connected to, for messages.
    public var endpoint: String {
        func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
        return "\(text(PQhost(handle))):\(text(PQport(handle)))/\(text(PQdb(handle)))"
    }

    /// The host that libpq connected to; starts with `/` for a Unix socket.
    public var host: String { PQhost(handle).map { String(cString: $0) } ?? "" }

    /// The server's version as a number, such as 150005 for 15.5.
    public var serverVersion: Int { Int(PQserverVersion(handle)) }

    /// The database's encoding, such as `UTF8`, as the server reported it at the start.
    public var serverEncoding: String {
        PQparameterStatus(handle, "server_encoding").map { String(cString: $0) } ?? ""
    }

    /// The process id that the server reported at the start; a pooler reports its own.
    public var reportedBackendPID: Int { Int(PQbackendPID(handle)) }

    /// The protection of the session's traffic.
    public var encryption: Encryption {
        guard PQsslInUse(handle) != 0 else { return .none }
        var settings: [String: String] = [:]
        if let options = PQconninfo(handle) {
            defer { PQconninfoFree(options) }
            var option = options
            while let keyword = option.pointee.keyword {
                settings[String(cString: keyword)] = option.pointee.val.map { String(cString: $0) } ?? ""
                option += 1
            }
        }
        return Encryption(mode: settings["sslmode"] ?? "", authorities: settings["sslrootcert"] ?? "")
    }

    /// Removes and returns the notices that arrived since the last call.
    public func takeNotices() -> [Notice] { notices.take() }
}

// MARK: Waiting

extension Connection {
    /// Waits until the socket is ready for one of `events`.
    ///
    /// - Parameter limit: The longest silence to accept; nil waits for as long as the connection is alive and the
    ///   ``SilenceCheck`` finds the server at work.
    func wait(for events: Int32, limit: Duration?) throws(PostgresError) -> Int32 {
        let begin = ContinuousClock.now
        var start = begin
        var wasReachable = true
        while true {
            if interrupt.isRequested {
                if PQtransactionStatus(handle) == PQTRANS_ACTIVE { CancelRequest(handle)?.send() }
                throw PostgresError(.interrupted, "Interrupted.")
            }
            if let ready = try Self.poll(PQsocket(handle), events) { return ready }
            if let limit, ContinuousClock.now - start > limit {
                throw PostgresError(
                    .stalled, "No data moved on the connection for \(limit.components.seconds) seconds.")
            }
            if limit == nil, let silence, ContinuousClock.now - start > silence.interval {
                if let ready = try look(silence, events, since: begin, &wasReachable) { return ready }
                start = .now
            }
        }
    }

    /// Checks a server that is silent.
    ///
    /// - Parameter wasReachable: Whether the previous check reached the server.
    /// - Returns: The events that are ready; nil to keep waiting.
    private func look(
        _ silence: SilenceCheck, _ events: Int32, since begin: ContinuousClock.Instant, _ wasReachable: inout Bool
    ) throws(PostgresError) -> Int32? {
        let finding = silence.look(backend)
        let seconds = (ContinuousClock.now - begin).components.seconds
        switch finding {
        case .atWork:
            wasReachable = true
            return nil
        case .notAtWork:
            // The answer may have left the server just before the check.
            for _ in 0..<10 where !interrupt.isRequested {
                if let ready = try Self.poll(PQsocket(handle), events) { return ready }
            }
            silence.end(backend)
            throw PostgresError(
                .stalled,
                "No data arrived for \(seconds) seconds, and the server is not working on the statement.")
        case .unreachable where wasReachable:
            // A loaded server or a brief network fault may fail one check, and the statement may have run for hours.
            wasReachable = false
            return nil
        case .unreachable:
            throw PostgresError(
                .stalled, "The server sent nothing for \(seconds) seconds and accepts no other connection.")
        }
    }

    /// Sends the buffered data, and reads meanwhile so that two full buffers can't wait for each other.
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

    /// Reads what the server has sent, waiting until something arrives.
    func receive(limit: Duration?) throws(PostgresError) {
        _ = try wait(for: Int32(POLLIN), limit: limit)
        if PQconsumeInput(handle) == 0 { throw lost() }
    }

    /// Returns the error of a connection that libpq has given up. The server's last message, if any, carries the
    /// SQLSTATE.
    func lost() -> PostgresError {
        if let result = PQgetResult(handle) {
            let error = QueryResult(owning: result).error(.connectionLost)
            if error.sqlState != nil { return error }
        }
        return PostgresError(.connectionLost, PostgresError.sentence(ServerText.copy(PQerrorMessage(handle))))
    }

    /// Waits for one tick, and returns the events that are ready; nil if none are.
    private static func poll(_ socket: Int32, _ events: Int32) throws(PostgresError) -> Int32? {
        guard socket >= 0 else { throw PostgresError(.connectionLost, "The connection is closed.") }
        var descriptor = pollfd(fd: socket, events: Int16(events), revents: 0)
        guard try poll(&descriptor, count: 1) else { return nil }
        // POLLERR and POLLHUP count as readable: the read that follows reports the cause.
        let readable = descriptor.revents & Int16(POLLIN | POLLERR | POLLHUP) != 0 ? Int32(POLLIN) : 0
        return readable | (Int32(descriptor.revents) & Int32(POLLOUT))
    }

    /// Waits for any of these sockets for one tick.
    ///
    /// - Returns: Whether one is ready; the descriptors show which.
    static func poll(_ descriptors: UnsafeMutablePointer<pollfd>, count: Int) throws(PostgresError) -> Bool {
        let tick = Int32(Interrupt.tick.components.attoseconds / 1_000_000_000_000_000)
        let ready = Platform.poll(descriptors, nfds_t(count), tick)
        if ready < 0, errno != EINTR {
            throw PostgresError(
                .connectionLost, "Waiting on the connection failed: \(String(cString: strerror(errno))).")
        }
        return ready > 0
    }
}
