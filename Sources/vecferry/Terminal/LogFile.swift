/// Takes lines for people, one at a time.
protocol LineSink: Sendable {
    /// Takes a line.
    func message(_ line: Line)
}

extension Console: LineSink {}

/// A log file. Lines are appended, each with its time.
struct LogFile: LineSink {
    private let file: LineFile

    /// Opens the file, or creates it.
    ///
    /// - Throws: ``LineFile/Failure`` where it can't be opened.
    init(path: String) throws(LineFile.Failure) { file = try LineFile(path: path, "log file") }

    func message(_ line: Line) { file.write("\(Machine.timestamp()) \(line.text)") }
}
