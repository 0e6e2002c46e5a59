public import Postgres
internal import SQLStatements

/// The address of one side, and all that it takes to open sessions there.
public struct Endpoint: Sendable {
    /// The side, which errors and hints name.
    public let side: Side
    /// The address and the user, as libpq takes them.
    public let parameters: ConnectionParameters
    /// What completes the address for each new connection; nil where the address is whole.
    private let credentials: Credentials?
    /// How long a server may be silent in the middle of a stream before it counts as hung.
    public let stallLimit: Duration
    /// The pace at which its sessions read rows; nil for as fast as they come.
    public var rate: RateLimit?
    /// Ends every wait of its sessions when it is raised.
    private(set) var interrupt: Interrupt
    /// Whether its sessions are read-only: always on the source, and on a target that is only compared.
    private var isReadOnly: Bool

    /// - Parameters:
    ///   - credentials: Where the password comes from; nil for the address, or libpq's own places such as `.pgpass`.
    ///   - interrupt: Ends every wait of every session opened here when it is raised.
    public init(
        _ side: Side, _ parameters: ConnectionParameters, credentials: CredentialSource? = nil,
        stallLimit: Duration = .seconds(120), interrupt: Interrupt
    ) {
        self.side = side
        self.parameters = parameters
        self.credentials = credentials.map { Credentials($0, side: side) }
        self.stallLimit = stallLimit
        self.interrupt = interrupt
        isReadOnly = side == .source
    }

    /// The same address with read-only sessions.
    var readOnly: Endpoint {
        var endpoint = self
        endpoint.isReadOnly = true
        return endpoint
    }

    /// The same address for a few last statements after an interrupt, which all together may take this long from now on.
    func forLastWords(within limit: Duration = .seconds(1)) -> Endpoint {
        let interrupt = Interrupt()
        WorkerThread.startDetached {
            Pause.milliseconds(Int(limit / .milliseconds(1)))
            interrupt.request()
        }
        var endpoint = self
        endpoint.interrupt = interrupt
        return endpoint
    }

    /// Opens a session with the settings of `sql/session.sql`; of a read-only endpoint, one that can't write.
    ///
    /// - Parameter statements: Statements to run in the same round trip, in transactions of their own.
    func connect(_ statements: String = "") throws(FerryError) -> Session {
        try finish(try startLogin(statements))
    }

    /// Begins to open a session as ``connect(_:)`` does.
    func startLogin(_ statements: String = "") throws(FerryError) -> Login {
        let readOnly = isReadOnly ? "SET default_transaction_read_only TO on;" : ""
        // The settings are committed, so that no later ROLLBACK undoes them.
        return try startLogin(
            first: "BEGIN; \(Statements.session)\(readOnly)\(Self.backendSQL); COMMIT; \(statements)",
            silence: SilenceCheck(interval: stallLimit, look: look(after:), end: end))
    }

    /// Waits until the session is open and has the settings.
    func finish(_ login: consuming Login) throws(FerryError) -> Session {
        try withSettings(try opened(login))
    }

    /// Finishes one login and advances the other meanwhile.
    func finish(_ login: consuming Login, beside other: inout Login) throws(FerryError) -> Session {
        let session: Session
        do throws(PostgresError) {
            session = Session(try login.finish(beside: &other), side: side, stallLimit: stallLimit, rate: rate)
        } catch {
            throw FerryError(error, side)
        }
        return try withSettings(session)
    }

    private func opened(_ login: consuming Login) throws(FerryError) -> Session {
        do throws(PostgresError) {
            return Session(try login.finish(), side: side, stallLimit: stallLimit, rate: rate)
        } catch {
            throw FerryError(error, side)
        }
    }

    private func withSettings(_ opened: consuming Session) throws(FerryError) -> Session {
        var session = opened
        // First, since an old server lacks some of the settings.
        try requireSupported(session)
        let answer = try session.awaitResults().first { $0.columns == ["backend", "start"] }
        // A pooler reports a process id of its own, and may give this backend to another client before it is terminated.
        if let row = answer?.first, try row.int("backend") == session.reportedBackendPID {
            session.backend = Backend(pid: session.reportedBackendPID, start: try row.optional("start"))
        }
        return session
    }

