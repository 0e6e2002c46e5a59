import Postgres
import Synchronization

/// Writes the result to standard output, and everything else to standard error. The live lines stay at the bottom of a
/// terminal while other lines are written above them. Lines are painted for the stream that they go to.
final class Console: Sendable {
    /// The console of this process.
    static let shared = Console()

    /// Whether standard error is a terminal that lines can be redrawn on.
    let isLive = Machine.isTerminal(.error) && Machine.environmentVariable("TERM") != "dumb"

    private let outputPainter = Painter(for: .output)
    private let errorPainter = Painter(for: .error)
    /// The live lines on the screen; nil while none may be drawn.
    private let live = Mutex<LiveLines?>(nil)

    private init() {}

    /// Writes lines to standard output.
    func result(_ lines: [Line]) throws(UndeliveredResult) {
        try result(lines.map(outputPainter.paint).joined(separator: "\n"))
    }

    /// Writes text to standard output, and ends it with a newline.
    func result(_ text: String) throws(UndeliveredResult) {
        let failure = live.withLock { live in
            if Machine.isTerminal(.output) { Machine.write(erasing(live), to: .error) }
            defer { if Machine.isTerminal(.output) { Machine.write(live?.drawing ?? "", to: .error) } }
            return Machine.write(text + "\n", to: .output)
        }
        if let failure { throw UndeliveredResult(reason: failure) }
    }

    /// Writes a line to standard error, above the live lines.
    func message(_ line: Line) {
        live.withLock { live in
            let text = errorPainter.paint(line)
            Machine.write(erasing(live) + text + "\n" + (live?.drawing ?? ""), to: .error)
        }
    }

    /// Whether the operator can be asked: standard input and standard error are a terminal.
    var canAsk: Bool { Machine.isTerminal(.input) && Machine.isTerminal(.error) }

    /// Asks the operator, and waits for a line. Anything but y or yes is a no, and so is an interrupt.
    func agrees(to question: String, or interrupt: Interrupt) -> Bool {
        let wasLive = live.withLock { live in
            defer {
                Machine.write(erasing(live) + question + " [y/N] ", to: .error)
                live = nil
            }
            return live != nil
        }
        defer { if wasLive { beginLive() } }
        let answer = Machine.readLine { interrupt.isRequested } ?? ""
        return ["y", "yes"].contains(answer.lowercased())
    }

    /// Allows ``redraw(_:)`` to draw.
    func beginLive() { live.withLock { $0 = $0 ?? LiveLines() } }

    /// Replaces the live lines, in one write so that nothing flickers. Only for a terminal.
    ///
    /// - Parameter lines: Makes lines that fit the columns and rows it is given.
    func redraw(_ lines: (_ columns: Int, _ rows: Int) -> [String]) {
        guard isLive else { return }
        let size = Self.size
        // One row stays free, for the cursor.
        let lines = lines(size.columns, size.rows - 1)
        live.withLock { live in
            guard let text = live?.replacing(with: lines, columns: size.columns), !text.isEmpty else { return }
            Machine.write(text, to: .error)
        }
    }

    /// Removes the live lines from the screen; a redraw that comes late draws nothing.
    func endLive() {
        live.withLock { live in
            Machine.write(erasing(live), to: .error)
            live = nil
        }
    }

    private func erasing(_ live: LiveLines?) -> String {
        guard let live, !live.shown.isEmpty else { return "" }
        return live.erasing(columns: Self.size.columns)
    }

    private static var size: (columns: Int, rows: Int) { Machine.terminalSize(.error) ?? (columns: 80, rows: 24) }
}

/// Some of the result could not be written to standard output, for example because a disk is full or the reader is gone.
struct UndeliveredResult: Error {
    /// The reason, in the operating system's words.
    let reason: String
}

/// Turns a line's roles into colors on a terminal. Escape codes for text appear nowhere else.
struct Painter: Sendable {
    /// Whether text is wrapped in ANSI escape sequences.
    let isColored: Bool

    /// Creates a painter that does or does not color text.
    init(isColored: Bool) { self.isColored = isColored }

    /// Creates a painter that colors text on a terminal, unless `NO_COLOR` is set (no-color.org).
    init(for stream: Machine.Stream) {
        isColored =
            Machine.isTerminal(stream) && (Machine.environmentVariable("NO_COLOR") ?? "").isEmpty
            && Machine.environmentVariable("TERM") != "dumb"
    }

    /// Returns the line in the form in which it is written to the stream.
    func paint(_ line: Line) -> String {
        guard isColored else { return line.text }
        return line.spans.map { span in
            Self.code(span.role).map { "\u{1b}[\($0)m\(span.text)\u{1b}[0m" } ?? span.text
        }.joined()
    }

    /// Returns the role's parameter of SGR (ECMA-48, 8.3.117).
    private static func code(_ role: Line.Role) -> String? {
        switch role {
        case .plain: nil
        case .name: "1"
        case .label: "2"
        case .good: "32"
        case .bad: "31"
        case .attention: "33"
        }
    }
}
