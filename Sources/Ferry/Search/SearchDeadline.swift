/// The time by which searches end, enforced by the servers.
struct SearchDeadline: Sendable {
    /// The time; nil for none.
    let end: ContinuousClock.Instant?

    /// Whether the time is up.
    var isPast: Bool { end.map { $0 <= .now } ?? false }

    /// The deadline of a column that takes a part of the time left.
    ///
    /// - Parameter part: From 0 to 1.
    func share(_ part: Double) -> SearchDeadline { SearchDeadline(end: end.map { .now + ($0 - .now) * part }) }

    /// Makes the server end every statement of the transaction that is still running at the deadline.
    func impose(on session: borrowing Session) throws(FerryError) {
        guard let end else { return }
        // 0 would be no limit.
        let milliseconds = max(1, Int((end - .now) / .milliseconds(1)))
        try session.execute("SET LOCAL statement_timeout TO \(milliseconds)", .prompt)
    }

    /// Whether the error is a statement that was ended at the deadline.
    func caused(_ error: FerryError) -> Bool { end != nil && error.cause?.sqlState == "57014" }
}
