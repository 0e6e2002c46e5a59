import Ferry
import Logging
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Standard output for the result, standard error for everything else; the live lines at the bottom of a terminal stay
/// at the bottom while others are written above them.
final class Console: Sendable {
    /// The process's one console.
    static let shared = Console()

    /// Whether standard error is a terminal that lines can be redrawn on.
    let isLive = Machine.isTerminal(STDERR_FILENO) && Machine.environmentVariable("TERM") != "dumb"
    /// For what goes to standard output.
    let outputStyle = Style(isColored: Style.wantsColor(STDOUT_FILENO))
    /// For what goes to standard error.
    let errorStyle = Style(isColored: Style.wantsColor(STDERR_FILENO))

    /// The live lines on the screen; nil while there are to be none.
    private let live = Mutex<[String]?>(nil)

    private init() {}

    /// Writes to standard output.
    func result(_ text: String) {
        live.withLock { live in
            if Machine.isTerminal(STDOUT_FILENO) { Machine.write(Self.erasing(live), to: STDERR_FILENO) }
            Machine.write(text.hasSuffix("\n") ? text : text + "\n", to: STDOUT_FILENO)
            if Machine.isTerminal(STDOUT_FILENO) { Machine.write(Self.drawing(live), to: STDERR_FILENO) }
        }
    }

    /// Writes a line to standard error, above the live lines.
    func message(_ line: String) {
        live.withLock { live in
            Machine.write(Self.erasing(live) + line + "\n" + Self.drawing(live), to: STDERR_FILENO)
        }
    }

    /// What stopped a command.
    func error(_ error: FerryError) { message(errorStyle.red("Error:") + " " + error.description.shown) }

    /// Lets ``redraw(_:)`` draw.
    func beginLive() { live.withLock { $0 = $0 ?? [] } }

    /// Replaces the live lines, in one write so that nothing flickers. Only for a terminal.
    func redraw(_ lines: [String]) {
        guard isLive else { return }
        live.withLock { live in
            guard let shown = live else { return }
            var text = shown.isEmpty ? "" : "\u{1b}[\(shown.count)A\r"
            for line in lines { text += line + "\u{1b}[K\n" }
            if lines.count < shown.count { text += "\u{1b}[J" }
            live = lines
            if !text.isEmpty { Machine.write(text, to: STDERR_FILENO) }
        }
    }

    /// Takes the live lines off the screen; a redraw that comes late finds nothing to draw on.
    func endLive() {
        live.withLock { live in
            Machine.write(Self.erasing(live), to: STDERR_FILENO)
            live = nil
        }
    }

    private static func erasing(_ live: [String]?) -> String {
        guard let live, !live.isEmpty else { return "" }
        return "\u{1b}[\(live.count)A\r\u{1b}[J"
    }

    private static func drawing(_ live: [String]?) -> String { (live ?? []).map { $0 + "\n" }.joined() }
}

/// Colours, where they are wanted.
struct Style: Sendable {
    /// Whether text is wrapped in ANSI escape sequences.
    var isColored: Bool

    /// No colours.
    static let plain = Style(isColored: false)

    /// On a terminal, unless `NO_COLOR` is set (no-color.org).
    static func wantsColor(_ descriptor: Int32) -> Bool {
        Machine.isTerminal(descriptor) && (Machine.environmentVariable("NO_COLOR") ?? "").isEmpty
            && Machine.environmentVariable("TERM") != "dumb"
    }

    /// For names that lines begin with.
    func bold(_ text: String) -> String { paint(text, "1") }
    /// For what only helps to find one's way.
    func dim(_ text: String) -> String { paint(text, "2") }
    /// For what failed or differs.
    func red(_ text: String) -> String { paint(text, "31") }
    /// For what is proven or ready.
    func green(_ text: String) -> String { paint(text, "32") }
    /// For what the operator should look at.
    func yellow(_ text: String) -> String { paint(text, "33") }

    private func paint(_ text: String, _ code: String) -> String {
        isColored ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }
}
