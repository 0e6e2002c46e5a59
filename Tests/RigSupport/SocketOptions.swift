internal import Platform

/// How the kernel looks after one of this process's connections.
public struct SocketOptions: Sendable, Equatable {
    /// Seconds without traffic until the peer is asked whether it lives, nil where it never is.
    public var keepAliveIdle: Int?
    /// Seconds from one such question to the next.
    public var keepAliveInterval: Int?
    /// Questions without an answer until the connection counts as dead.
    public var keepAliveCount: Int?
    /// Milliseconds for which sent data may go unacknowledged; 0 is the system's choice.
    public var userTimeout: Int?

    public init(keepAliveIdle: Int?, keepAliveInterval: Int?, keepAliveCount: Int?, userTimeout: Int?) {
        self.keepAliveIdle = keepAliveIdle
        self.keepAliveInterval = keepAliveInterval
        self.keepAliveCount = keepAliveCount
        self.userTimeout = userTimeout
    }

    /// Those of the connection to a port on 127.0.0.1; nil where there is none.
    public init?(to port: Int) {
        guard let socket = Socket.connected(to: port) else { return nil }
        let tcp = Int32(IPPROTO_TCP)
        let isKept = Socket.option(socket, SOL_SOCKET, SO_KEEPALIVE) == 1
        self.init(
            keepAliveIdle: isKept ? Socket.option(socket, tcp, TCP_KEEPIDLE) : nil,
            keepAliveInterval: isKept ? Socket.option(socket, tcp, TCP_KEEPINTVL) : nil,
            keepAliveCount: isKept ? Socket.option(socket, tcp, TCP_KEEPCNT) : nil,
            userTimeout: Socket.option(socket, tcp, TCP_USER_TIMEOUT))
    }
}
