internal import Platform

/// The socket calls that the test servers need, all on 127.0.0.1.
enum Socket {
    struct Failure: Error { var call: String }

    static func listen() throws -> (descriptor: Int32, port: Int) {
        let descriptor = make()
        var address = loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && SystemCalls.listen(descriptor, 64) == 0
                    && getsockname(descriptor, address, &length) == 0
            }
        }
        guard isBound else { throw Failure(call: "listen") }
        return (descriptor, Int(in_port_t(bigEndian: address.sin_port)))
    }

    /// - Returns: A descriptor, or -1.
    static func connect(port: Int) -> Int32 {
        let descriptor = make()
        var address = loopback(port: port)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                SystemCalls.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status != 0 else { return descriptor }
        close(descriptor)
        return -1
    }

    static func accept(_ listener: Int32) -> Int32 { SystemCalls.accept(listener) }

    static func waitReadable(_ descriptor: Int32, milliseconds: Int32) -> Bool {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&waiting, 1, milliseconds) == 1
    }

    static func read(_ descriptor: Int32, _ buffer: inout [UInt8], _ most: Int) -> Int {
        while true {
            let count = recv(descriptor, &buffer, most, 0)
            if count >= 0 || errno != EINTR { return count }
        }
    }

    static func write(_ descriptor: Int32, _ bytes: [UInt8], _ count: Int) -> Bool {
        var sent = 0
        while sent < count {
            let step = bytes.withUnsafeBytes {
                send(descriptor, $0.baseAddress! + sent, count - sent, Int32(MSG_NOSIGNAL))
            }
            if step < 0 && errno == EINTR { continue }
            guard step > 0 else { return false }
            sent += step
        }
        return true
    }

    /// Makes closing it send a reset.
    static func setReset(_ descriptor: Int32) {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    static func reset(_ descriptor: Int32) {
        setReset(descriptor)
        close(descriptor)
    }

    /// A number that the kernel holds for a socket; nil where it has none.
    static func option(_ descriptor: Int32, _ level: Int32, _ name: Int32) -> Int? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, level, name, &value, &length) == 0 ? Int(value) : nil
    }

    /// This process's socket that is connected to a port on 127.0.0.1.
    static func connected(to port: Int) -> Int32? {
        (0..<1024).first { descriptor in
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let status = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) }
            }
            return status == 0 && Int(in_port_t(bigEndian: address.sin_port)) == port
        }
    }

    static func shutDown(_ descriptor: Int32) { shutdown(descriptor, Int32(SHUT_RDWR)) }
    static func close(_ descriptor: Int32) { SystemCalls.close(descriptor) }

    private static func make() -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        return descriptor
    }

    private static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        return address
    }
}

/// The C functions whose names ``Socket`` has taken.
private enum SystemCalls {
    static func listen(_ descriptor: Int32, _ backlog: Int32) -> Int32 { Platform.listen(descriptor, backlog) }
    static func connect(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
        Platform.connect(descriptor, address, length)
    }
    static func accept(_ listener: Int32) -> Int32 {
        let descriptor = Platform.accept(listener, nil, nil)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }
    static func close(_ descriptor: Int32) { _ = Platform.close(descriptor) }
}

/// Threads and time for test servers.
enum Thread {
    static func start(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { context in
                Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(Body(run: body)).toOpaque())
        precondition(status == 0, "The system gives no more threads.")
        pthread_detach(thread)
    }

    static func sleep(milliseconds: Int) { usleep(UInt32(milliseconds) * 1000) }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
