import Synchronization

/// Takes lines for people, one at a time.
protocol LineSink: Sendable {
    /// Takes a line.
    func message(_ line: Line)
}

extension Console: LineSink {}

/// A log file. Lines are appended, each with its time.
final class LogFile: LineSink {
    private let descriptor: Int32
    /// Whether a write has failed. The command continues, and warns once.
    private let hasFailed = Atomic<Bool>(false)
    private let path: String

    /// Opens the file, or creates it with the permissions that the umask leaves: it holds no secret.
    ///
    /// - Throws: ``Failure`` where it can't be opened.
    init(path: String) throws(Failure) {
        switch Machine.openForAppending(path) {
        case .success(let descriptor): self.descriptor = descriptor
        case .failure(let failure): throw failure
        }
        self.path = path
    }

    deinit { Machine.closeFile(descriptor) }

    /// The reason why a file can't be opened, in the operating system's words.
    struct Failure: Error {
        let reason: String
    }

    func message(_ line: Line) {
        // One write, so that lines of two processes do not mix.
        guard let failure = Machine.write("\(Machine.timestamp()) \(line.text)\n", to: descriptor),
            !hasFailed.exchange(true, ordering: .relaxed)
        else { return }
        Console.shared.message("\("warning:", .attention) The log file \(path) could not be written: \(failure).")
    }
}
