/// Something that the plan says beside its steps.
public struct Note: Sendable, Equatable {
    /// How much a note weighs.
    public enum Level: String, Sendable {
        /// The copy does not start.
        case blocker
        /// The copy can go on, and the operator should know.
        case warning
        /// A remark.
        case info
    }

    /// What a note is about. Open, so that a caller's `switch` needs a default.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let description: String
        /// A kind of its own; the description is stable and read by programs.
        public init(description: String) { self.description = description }
    }

    /// How much it weighs.
    public var level: Level
    /// What it is about.
    public var code: Code
    /// Where it is so, if on one side.
    public var side: Side?
    /// The table it is about, if one.
    public var table: QualifiedName?
    /// A whole sentence.
    public var message: String
    /// What to do.
    public var hint: String?
}

extension Note: CustomStringConvertible {
    public var description: String {
        let place = [side?.rawValue, table?.description].compactMap(\.self).joined(separator: ", ")
        let text = place.isEmpty ? message : "\(place): \(message)"
        return hint.map { "\(text) \($0)" } ?? text
    }
}
