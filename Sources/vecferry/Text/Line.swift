/// A line of text for people: pieces of text, each with a role.
///
/// A line holds no escape sequences: ``Painter`` adds colors for a terminal, and a pipe gets the ``text``. Interpolated
/// values may come from a database, so control characters in them are shown as escapes: see ``Swift/String/shown``.
struct Line: Sendable, Equatable, ExpressibleByStringInterpolation {
    /// The role of a piece of text.
    enum Role: Sendable, CaseIterable {
        /// A sentence.
        case plain
        /// The name of a line's subject, or a heading.
        case name
        /// A label of the text that follows.
        case label
        /// Proven, ready or the same.
        case good
        /// Failed, blocked or different.
        case bad
        /// A warning.
        case attention
    }

    /// A piece of text.
    struct Span: Sendable, Equatable {
        /// The text, without control characters.
        let text: String
        /// Its role.
        let role: Role
    }

    /// The pieces, in order.
    private(set) var spans: [Span] = []

    /// An empty line.
    static let empty: Line = ""

    /// A line of one piece.
    init(_ text: String, _ role: Role = .plain) { add(text.shown, role) }

    /// The text alone.
    var text: String { spans.map(\.text).joined() }

    /// Returns the line, indented.
    func indented(by columns: Int = 2) -> Line { Line(String(repeating: " ", count: columns)) + self }

    /// Returns both lines as one.
    static func + (left: Line, right: Line) -> Line {
        right.spans.reduce(into: left) { $0.add($1.text, $1.role) }
    }

    private mutating func add(_ text: String, _ role: Role) {
        guard !text.isEmpty else { return }
        if let last = spans.last, last.role == role {
            spans[spans.count - 1] = Span(text: last.text + text, role: role)
        } else {
            spans.append(Span(text: text, role: role))
        }
    }
}

extension Line {
    init(stringLiteral value: String) { self.init(value) }

    init(stringInterpolation: StringInterpolation) { spans = stringInterpolation.line.spans }

    /// Collects the spans of `"\(name, .name)  \(text)"`.
    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var line = Line.empty

        init(literalCapacity: Int, interpolationCount: Int) {}

        mutating func appendLiteral(_ literal: String) { line.add(literal.shown, .plain) }

        /// Appends text in a role.
        mutating func appendInterpolation(_ value: some CustomStringConvertible, _ role: Role = .plain) {
            line.add(value.description.shown, role)
        }

        /// Appends a line to this one.
        mutating func appendInterpolation(_ other: Line) { line = line + other }
    }
}
