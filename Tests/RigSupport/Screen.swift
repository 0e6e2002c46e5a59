/// What a terminal shows of a program's output, as far as vecferry's goes: lines, colors, and the sequences that redraw lines. Like most
/// terminals it wraps long lines anew when it is resized.
public struct Screen {
    /// The lines, each as it was written, however many rows it takes.
    public private(set) var lines: [String] = []
    /// The number of columns.
    public private(set) var columns: Int
    /// Whether the cursor was moved into the middle of a line, which tears it.
    public private(set) var isTorn = false

    private var place = 0
    private var written = ""

    /// An empty screen.
    public init(columns: Int) { self.columns = columns }

    /// Changes the width.
    public mutating func resize(columns: Int) { self.columns = columns }

    /// The rows that a line takes.
    private func rows(_ line: String) -> Int { max(1, (line.count + columns - 1) / columns) }

    /// Takes output. A sequence must not be cut.
    public mutating func write(_ output: String) {
        var rest = Substring(output.replacing("\r\n", with: "\n"))
        while let character = rest.popFirst() {
            switch character {
            case "\n": endLine()
            case "\r": written = ""
            case "\u{1b}" where rest.first == "[":
                let sequence = rest.prefix { !($0.isLetter) }
                rest = rest.dropFirst(sequence.count)
                obey(rest.popFirst() ?? " ", Int(sequence.dropFirst()))
            default: written.append(character)
            }
        }
    }

    private mutating func endLine() {
        set(written)
        written = ""
        place += 1
    }

    private mutating func set(_ text: String) {
        while lines.count <= place { lines.append("") }
        // What is written over keeps what it does not reach.
        lines[place] = text + lines[place].dropFirst(text.count)
    }

    private mutating func obey(_ command: Character, _ number: Int?) {
        switch command {
        case "A":
            var rest = number ?? 1
            while rest > 0, place > 0 {
                place -= 1
                rest -= rows(lines[place])
            }
            isTorn = isTorn || rest < 0
        case "K":
            set(written)
            lines[place] = written
        case "J": lines = Array(lines.prefix(place))
        default: break
        }
    }
}
