internal import Platform
internal import Synchronization

/// A TCP proxy between vecferry and a server, which does to the stream what networks do.
///
/// Each connection that comes in gets its own number, from 0, and its own ``Fault``, asked for when it is accepted.
public final class Proxy: Sendable {
    /// The way of bytes.
    public enum Direction: Sendable { case toServer, toClient }

    /// What happens to one connection.
    public enum Fault: Sendable {
        case none
        /// The connection is closed as soon as it is accepted.
        case refuse
        /// Both ends are reset when this many bytes have gone in a direction.
        case cut(Direction, after: Int)
        /// Nothing more is passed on when this many bytes have gone in a direction; both ends stay open.
        case stall(Direction, after: Int)
        /// At most this many bytes a second, up to 320,000, in each direction; each piece comes 50 ms late.
        case throttle(bytesPerSecond: Int)
        /// One bit of a byte is flipped: the one at `offset` behind the first time that `marker` goes by.
        case flip(Direction, marker: [UInt8], offset: Int)
    }

    /// The port on 127.0.0.1 where it listens.
    public let port: Int
    private let listener: Int32
    private let backends: [Int]
    private let fault: @Sendable (Int) -> Fault
    private let accepted = Atomic<Int>(0)
    private let struck = Atomic<Int>(0)
    private let isClosed = Atomic<Bool>(false)
    private let isFrozen = Atomic<Bool>(false)
    private let redirected = Atomic<Int>(0)
    private let links = Mutex<[Link]>([])

    /// - Parameters:
    ///   - backends: Ports on 127.0.0.1; connections go to them in turn.
    ///   - fault: What happens to the connection of a number.
    public init(to backends: [Int], fault: @escaping @Sendable (Int) -> Fault = { _ in .none }) throws {
        self.backends = backends
        self.fault = fault
        (listener, port) = try Socket.listen()
        Thread.start { [self] in accept() }
    }

    /// How many connections came in.
    public var connections: Int { accepted.load(ordering: .relaxed) }
    /// How many faults struck.
    public var strikes: Int { struck.load(ordering: .relaxed) }

    /// Passes nothing on, in any connection, and accepts none.
    public func freeze() {
        isFrozen.store(true, ordering: .relaxed)
        Figures.count(.servers)
    }
    public func thaw() { isFrozen.store(false, ordering: .relaxed) }

    /// Leads connections that come in from now on to another port; those that are open stay where they are.
    public func redirect(to port: Int) { redirected.store(port, ordering: .relaxed) }

    /// Resets all connections that are open now.
    public func cutAll() {
        for link in links.withLock({ $0 }) where link.reset() { strike() }
    }

    /// Passes nothing on any more in the connections that are open now, which stay open; later ones are served.
    public func stallAll() {
        for link in links.withLock({ $0 }) where link.stall() { strike() }
    }

    /// Stops listening, and resets everything.
    public func close() {
        guard !isClosed.exchange(true, ordering: .relaxed) else { return }
        Socket.shutDown(listener)
        for link in links.withLock({ $0 }) { _ = link.reset() }
    }

    private func strike() {
        struck.add(1, ordering: .relaxed)
        Figures.count(.connections)
    }

    private func accept() {
        while !isClosed.load(ordering: .relaxed) {
            guard !isFrozen.load(ordering: .relaxed) else {
                Thread.sleep(milliseconds: 20)
                continue
            }
            guard Socket.waitReadable(listener, milliseconds: 100), !isFrozen.load(ordering: .relaxed) else { continue }
            let client = Socket.accept(listener)
            guard client >= 0 else { continue }
            let number = accepted.add(1, ordering: .relaxed).oldValue
            let fault = fault(number)
            guard case .refuse = fault else {
                serve(client, number, fault)
                continue
            }
            strike()
            Socket.reset(client)
        }
        Socket.close(listener)
    }

    private func serve(_ client: Int32, _ number: Int, _ fault: Fault) {
        let port = redirected.load(ordering: .relaxed)
        let server = Socket.connect(port: port > 0 ? port : backends[number % backends.count])
        guard server >= 0 else { return Socket.reset(client) }
        let link = Link(client: client, server: server)
        links.withLock { $0.append(link) }
        Thread.start { [self] in pump(link, .toServer, fault) }
        Thread.start { [self] in pump(link, .toClient, fault) }
    }

