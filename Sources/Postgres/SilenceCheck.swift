/// How a statement that may take long, such as an index build, is told from a server that hangs and from a connection that
/// stands still.
public struct SilenceCheck: Sendable {
    /// What another session finds.
    public enum Finding: Sendable {
        /// The server works for the silent session, as far as can be seen.
        case atWork
        /// The silent session's backend waits for its client, or is gone.
        case notAtWork
        /// The server answers nobody, if the next look finds that too.
        case unreachable
    }

    /// How long the server may be silent before it is looked after, and again from one look to the next.
    public let interval: Duration
    /// Looks after a session. Called on the waiting thread, it may take some seconds.
    public let look: @Sendable (Backend) -> Finding
    /// Ends a backend that can't be heard any more, which would hold its locks for as long as its end of the line is open.
    public let end: @Sendable (Backend) -> Void

    public init(
        interval: Duration, look: @escaping @Sendable (Backend) -> Finding, end: @escaping @Sendable (Backend) -> Void
    ) {
        self.interval = interval
        self.look = look
        self.end = end
    }
}

/// The server process of one session, as the server itself names it: what the protocol tells may be a pooler's.
public struct Backend: Sendable, Equatable {
    public static let unknown = Backend(pid: nil, start: nil)

    /// nil where nobody has asked, or where a pooler may give the process to others.
    public var pid: Int?
    /// `backend_start`, which tells it from a later process of the same number; nil where the role may not see it.
    public var start: String?

    public init(pid: Int?, start: String?) {
        self.pid = pid
        self.start = start
    }
}
