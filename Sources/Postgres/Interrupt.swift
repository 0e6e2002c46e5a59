import Synchronization

/// A request to stop that any thread may raise and every waiting connection notices within ``tick``.
///
/// It is never reset: a stopped job resumes in a new process.
public final class Interrupt: Sendable {
    /// The time that a connection waits on its socket before it checks the flag again: short enough that a Ctrl-C feels
    /// immediate, long enough to cost nothing.
    static let tick: Duration = .milliseconds(100)

    private let flag = Atomic<Bool>(false)

    /// An interrupt that has not been raised.
    public init() {}

    /// Whether ``request()`` has been called.
    public var isRequested: Bool { flag.load(ordering: .acquiring) }

    /// Asks every connection that holds this interrupt to cancel its statement and to throw
    /// ``PostgresError/Code/interrupted``.
    public func request() { flag.store(true, ordering: .releasing) }
}
