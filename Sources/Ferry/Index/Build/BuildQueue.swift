internal import Postgres
internal import Synchronization

/// Hands out index builds as memory allows: the largest first, so that long builds do not come last. Builds are added while
/// others run, as their tables are loaded.
///
/// Invariants:
/// - The builds that run together never take more memory than the server can give, unless one alone does.
/// - A step of a partitioned index begins when all lower stages of the same index are done, and not at all where one failed.
/// - One build beside writers runs at a time: each waits for the snapshots of the others anyway, and on one table for its lock.
final class BuildQueue: WorkSource {
    /// The progress of one index.
    private struct Progress {
        var waiting: [IndexTask]
        var running = 0
        var start: ContinuousClock.Instant?
        var failure: FerryError?

        /// The lowest stage with builds that have yet to begin; nil where there are none.
        var stage: Int? { waiting.map(\.build.stage).min() }
    }

    private struct Key: Hashable {
        var pair: PairNumber
        var index: QualifiedName

        init(_ task: IndexTask) {
            pair = task.pair
            index = task.plan.name
        }
    }

    private struct State {
        var indexes: [Key: Progress] = [:]
        var runningStages: [Key: Int] = [:]
        var memory: Int
        var running = 0
        var runsBesideWriters = false
        var isClosed: Bool
    }

    private let state: Mutex<State>
    private let sign: StopSign
    private let interrupt: Interrupt
    private let report: @Sendable (IndexOutcome) -> Void

    /// - Parameters:
    ///   - memory: The bytes that all builds together may take.
    ///   - tasks: The builds that are known from the start.
    ///   - isClosed: Whether no more builds will be added.
    ///   - report: Takes the outcome of each index, once it is built with all its parts or has failed.
    init(
        memory: Int, _ tasks: [IndexTask] = [], isClosed: Bool, sign: StopSign, interrupt: Interrupt,
        report: @escaping @Sendable (IndexOutcome) -> Void
    ) {
        state = Mutex(State(memory: memory, isClosed: isClosed))
        self.sign = sign
        self.interrupt = interrupt
        self.report = report
        add(tasks)
    }

    /// The number of builds in progress.
    var running: Int { state.withLock { $0.running } }

    /// The error that stopped the builds, if any.
    var stopped: FerryError? { sign.error }

    /// Adds builds whose tables are loaded.
    func add(_ tasks: [IndexTask]) {
        state.withLock { state in
            for task in tasks { state.indexes[Key(task), default: Progress(waiting: [])].waiting.append(task) }
        }
    }

    /// Closes the queue: ``next()`` returns nil once all builds are done.
    func close() { state.withLock { $0.isClosed = true } }

    // MARK: WorkSource

    func next() -> IndexTask? {
        while sign.error == nil, !interrupt.isRequested {
            let (task, hasEnded) = state.withLock { state -> (IndexTask?, Bool) in
                if let task = Self.take(&state) { return (task, false) }
                return (nil, state.isClosed && state.indexes.isEmpty)
            }
            if task != nil || hasEnded { return task }
            Pause.milliseconds(5)
        }
        return nil
    }

    func nextAtHand() -> IndexTask? { nil }

    func done(_ task: IndexTask) { end(task, nil) }

    func fail(_ task: IndexTask, _ error: FerryError) { end(task, error) }

    func giveBack(_ task: IndexTask) {
        state.withLock { state in
            Self.release(task, &state)
            state.indexes[Key(task)]?.waiting.append(task)
        }
    }

    func split(_ task: IndexTask) { giveBack(task) }

    func stop(_ error: FerryError) { sign.raise(error) }

    // MARK: The builds

    private static func take(_ state: inout State) -> IndexTask? {
        var best: (key: Key, position: Int, memory: Int)?
        for (key, index) in state.indexes {
            let stage = index.stage
            // A higher stage attaches the indexes that lower stages build.
            if let running = state.runningStages[key], running != stage { continue }
            for (position, task) in index.waiting.enumerated() where task.build.stage == stage {
                guard task.memory <= state.memory || state.running == 0 else { continue }
                if task.build.isConcurrent, state.runsBesideWriters { continue }
                if task.memory > best?.memory ?? -1 { best = (key, position, task.memory) }
            }
        }
        guard let best, var index = state.indexes[best.key] else { return nil }
        let task = index.waiting.remove(at: best.position)
        index.running += 1
        index.start = index.start ?? .now
        state.indexes[best.key] = index
        state.runningStages[best.key] = task.build.stage
        state.memory -= task.memory
        state.running += 1
        if task.build.isConcurrent { state.runsBesideWriters = true }
        return task
    }

    private static func release(_ task: IndexTask, _ state: inout State) {
        let key = Key(task)
        state.memory += task.memory
        state.running -= 1
        if task.build.isConcurrent { state.runsBesideWriters = false }
        state.indexes[key]?.running -= 1
        if state.indexes[key]?.running == 0 { state.runningStages[key] = nil }
    }

    private func end(_ task: IndexTask, _ error: FerryError?) {
        let outcome = state.withLock { state -> IndexOutcome? in
            Self.release(task, &state)
            let key = Key(task)
            guard var index = state.indexes[key] else { return nil }
            if let error {
                index.failure = index.failure ?? error
                index.waiting.removeAll { $0.build.stage > task.build.stage }
            }
            state.indexes[key] = index
            guard index.waiting.isEmpty, index.running == 0 else { return nil }
            state.indexes[key] = nil
            let seconds = index.start.map { (ContinuousClock.now - $0) / .seconds(1) } ?? 0
            return IndexOutcome(pair: task.pair, plan: task.plan, seconds: seconds, error: index.failure)
        }
        if let outcome { report(outcome) }
    }
}
