/// How a statement that may take long, such as an index build, is told from a server that hangs.
public struct SilenceCheck: Sendable {
    /// How long the server may be silent before it is looked after, and again from one look to the next.
    public let interval: Duration
    /// Whether the server answers somebody else. It is called on the waiting thread, and may take some seconds.
    public let isServerAlive: @Sendable () -> Bool

    public init(interval: Duration, isServerAlive: @escaping @Sendable () -> Bool) {
        self.interval = interval
        self.isServerAlive = isServerAlive
    }
}
