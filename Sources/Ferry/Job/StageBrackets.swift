/// Which stages are under way: each begins once and ends once, however many pairs pass through it and in whichever order.
struct StageBrackets: Sendable {
    private var begun: Set<Stage> = []
    private var over: Set<Stage> = []
    private var events: [Event] = []

    /// The stage has something to do. Only the first call counts.
    mutating func begin(_ stage: Stage) {
        if begun.insert(stage).inserted { events.append(.began(stage)) }
    }

    /// The stage has nothing left to do, if it has begun.
    ///
    /// - Returns: Whether it has ended by this.
    mutating func end(_ stage: Stage) -> Bool {
        guard begun.contains(stage), over.insert(stage).inserted else { return false }
        events.append(.ended(stage))
        return true
    }

    /// Whatever is under way is over: something stopped it.
    mutating func endAll() {
        for stage in begun.subtracting(over).sorted(by: { $0.rawValue < $1.rawValue }) { _ = end(stage) }
    }

    /// What there is to tell since the last call, in order.
    mutating func takeEvents() -> [Event] {
        defer { events = [] }
        return events
    }
}

extension Workers {
    /// Runs a stage between its events.
    ///
    /// - Parameter hasWork: Whether there is anything to do in it; without, it has no events.
    func during<Result: ~Copyable>(
        _ stage: Stage, if hasWork: Bool = true, _ body: () throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        guard hasWork else { return try body() }
        events(.began(stage))
        defer { events(.ended(stage)) }
        return try body()
    }
}
