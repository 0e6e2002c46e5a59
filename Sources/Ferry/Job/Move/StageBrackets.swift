/// Tracks the stages: each begins once and ends once, for any number of pairs in any order.
struct StageBrackets: Sendable {
    private var begun: Set<Stage> = []
    private var over: Set<Stage> = []
    private var events: [Event] = []

    /// Records that a stage has work to do. Only the first call counts.
    mutating func begin(_ stage: Stage) {
        if begun.insert(stage).inserted { events.append(.began(stage)) }
    }

    /// Records that a stage has no work left. A stage that has not begun does not end.
    ///
    /// - Returns: Whether this ended the stage.
    mutating func end(_ stage: Stage) -> Bool {
        guard begun.contains(stage), over.insert(stage).inserted else { return false }
        events.append(.ended(stage))
        return true
    }

    /// Ends all stages that have begun.
    mutating func endAll() {
        for stage in begun.subtracting(over).sorted(by: { $0.rawValue < $1.rawValue }) { _ = end(stage) }
    }

    /// Removes and returns the events since the last call, in order.
    mutating func takeEvents() -> [Event] {
        defer { events = [] }
        return events
    }
}

extension Workers {
    /// Runs a stage between its events.
    ///
    /// - Parameter hasWork: Whether the stage has any work; without work, it has no events.
    func during<Result: ~Copyable>(
        _ stage: Stage, if hasWork: Bool = true, _ body: () throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        guard hasWork else { return try body() }
        events(.began(stage))
        defer { events(.ended(stage)) }
        return try body()
    }
}
