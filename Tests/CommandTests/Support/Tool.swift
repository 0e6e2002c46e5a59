import Foundation
import Platform

/// The built program, run as an operator runs it.
struct Tool {
    struct Ended {
        var status: Int32
        var output: String
        var errors: String
    }

    private let process = Process()
    private let output = Pipe()
    private let errors = Pipe()

    /// Starts it with these arguments and no variable of vecferry's or libpq's but these.
    init(_ arguments: [String], environment: [String: String] = [:]) throws {
        // The tests' own program is built beside it.
        let tests = URL(filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        process.executableURL = tests.deletingLastPathComponent().appending(path: "vecferry")
        process.arguments = arguments
        let inherited = ProcessInfo.processInfo.environment.filter { name, _ in
            !name.hasPrefix("VECFERRY_") && !name.hasPrefix("PG")
        }
        process.environment = inherited.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
    }

    var id: pid_t { process.processIdentifier }

    func signal(_ number: Int32) { kill(id, number) }

    /// What `ps` shows: the arguments, each ended by a NUL.
    func commandLine() throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: "/proc/\(id)/cmdline")), as: UTF8.self)
    }

    /// Waits for its end. What it prints here fits into a pipe.
    func ended() -> Ended {
        process.waitUntilExit()
        return Ended(
            status: process.terminationStatus,
            output: String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self),
            errors: String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self))
    }

    static func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Ended {
        try Tool(arguments, environment: environment).ended()
    }
}

/// A server that accepts connections on loopback and never answers.
final class SilentServer: Sendable {
    let port: Int
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = descriptor
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard status else { throw POSIXError(.EADDRINUSE) }
        port = Int(in_port_t(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }

    /// Waits for a client; it stays connected until the tests end.
    func waitForClient() throws {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, 20_000) == 1, accept(descriptor, nil, nil) >= 0 else { throw POSIXError(.ETIMEDOUT) }
    }
}
