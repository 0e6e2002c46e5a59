import Platform

/// The operating system's services that the command line uses. No other file of this module calls the C library.
enum Machine {
    /// A standard stream of the process.
    enum Stream {
        /// Standard input, for answers; standard output, for the result; standard error, for everything else.
        case input, output, error

        /// Its number.
        var descriptor: Int32 {
            switch self {
            case .input: STDIN_FILENO
            case .output: STDOUT_FILENO
            case .error: STDERR_FILENO
            }
        }
    }

    /// The outcome of reading a file.
    enum FileContent {
        /// The whole content.
        case bytes([UInt8])
        /// The reason why it can't be read, in the operating system's words.
        case failure(String)
        /// The file is longer than the limit, and was not read to its end.
        case tooLong
    }

    /// The number of processors that are online.
    static var cores: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// The variable's value; nil if it is not set.
    static func environmentVariable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// Lets a write fail if the reader is gone, instead of ending the process.
    static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

    /// Keeps a crash, of this process or of a program that it runs, from writing its memory to a file: it holds passwords.
    static func leaveNoCoreDumps() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit) == 0 else { return }
        // 1 also stops a dump into a pipe, for which 0 does not count (Linux, fs/coredump.c, do_coredump).
        limit.rlim_cur = min(1, limit.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    }

    /// Occupies the standard streams that were closed when the process began, so that no file or connection gets their
    /// descriptors: the result would be written to it. A write to them fails.
    static func occupyStandardStreams() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            // It gets the lowest number that is free.
            _ = open("/dev/null", O_RDONLY)
        }
    }

    /// Ends the process, after the C library has flushed its buffers.
    static func end(_ status: Int32) -> Never { exit(status) }

    /// Ends the process at once, from any thread.
    static func endAtOnce(_ status: ExitStatus) -> Never { _exit(status.rawValue) }

    /// Whether the stream is a terminal.
    static func isTerminal(_ stream: Stream) -> Bool { isatty(stream.descriptor) == 1 }

    /// Columns and rows of the terminal behind the stream; nil if it does not report them.
    static func terminalSize(_ stream: Stream) -> (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(stream.descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return nil
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Writes all of `text`.
    ///
    /// - Returns: The reason why some of it could not be written, in the operating system's words; nil if all was.
    @discardableResult
    static func write(_ text: String, to stream: Stream) -> String? { write(text, to: stream.descriptor) }

    /// Opens a file to append to it, or creates it.
    ///
    /// - Parameter empties: Whether what is there goes first.
    static func openForAppending(_ path: String, empties: Bool) -> Result<Int32, LineFile.Failure> {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (empties ? O_TRUNC : 0), 0o666)
        return descriptor >= 0
            ? .success(descriptor) : .failure(LineFile.Failure(reason: String(cString: strerror(errno))))
    }

    /// Closes a descriptor of ``openForAppending(_:empties:)``.
    static func closeFile(_ descriptor: Int32) { _ = close(descriptor) }

    /// Whether the process began with SIGHUP ignored, as `nohup` starts it.
    static var ignoresHangups: Bool {
        var action = sigaction()
        guard sigaction(SIGHUP, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Writes all of `text`, as ``write(_:to:)`` does.
    static func write(_ text: String, to descriptor: Int32) -> String? {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while let start = rest.baseAddress, !rest.isEmpty {
                let count = Platform.write(descriptor, start, rest.count)
                if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
                guard count > 0 else { return String(cString: strerror(errno)) }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
            return nil
        }
    }

    /// Reads a line of standard input, without its end.
    ///
    /// - Parameter isOver: Whether to stop waiting; called ten times a second.
    /// - Returns: nil at the end of the input, or once `isOver` returns true.
    static func readLine(unless isOver: () -> Bool) -> String? {
        var bytes: [UInt8] = []
        while !isOver() {
            var waiting = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 100) > 0 else { continue }
            var byte: UInt8 = 0
            guard Platform.read(STDIN_FILENO, &byte, 1) == 1 else { return nil }
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
        return nil
    }

    /// Puts a file with this text in the place of one that may be there, in one step.
    ///
    /// - Returns: The reason why it could not, in the operating system's words; nil if it did.
    static func replace(_ path: String, with text: String) -> String? {
        // Beside it, since a rename is one step only within a file system.
        let new = "\(path).\(getpid())"
        let descriptor = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return String(cString: strerror(errno)) }
        var failure = write(text, to: descriptor)
        if close(descriptor) != 0, failure == nil { failure = String(cString: strerror(errno)) }
        if failure == nil, rename(new, path) != 0 { failure = String(cString: strerror(errno)) }
        if failure != nil { unlink(new) }
        return failure
    }

    /// Reads a file of at most `limit` bytes, or standard input if `path` is `-`.
    static func read(_ path: String, limit: Int) -> FileContent {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .failure(String(cString: strerror(errno))) }
        defer { if path != "-" { close(descriptor) } }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = buffer.withUnsafeMutableBytes { recv in
                Platform.read(descriptor, recv.baseAddress, recv.count)
            }
            if count < 0 {
                if errno == EINTR { continue }
                return .failure(String(cString: strerror(errno)))
            }
            if count == 0 { return .bytes(bytes) }
            bytes.append(contentsOf: buffer[..<count])
            if bytes.count > limit { return .tooLong }
        }
    }

    /// Whether there is a file at a path that is no directory.
    static func isFile(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT != S_IFDIR
    }

    /// The number of this process.
    static var processID: Int { Int(getpid()) }

    /// The current time, in seconds since 1970.
    static var secondsSince1970: Double {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec / 1_000_000) / 1000
    }

    /// The current time, as `2026-11-22T17:35:55Z`, or `2026-11-22T17:35:55.123Z`.
    static func timestamp(milliseconds: Bool = false) -> String {
        var clock = timespec()
        clock_gettime(CLOCK_REALTIME, &clock)
        var now = clock.tv_sec
        var parts = tm()
        gmtime_r(&now, &parts)
        func padded(_ value: Int32, _ digits: Int = 2) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        return "\(padded(parts.tm_year + 1900, 4))-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))T"
            + "\(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec))"
            + (milliseconds ? ".\(padded(Int32(clock.tv_nsec / 1_000_000), 3))Z" : "Z")
    }
}
