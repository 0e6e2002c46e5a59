/// A remark of a plan or a report.
public struct Note: Sendable, Equatable {
    /// The severity of a note.
    public enum Level: String, Sendable {
        /// The copy does not start.
        case blocker
        /// The copy runs, and the operator should read the note.
        case warning
        /// The note needs no action.
        case info
    }

    /// The subject of a note. Open, so that a caller's `switch` needs a default.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let description: String
        /// A kind of its own; the description is stable and read by programs.
        public init(description: String) { self.description = description }
    }

    /// The severity.
    public var level: Level
    /// The subject.
    public var code: Code
    /// The side that it concerns, if one.
    public var side: Side?
    /// The table that it concerns, if one.
    public var table: QualifiedName?
    /// One or more whole sentences.
    public var message: String
    /// The operator's next step.
    public var hint: String?
}

extension Note: CustomStringConvertible {
    public var description: String {
        let place = [side?.rawValue, table?.description].compactMap(\.self).joined(separator: ", ")
        let text = place.isEmpty ? message : "\(place): \(message)"
        return hint.map { "\(text) \($0)" } ?? text
    }
}
