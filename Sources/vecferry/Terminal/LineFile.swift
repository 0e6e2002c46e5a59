import Synchronization

/// A file to which lines are appended, or standard output. Warns about the first write that fails; the command
/// continues.
final class LineFile: Sendable {
    private let descriptor: Int32
    private let isOwn: Bool
    private let what: String
    private let hasFailed = Atomic<Bool>(false)

    /// Opens the file, or creates it with the permissions that the umask leaves: it holds no secret.
    ///
    /// - Parameters:
    ///   - path: The path; `-` is standard output where `mayBeOutput`.
    ///   - what: What it is, for a warning, such as `log file`.
    ///   - empties: Whether what is there goes first.
    /// - Throws: ``Failure`` where it can't be opened.
    init(path: String, _ what: String, mayBeOutput: Bool = false, empties: Bool = false) throws(Failure) {
        let isOutput = mayBeOutput && path == "-"
        self.what = isOutput ? what : "\(what) \(path)"
        if isOutput {
            (descriptor, isOwn) = (Machine.Stream.output.descriptor, false)
            return
        }
        switch Machine.openForAppending(path, empties: empties) {
        case .success(let opened): (descriptor, isOwn) = (opened, true)
        case .failure(let failure): throw failure
        }
    }

    deinit { if isOwn { Machine.closeFile(descriptor) } }

    /// The reason why a file can't be opened, in the operating system's words.
    struct Failure: Error {
        let reason: String
    }

    /// Appends a line, in one write, so that lines of two processes do not mix.
    func write(_ line: String) {
        guard let failure = Machine.write(line + "\n", to: descriptor), !hasFailed.exchange(true, ordering: .relaxed)
        else { return }
        Console.shared.message("\("warning:", .attention) The \(what) could not be written: \(failure).")
    }
}