    /// Passes on one direction's bytes until either end closes.
    private func pump(_ link: Link, _ direction: Direction, _ fault: Fault) {
        let (from, to) = direction == .toServer ? (link.client, link.server) : (link.server, link.client)
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        var passed = 0
        var search = MarkerSearch(fault, direction)
        defer { link.end() }
        while true {
            while isFrozen.load(ordering: .relaxed), !link.isReset { Thread.sleep(milliseconds: 20) }
            var most = buffer.count
            switch fault {
            case .cut(direction, let limit):
                most = min(most, limit - passed)
                if most <= 0 {
                    if link.reset() { strike() }
                    return
                }
            case .stall(direction, let limit):
                most = min(most, limit - passed)
                if most <= 0 {
                    strike()
                    while !link.isReset, !isClosed.load(ordering: .relaxed) { Thread.sleep(milliseconds: 20) }
                    return
                }
            case .throttle(let rate):
                most = min(most, max(1, rate / 20))
                Thread.sleep(milliseconds: 50)
            default: break
            }
            let count = Socket.read(from, &buffer, most)
            guard count > 0 else { return }
            while link.isStalled, !link.isReset { Thread.sleep(milliseconds: 20) }
            if search.flip(in: &buffer, count: count) { strike() }
            guard Socket.write(to, buffer, count) else { return }
            passed += count
        }
    }
}

/// Finds a marker in a stream that comes in pieces, and flips a bit behind it.
private struct MarkerSearch {
    private let marker: [UInt8]
    private let offset: Int
    private var matched = 0
    /// How many bytes are still to go to the one that is flipped; nil before the marker.
    private var left: Int?
    private var isDone: Bool

    init(_ fault: Proxy.Fault, _ direction: Proxy.Direction) {
        guard case .flip(direction, let marker, let offset) = fault else {
            (marker, offset, isDone) = ([], 0, true)
            return
        }
        (self.marker, self.offset, isDone) = (marker, offset, false)
    }

    /// - Returns: Whether it flipped one.
    mutating func flip(in bytes: inout [UInt8], count: Int) -> Bool {
        guard !isDone else { return false }
        for position in 0..<count {
            if let steps = left {
                if steps == 0 {
                    bytes[position] ^= 0x10
                    isDone = true
                    return true
                }
                left = steps - 1
            } else {
                // The markers that tests use have no border, so that falling back to the start is enough.
                matched = bytes[position] == marker[matched] ? matched + 1 : bytes[position] == marker[0] ? 1 : 0
                if matched == marker.count { left = offset }
            }
        }
        return false
    }
}

/// The two sockets of one connection.
private final class Link: Sendable {
    let client: Int32
    let server: Int32
    private let pumps = Atomic<Int>(2)
    private let wasReset = Atomic<Bool>(false)
    private let wasStalled = Atomic<Bool>(false)

    init(client: Int32, server: Int32) {
        self.client = client
        self.server = server
    }

    var isReset: Bool { wasReset.load(ordering: .relaxed) }
    var isStalled: Bool { wasStalled.load(ordering: .relaxed) }

    /// - Returns: Whether it was open and moving.
    func stall() -> Bool {
        pumps.load(ordering: .relaxed) == 2 && !wasStalled.exchange(true, ordering: .relaxed)
    }

    /// - Returns: Whether it was still open.
    func reset() -> Bool {
        guard pumps.load(ordering: .relaxed) == 2, !wasReset.exchange(true, ordering: .relaxed) else { return false }
        Socket.setReset(client)
        Socket.setReset(server)
        Socket.shutDown(client)
        Socket.shutDown(server)
        return true
    }

    /// One pump has ended: the other is woken, and the last one closes.
    func end() {
        Socket.shutDown(client)
        Socket.shutDown(server)
        guard pumps.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 else { return }
        Socket.close(client)
        Socket.close(server)
    }
}
