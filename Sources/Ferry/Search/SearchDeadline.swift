/// The time by which searches end: none begins later, and the servers end those that are still running.
struct SearchDeadline: Sendable {
    /// The time; nil for none.
    let end: ContinuousClock.Instant?

    /// No limit.
    static let none = SearchDeadline(end: nil)
    private static let expired = FerryError(.notComparable, "The time for searches was up.")
    /// A search that takes longer is worth the round trip that gives the next one its own limit.
    private static let slow: Double = 100

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

    /// Runs a block for each sample.
    ///
    /// - Throws: An error that ``caused(_:)`` recognizes, when the time is up.
    func forEach(
        _ samples: [SearchSample], on session: borrowing Session,
        _ body: (SearchSample) throws(FerryError) -> SearchProbe.Timed
    ) throws(FerryError) -> [SearchProbe.Timed] {
        var answers: [SearchProbe.Timed] = []
        for sample in samples {
            guard !isPast else { throw Self.expired }
            if answers.last.map({ $0.milliseconds > Self.slow }) ?? true { try impose(on: session) }
            answers.append(try body(sample))
        }
        return answers
    }

    /// Whether the error says that the time was up.
    func caused(_ error: FerryError) -> Bool {
        end != nil && (error.cause?.sqlState == "57014" || error == Self.expired)
    }
}
