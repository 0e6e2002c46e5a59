internal import Postgres
internal import Synchronization

/// Builds indexes on the data: those of one stage side by side, within the memory that the server can give.
///
/// Each build commits together with its mark in the ledger, so that whatever kills the process, the next run builds what
/// is missing and nothing twice.
struct Indexer: Sendable {
    let target: Endpoint
    let server: ServerInfo
    /// Its streams are the builds that may run at the same time.
    let workers: Workers

    /// Builds all of them, and goes on with the others when one fails.
    ///
    /// - Returns: One outcome for each index that had something to build, in the order of the tasks.
    func run(_ tasks: [IndexTask]) -> [IndexOutcome] {
        guard !tasks.isEmpty else { return [] }
        let done = FinishedBuilds()
        let monitor = IndexMonitor(target: target, workers: workers)
        monitor.during {
            for stage in Set(tasks.map(\.build.stage)).sorted() {
                let failed = Set(done.all.filter { $0.error != nil }.map(\.task.plan.name))
                // What a partitioned index is made of must be there before it.
                let ready = tasks.filter { $0.build.stage == stage && !failed.contains($0.plan.name) }
                run(stage: ready, monitor) { done.add($0) }
            }
        }
        return outcomes(tasks, done.all)
    }

    /// Collects what the builder threads report.
    private final class FinishedBuilds: Sendable {
        private let builds = Mutex<[Finished]>([])
        var all: [Finished] { builds.withLock { $0 } }
        func add(_ build: Finished) { builds.withLock { $0.append(build) } }
    }

    private struct Finished: Sendable {
        var task: IndexTask
        var start: ContinuousClock.Instant
        var end: ContinuousClock.Instant
        var error: FerryError?
    }

    private func run(
        stage tasks: [IndexTask], _ monitor: IndexMonitor, _ report: @escaping @Sendable (Finished) -> Void
    ) {
        // A connection for each build and one for the monitor, and never more than a fraction of what the server has.
        // Concurrent builds wait for each other's snapshots anyway, and on one table for its lock.
        let isConcurrent = tasks.contains { $0.build.isConcurrent }
        let threads = isConcurrent ? 1 : min(tasks.count, workers.streams, max(1, server.maxConnections / 4))
        let budget = max(BuildBudget(of: server).memory, tasks.map(\.memory).max() ?? 0)
        let queue = BuildQueue(tasks, memory: budget)
        WorkerThread.runAll(threads) { _ in
            while let task = queue.take(workers.interrupt) {
                let start = ContinuousClock.now
                var failure: FerryError?
                do throws(FerryError) {
                    try IndexBuilder(task: task, target: target, workers: workers, monitor: monitor).run()
                } catch {
                    failure = error.of(task.build.relation)
                }
                queue.finish(task)
                report(Finished(task: task, start: start, end: .now, error: failure))
            }
        }
    }

    private func outcomes(_ tasks: [IndexTask], _ finished: [Finished]) -> [IndexOutcome] {
        var outcomes: [IndexOutcome] = []
        var seen: Set<QualifiedName> = []
        for task in tasks where seen.insert(task.plan.name).inserted {
            let parts = finished.filter { $0.task.plan.name == task.plan.name }
            let start = parts.map(\.start).min() ?? .now
            let end = parts.map(\.end).max() ?? start
            let seconds = (end - start) / .seconds(1)
            var error = parts.compactMap(\.error).first
            if error == nil, parts.count < tasks.count(where: { $0.plan.name == task.plan.name }) {
                error = .interrupted
            }
            if error == nil { workers.events(.indexBuilt(task.plan, name: task.plan.name, seconds: seconds)) }
            outcomes.append(IndexOutcome(pair: task.pair, plan: task.plan, seconds: seconds, error: error))
        }
        return outcomes
    }
}

/// The builds of one stage, handed out as memory allows: the largest first, so that the long ones do not come last.
final class BuildQueue: Sendable {
    private struct State {
        var waiting: [IndexTask]
        var memory: Int
        var running = 0
    }

    private let state: Mutex<State>

    /// - Parameter memory: Bytes that all builds together may take.
    init(_ tasks: [IndexTask], memory: Int) {
        state = Mutex(State(waiting: tasks.sorted { $0.memory > $1.memory }, memory: memory))
    }

    /// The next build, as soon as there is memory for one; nil when none is left or the operator asks to stop.
    func take(_ interrupt: Interrupt) -> IndexTask? {
        while !interrupt.isRequested {
            let (task, isEmpty) = state.withLock { state -> (IndexTask?, Bool) in
                guard let next = state.waiting.firstIndex(where: { $0.memory <= state.memory || state.running == 0 })
                else { return (nil, state.waiting.isEmpty) }
                let task = state.waiting.remove(at: next)
                state.memory -= task.memory
                state.running += 1
                return (task, false)
            }
            if let task { return task }
            if isEmpty { return nil }
            Pause.milliseconds(100)
        }
        return nil
    }

    /// The build has ended, well or not: its memory is free again.
    func finish(_ task: IndexTask) {
        state.withLock {
            $0.memory += task.memory
            $0.running -= 1
        }
    }
}
