internal import Synchronization

/// Something on a port of 127.0.0.1 that is no PostgreSQL, or only says that it is one.
public final class FakeServer: Sendable {
    public enum Kind: Sendable {
        /// Answers whatever comes as a web server would.
        case http
        /// Lets everybody in and reports this version; statements it never answers.
        case postgreSQL(version: String)
        /// Asks for a password, hands it to this, and lets nobody in.
        case login(@Sendable (String) -> Void)
        /// Takes connections and never says a word.
        case silent
    }

    public let port: Int
    private let listener: Int32
    private let isClosed = Atomic<Bool>(false)

    public init(_ kind: Kind) throws {
        (listener, port) = try Socket.listen()
        Thread.start { [self] in
            while !isClosed.load(ordering: .relaxed) {
                guard Socket.waitReadable(listener, milliseconds: 100) else { continue }
                let client = Socket.accept(listener)
                guard client >= 0 else { continue }
                Thread.start { [self] in serve(client, kind) }
            }
            Socket.close(listener)
        }
    }

    public func close() { isClosed.store(true, ordering: .relaxed) }

    private func serve(_ client: Int32, _ kind: Kind) {
        defer { Socket.close(client) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Socket.read(client, &buffer, buffer.count)
            guard count > 0 else { return }
            switch kind {
            case .http:
                let answer = Array("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8)
                _ = Socket.write(client, answer, answer.count)
                return
            case .postgreSQL(let version):
                // SSLRequest and GSSENCRequest are 8 bytes; the greeting is longer (documentation, "Message Formats").
                let answer = count == 8 ? Array("N".utf8) : Self.greeting(version)
                if buffer[0] == 0 { _ = Socket.write(client, answer, answer.count) }
            case .login(let take):
                if buffer[0] == UInt8(ascii: "p") {
                    take(String(decoding: buffer[5..<count - 1], as: UTF8.self))
                    let refusal = Self.message("E", Array("SFATAL\0C28P01\0Mno\0\0".utf8))
                    _ = Socket.write(client, refusal, refusal.count)
                    return
                }
                let answer = count == 8 ? Array("N".utf8) : Self.message("R", [0, 0, 0, 3])
                _ = Socket.write(client, answer, answer.count)
            case .silent: break
            }
        }
    }

    private static func greeting(_ version: String) -> [UInt8] {
        message("R", [0, 0, 0, 0]) + message("S", Array("server_version\0\(version)\0".utf8))
            + message("S", Array("client_encoding\0UTF8\0".utf8)) + message("K", [0, 0, 0, 1, 0, 0, 0, 2])
            + message("Z", Array("I".utf8))
    }

    private static func message(_ type: Character, _ body: [UInt8]) -> [UInt8] {
        let length = UInt32(body.count + 4).bigEndian
        return [type.asciiValue ?? 0] + withUnsafeBytes(of: length) { Array($0) } + body
    }
}

/// A port on 127.0.0.1 on which nothing listened a moment ago.
public func freePort() throws -> Int {
    let (descriptor, port) = try Socket.listen()
    Socket.close(descriptor)
    return port
}
