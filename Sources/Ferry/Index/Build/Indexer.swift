internal import Postgres
internal import Synchronization

/// Builds indexes on the data, several at the same time, within the memory that the server can give.
///
/// Each build commits together with its mark in the ledger, so that after any crash the next run builds the missing indexes,
/// and none twice.
struct Indexer: Sendable {
    let target: Endpoint
    let server: ServerInfo
    let workers: Workers

    /// Builds until the queue has nothing left, and reports progress meanwhile.
    ///
    /// - Parameter count: The number of builds, including those still to be added.
    func run(_ queue: BuildQueue, count: Int) {
        guard count > 0 else { return }
        let monitor = IndexMonitor(target: target, workers: workers)
        monitor.during {
            WorkPool(source: queue, workers: workers).run(min(count, most)) {
                Hand(target: target, workers: workers, monitor: monitor)
            }
        }
    }

    /// Builds the indexes of these tasks.
    ///
    /// - Returns: One outcome for each index, in the order of the tasks.
    /// - Throws: The error that stopped all builds. An index that can't be built is among the outcomes.
    func build(_ tasks: [IndexTask]) throws(FerryError) -> [IndexOutcome] {
        let outcomes = Mutex<[IndexOutcome]>([])
        let queue = queue(of: tasks, tasks, isClosed: true) { outcome in outcomes.withLock { $0.append(outcome) } }
        run(queue, count: tasks.count)
        if workers.interrupt.isRequested { throw .interrupted }
        if let error = queue.stopped { throw error }
        let order = Dictionary(tasks.enumerated().map { ($1.plan.name, $0) }, uniquingKeysWith: { first, _ in first })
        return outcomes.withLock { $0.sorted { order[$0.plan.name, default: 0] < order[$1.plan.name, default: 0] } }
    }

    /// Makes a queue within the memory that the server can give.
    ///
    /// - Parameter all: All builds, including those still to be added; the largest one alone may take more memory.
    func queue(
        of all: [IndexTask], _ tasks: [IndexTask] = [], isClosed: Bool, sign: StopSign = StopSign(),
        report: @escaping @Sendable (IndexOutcome) -> Void
    ) -> BuildQueue {
        let events = workers.events
        events(.indexesToBuild(Set(all.map(\.plan.name)).count))
        return BuildQueue(
            memory: max(BuildBudget(of: server).memory, all.map(\.memory).max() ?? 0), tasks, isClosed: isClosed,
            sign: sign, interrupt: workers.interrupt
        ) { outcome in
            if outcome.error == nil {
                events(.indexBuilt(outcome.plan, name: outcome.plan.name, seconds: outcome.seconds))
            }
            report(outcome)
        }
    }

    /// The number of builds at a time: each takes a connection and the monitor another one, which must stay a fraction of what
    /// the server has.
    private var most: Int { min(workers.streams, max(1, server.maxConnections / 4)) }

    private struct Hand: Worker, ~Copyable {
        let target: Endpoint
        let workers: Workers
        let monitor: IndexMonitor

        func work(_ turn: inout Turn<IndexTask>) throws(FerryError) {
            let build = turn.item.build
            defer { workers.events(.buildEnded(index: build.index)) }
            do throws(FerryError) {
                try IndexBuilder(task: turn.item, target: target, workers: workers, monitor: monitor).run()
            } catch {
                throw error.of(build.relation)
            }
        }

        func reset() {}
    }
}