    /// The address with user, password and all else that it takes to log in now.
    func completed() throws(FerryError) -> ConnectionParameters {
        try credentials?.complete(parameters, interrupt) ?? parameters
    }

    private func startLogin(first: String, silence: SilenceCheck?) throws(FerryError) -> Login {
        var parameters = try completed()
        // Data that the kernel has yet to send must not wait for longer: its own limit is a quarter of an hour.
        parameters.setDefault("tcp_user_timeout", "\(stallLimit.components.seconds * 1000)")
        do throws(PostgresError) {
            return try Login(
                parameters, applicationName: "vecferry", interrupt: interrupt, silence: silence, first: first)
        } catch {
            throw FerryError(error, side)
        }
    }

    /// Asks for the session's own backend.
    private static let backendSQL =
        "SELECT pid AS backend, backend_start AS start FROM pg_stat_get_activity(pg_backend_pid())"

    /// Checks over another session whether the server is at work for a silent one. A backend that waits for its client has
    /// sent an answer that was lost, or waits for a statement that was lost; a backend that is gone may have belonged to a
    /// server that failed over. A state that the role may not see counts as work.
    private func look(after backend: Backend) -> SilenceCheck.Finding {
        do throws(FerryError) {
            let session = try opened(try startLogin(first: "SELECT 1", silence: nil))
            _ = try session.awaitResults(.within(.seconds(10)))
            guard let pid = backend.pid else { return .atWork }
            let row = try session.query(
                """
                SELECT wait_event_type IS DISTINCT FROM 'Client' AS is_at_work FROM pg_stat_get_activity($1)
                WHERE (backend_start = $2) IS NOT FALSE
                """, ["\(pid)", backend.start], .within(.seconds(10))
            ).first
            return try row?.bool("is_at_work") == true ? .atWork : .notAtWork
        } catch {
            // A server that reports a reason is reachable. An interrupt is for the waiting session to notice; a missing
            // password, certificate or address says nothing about the server.
            return error.isRetryable && error.cause?.sqlState == nil ? .unreachable : .atWork
        }
    }

    private func end(_ backend: Backend) {
        guard backend.pid != nil, let session = try? connect() else { return }
        try? session.end(backend)
    }

    /// PostgreSQL 12 is the oldest with `GENERATED` columns and shortest-exact float output, which the catalog's
    /// statements and the text format rely on.
    private func requireSupported(_ session: borrowing Session) throws(FerryError) {
        let version = session.serverVersion
        guard version < 120_000 else { return }
        // Until 9.6, the first two numbers name the major version.
        let name = version < 100_000 ? "\(version / 10_000).\(version / 100 % 100)" : "\(version / 10_000)"
        throw FerryError(
            .unsupported, "The server is PostgreSQL \(name); vecferry requires PostgreSQL 12 or later.",
            hint: "Upgrade the server first, or restore the snapshot into a newer version.", side: side)
    }
}

extension Session {
    /// Terminates a backend that a lost session of vecferry's may have left behind: it would hold its locks for as long as
    /// its end of the connection is open. One that is gone, or that the role may not terminate, is left to the server.
    ///
    /// A process of the same number is another session's if it started at another time, or has another user or application; the session
    /// with vecferry's lock has the command behind its application's name.
    func end(_ backend: Backend) throws(FerryError) {
        guard let pid = backend.pid else { return }
        try query(
            """
            SELECT pg_terminate_backend(a.pid) FROM pg_stat_get_activity($1) AS a
            WHERE (a.backend_start = $2) IS NOT FALSE
                AND starts_with(a.application_name || ' ', current_setting('application_name') || ' ')
                AND pg_get_userbyid(a.usesysid) = session_user
            """, ["\(pid)", backend.start], .prompt)
    }
}
