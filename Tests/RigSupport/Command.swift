internal import Foundation
internal import Platform
internal import Synchronization

/// A child process that can be signalled at will, and whose output is read while it runs.
///
/// Not Foundation's `Process`: that counts a program as running for as long as a server that it started lives.
public final class Command: Sendable {
    /// How it ended.
    public struct Ended: Sendable {
        /// The exit code, or 128 and the signal that killed it.
        public var status: Int32
        public var output: String
        public var errors: String

        /// All that it said, for messages of failed tests.
        public var said: String { "status \(status)\n\(output)\n\(errors)" }
    }

    struct Failure: Error { var program: String }

    public let id: Int32
    private let output: Collector
    /// nil on a terminal, where output and errors are one.
    private let errors: Collector?
    /// Our end of its terminal; negative without one.
    private let terminal: Int32
    private let status = Mutex<Int32?>(nil)

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - environment: All of its variables; nil hands on those of the tests.
    ///   - size: Columns and rows of a terminal of its own, which is then its input, output and errors.
    public init(
        _ program: String, _ arguments: [String], environment: [String: String]? = nil,
        onTerminal size: (columns: Int, rows: Int)? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        var channels: [Channel] = []
        if let size {
            terminal = try Self.openTerminal(size)
            // Opened by the leader of a session, it becomes its terminal.
            posix_spawn_file_actions_addopen(&actions, 0, Self.path(of: terminal), O_RDWR, 0)
            posix_spawn_file_actions_adddup2(&actions, 0, 1)
            posix_spawn_file_actions_adddup2(&actions, 0, 2)
        } else {
            terminal = -1
            channels = [try Channel(), try Channel()]
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_adddup2(&actions, channels[0].writing, 1)
            posix_spawn_file_actions_adddup2(&actions, channels[1].writing, 2)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        // Tests that run in the background may have been started with Ctrl-C ignored.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGHUP, SIGINT, SIGTERM, SIGPIPE] { sigaddset(&signals, number) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        // A thread of the pool blocks signals, and a child begins as the thread that starts it.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        // POSIX_SPAWN_SETSID (spawn.h), which Swift's Glibc does not have.
        let ownSession = size == nil ? 0 : Int32(0x80)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | ownSession))
        let variables = environment ?? ProcessInfo.processInfo.environment
        let argv = ([program] + arguments).map { strdup($0) } + [nil]
        let envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            for pointer in argv + envp { free(pointer) }
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        var pid = pid_t()
        let failure = posix_spawn(&pid, program, &actions, &attributes, argv, envp)
        for channel in channels { close(channel.writing) }
        id = pid
        output = Collector(channels.first?.reading ?? terminal)
        errors = channels.last.map { Collector($0.reading) }
        guard failure == 0 else { throw Failure(program: program) }
    }

    /// Opens a pseudo-terminal.
    private static func openTerminal(_ size: (columns: Int, rows: Int)) throws -> Int32 {
        // What posix_openpt, unlockpt and ptsname do (ioctl_tty(2)); Swift's Glibc does not have them.
        let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var isLocked: Int32 = 0
        guard terminal >= 0, ioctl(terminal, UInt(0x4004_5431), &isLocked) == 0 else {
            throw Failure(program: "a terminal")
        }
        resize(terminal, size)
        return terminal
    }

    /// The path of a pseudo-terminal's other end.
    private static func path(of terminal: Int32) -> String {
        var number: UInt32 = 0
        _ = ioctl(terminal, UInt(0x8004_5430), &number)
        return "/dev/pts/\(number)"
    }

    private static func resize(_ terminal: Int32, _ size: (columns: Int, rows: Int)) {
        var window = winsize(ws_row: UInt16(size.rows), ws_col: UInt16(size.columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(terminal, UInt(TIOCSWINSZ), &window)
    }

    /// Gives its terminal another size.
    public func resize(columns: Int, rows: Int) { Self.resize(terminal, (columns, rows)) }

    /// Types on its terminal.
    public func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(terminal, bytes, bytes.count)
    }

    /// What it has written to standard output so far; on a terminal, all that is on it, with control sequences.
    public var outputSoFar: String { output.text }

    public static func run(_ program: String, _ arguments: [String]) throws -> Ended {
        try Command(program, arguments).ended()
    }

    public var isRunning: Bool {
        status.withLock { status in
            guard status == nil else { return false }
            var raw: Int32 = 0
            guard waitpid(id, &raw, WNOHANG) == id else { return true }
            let signal = raw & 0x7F
            status = signal == 0 ? (raw >> 8) & 0xFF : 128 + signal
            return false
        }
    }

    /// What it has written to standard error so far.
    public var errorsSoFar: String { errors?.text ?? output.text }

    public func kill() {
        if isRunning { Figures.count(.otherKills) }
        signal(SIGKILL)
    }
    public func interrupt() { signal(SIGINT) }
    public func terminate() { signal(SIGTERM) }
    public func signal(_ number: Int32) {
        // Once it has been waited for, the number may be another process's.
        if isRunning { _ = Platform.kill(id, number) }
    }

    /// What `ps` shows of it, arguments separated by spaces; empty once it is gone.
    public func commandLine() -> String {
        let bytes = try? Data(contentsOf: URL(filePath: "/proc/\(id)/cmdline"))
        return String(decoding: (bytes ?? Data()).map { $0 == 0 ? 0x20 : $0 }, as: UTF8.self)
    }

    /// The most memory that it has held so far, in bytes (proc(5), `VmHWM`); nil once it has ended.
    public func peakMemory() -> Int? {
        let status = try? String(contentsOf: URL(filePath: "/proc/\(id)/status"), encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line.flatMap { Int($0.filter(\.isNumber)) }.map { $0 << 10 }
    }

    /// Waits for its end. One that does not end within `seconds` is killed, and says so in `errors`.
    public func ended(within seconds: Double = 120) -> Ended {
        let deadline = ContinuousClock.now + .seconds(seconds)
        var isLate = false
        while isRunning {
            if !isLate, ContinuousClock.now > deadline {
                isLate = true
                kill()
            }
            usleep(2_000)
        }
        return Ended(
            status: status.withLock { $0 } ?? -1, output: output.finished(),
            errors: (errors?.finished() ?? "") + (isLate ? "\nThe test killed it after \(seconds) seconds." : ""))
    }
}

/// A pipe that only the child it is made for inherits.
private struct Channel {
    let reading: Int32
    let writing: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Command.Failure(program: "pipe") }
        (reading, writing) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }
}

/// Reads a pipe to its end on a thread of its own, so that the child never waits for its reader.
private final class Collector: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    private let isDone = Atomic<Bool>(false)

    init(_ descriptor: Int32) {
        Thread.start { [self] in
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { break }
                bytes.withLock { $0 += buffer[..<count] }
            }
            close(descriptor)
            isDone.store(true, ordering: .releasing)
        }
    }

    var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }

    func finished() -> String {
        // A server that the child started may hold the pipe; nobody waits for it for long.
        for _ in 0..<500 where !isDone.load(ordering: .acquiring) { usleep(2_000) }
        return text
    }
}
