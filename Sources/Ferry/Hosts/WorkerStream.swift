/// A stream of a worker: it claims chunks and copies them.
struct WorkerStream: Worker, ~Copyable {
    private let flow: ClaimFlow
    private var line: StreamLine

    /// - Parameter line: Its sessions, none of which is open.
    init(_ line: consuming StreamLine, _ flow: ClaimFlow) {
        self.line = line
        self.flow = flow
    }

    mutating func work(_ turn: inout Turn<ClaimFlow.Step>) throws(FerryError) {
        switch try line.copy(&turn) {
        case .moved(let moved)?: flow.moved(moved)
        case .wasDone?, .wasDoneInPart?, .wasTaken?: break
        case nil: flow.foundNothing()
        }
    }

    mutating func reset() { line.reset() }
}
