/// Distinguishes a statement that takes long, such as an index build, from a hung server and from a dead connection.
public struct SilenceCheck: Sendable {
    /// The state of the silent session, as another session finds it.
    public enum Finding: Sendable {
        /// The server works for the silent session, as far as can be seen.
        case atWork
        /// The silent session's backend waits for its client, or is gone.
        case notAtWork
        /// The server accepts no other session. It counts as hung when the next check finds the same.
        case unreachable
    }

    /// The length of the server's silence before the first check, and between one check and the next.
    public let interval: Duration
    /// Checks a session. Called on the waiting thread; may take some seconds.
    public let look: @Sendable (Backend) -> Finding
    /// Terminates a backend whose answers no longer arrive: it would hold its locks for as long as its end of the
    /// connection is open.
    public let end: @Sendable (Backend) -> Void

    public init(
        interval: Duration, look: @escaping @Sendable (Backend) -> Finding, end: @escaping @Sendable (Backend) -> Void
    ) {
        self.interval = interval
        self.look = look
        self.end = end
    }
}

/// The server process of one session, as the server itself names it: the process id in the protocol may be a pooler's.
public struct Backend: Sendable, Equatable {
    public static let unknown = Backend(pid: nil, start: nil)

    /// The process id; nil before the server was asked, and where a pooler may give the process to other clients.
    public var pid: Int?
    /// The `backend_start` of the process, which distinguishes it from a later process of the same number; nil where
    /// the role may not see it.
    public var start: String?

    public init(pid: Int?, start: String?) {
        self.pid = pid
        self.start = start
    }
}
