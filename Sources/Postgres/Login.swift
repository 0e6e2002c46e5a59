internal import CLibpq
internal import Platform

/// A session that is being opened. A login takes five or six round trips in which its thread is idle, so two logins may
/// overlap.
///
/// It sends the session's first statements as soon as the server accepts the session;
/// ``Connection/awaitResults(limit:)`` returns their answers.
public struct Login: ~Copyable {
    private enum State {
        case connecting(PostgresPollingStatusType)
        case connected
        case failed(PostgresError)
    }

    private let connection: Connection
    private var state: State
    private let first: String?
    private let limit: Duration
    private let deadline: ContinuousClock.Instant

    /// The seconds that a login may take where `connect_timeout` is not set.
    public static let defaultTimeout = 10

    /// Begins to open a session.
    ///
    /// - Parameters:
    ///   - parameters: The server and the options. TCP keepalives, `tcp_user_timeout` and `connect_timeout` get values
    ///     that notice a dead peer within a minute, unless the parameters name others.
    ///   - applicationName: The name that `pg_stat_activity` shows.
    ///   - interrupt: The interrupt that, when raised, makes every wait of this connection throw.
    ///   - silence: The check to run while a statement without a limit is silent; nil waits for as long as TCP does.
    ///   - first: The session's first statements, sent as one message; nil for none.
    public init(
        _ parameters: ConnectionParameters, applicationName: String, interrupt: Interrupt,
        silence: SilenceCheck? = nil, first: String?
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
        connection = Connection(owning: started, interrupt: interrupt, silence: silence)
        let seconds = parameters["connect_timeout"].flatMap { Int($0) } ?? Self.defaultTimeout
        limit = .seconds(seconds > 0 ? seconds : 3600)
        deadline = ContinuousClock.now + limit
        self.first = first
        // The verbose form of libpq's messages is the only place where it shows the SQLSTATE of a login that was
        // rejected.
        PQsetErrorVerbosity(started, PQERRORS_VERBOSE)
        let hasFailed = PQstatus(started) == CONNECTION_BAD
        state = hasFailed ? .failed(ConnectFailure.error(started)) : .connecting(PGRES_POLLING_WRITING)
    }

    /// Waits until the session is open.
    public consuming func finish() throws(PostgresError) -> Connection {
        while isUnderWay {
            var socket = waiting
            advance(try Connection.poll(&socket, count: 1))
        }
        return try opened()
    }

    /// Waits until the session is open, and advances the other login meanwhile. A fault of the other one is thrown when
    /// that one is finished.
    public consuming func finish(beside other: inout Login) throws(PostgresError) -> Connection {
        while isUnderWay {
            // poll(2) ignores a negative descriptor.
            var sockets = [waiting, other.isUnderWay ? other.waiting : pollfd(fd: -1, events: 0, revents: 0)]
            let isReady = try Connection.poll(&sockets, count: sockets.count)
            advance(isReady && sockets[0].revents != 0)
            other.advance(isReady && sockets[1].revents != 0)
        }
        return try opened()
    }

    private consuming func opened() throws(PostgresError) -> Connection {
        if case .failed(let error) = state { throw error }
        return connection
    }

    // MARK: libpq's state machine

    private var isUnderWay: Bool { if case .connecting = state { true } else { false } }

    private var waiting: pollfd {
        let isReading = if case .connecting(PGRES_POLLING_READING) = state { true } else { false }
        return pollfd(fd: PQsocket(connection.handle), events: Int16(isReading ? POLLIN : POLLOUT), revents: 0)
    }

    private mutating func advance(_ isReady: Bool) {
        guard isUnderWay else { return }
        if isReady {
            state = .connecting(PQconnectPoll(connection.handle))
        } else if connection.interrupt.isRequested {
            state = .failed(PostgresError(.interrupted, "Interrupted."))
        } else if ContinuousClock.now > deadline {
            state = .failed(
                PostgresError(
                    .connectFailed,
                    "The server\(place.map { " at \($0)" } ?? "") did not answer within \(limit.components.seconds) \(limit.components.seconds == 1 ? "second" : "seconds")."
                ))
        }
        switch state {
        case .connecting(PGRES_POLLING_OK): begin()
        case .connecting(PGRES_POLLING_FAILED): state = .failed(ConnectFailure.error(connection.handle))
        default: break
        }
    }

    /// The host and port that are tried, such as `db.example.com:5432`.
    private var place: String? {
        guard let host = PQhost(connection.handle), host.pointee != 0, let port = PQport(connection.handle) else {
            return nil
        }
        return "\(ServerText.copy(host)):\(ServerText.copy(port))"
    }

    private mutating func begin() {
        connection.prepare()
        do throws(PostgresError) {
            if let first { try connection.request(first) }
            state = .connected
        } catch {
            state = .failed(error)
        }
    }
}
