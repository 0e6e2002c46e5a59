internal import SQLStatements
internal import Synchronization

/// Watches the builds of an ``Indexer`` over a connection of its own and reports their progress.
final class IndexMonitor: Sendable {
    /// The handle of a watched build.
    typealias Watch = Int

    private struct Watched {
        var task: IndexTask
        var start: ContinuousClock.Instant
    }

    private let target: Endpoint
    private let workers: Workers
    private let watched = Mutex<[Int: Watched]>([:])
    private let isOver = Atomic<Bool>(false)

    /// Watches nothing until ``during(_:)``.
    init(target: Endpoint, workers: Workers) {
        self.target = target
        self.workers = workers
    }

    /// Runs `body`, and watches meanwhile from another thread.
    func during(_ body: @escaping @Sendable () -> Void) {
        WorkerThread.runAll(2) { thread in
            guard thread == 0 else { return self.poll() }
            body()
            self.isOver.store(true, ordering: .releasing)
        }
    }

    /// Watches the build that is about to begin on a connection, by its backend's process id.
    func watch(_ task: IndexTask, _ session: borrowing Session) throws(FerryError) -> Watch {
        // Behind a pooler, the process id that the protocol reported is the pooler's.
        let pid: Int = try session.query("SELECT pg_backend_pid() AS pid").only().int("pid")
        watched.withLock { $0[pid] = Watched(task: task, start: .now) }
        return pid
    }

    /// Stops watching a build, which has ended, successfully or not.
    func forget(_ watch: Watch) { watched.withLock { $0[watch] = nil } }

    /// Queries the progress about once a second. A monitor that can't connect or query reports nothing: the builds continue
    /// without it.
    private func poll() {
        while !isOver.load(ordering: .acquiring), !workers.interrupt.isRequested {
            if !watched.withLock(\.isEmpty) { try? askUntilOver() }
            pause()
        }
    }

    private func askUntilOver() throws(FerryError) {
        let session = try target.connect()
        while !isOver.load(ordering: .acquiring) {
            try ask(session)
            pause()
        }
    }

    private func pause() {
        // The builds' end waits for this thread.
        for _ in 0..<200 where !isOver.load(ordering: .acquiring) && !workers.interrupt.isRequested {
            Pause.milliseconds(5)
        }
    }

    private func ask(_ session: borrowing Session) throws(FerryError) {
        let builds = watched.withLock { $0 }
        guard !builds.isEmpty else { return }
        for row in try session.query(Statements.indexProgress, [], .prompt) {
            guard let build = builds[try row.int("pid")] else { continue }
            let sample = IndexPhase(
                name: try row.string("phase"), blocksDone: try row.int("blocks_done"),
                blocksTotal: try row.int("blocks_total"), tuplesDone: try row.int("tuples_done"),
                tuplesTotal: try row.int("tuples_total"))
            let seconds = (ContinuousClock.now - build.start) / .seconds(1)
            let fraction = sample.fraction(of: build.task.build)
            let left = fraction.flatMap { $0 > 0.02 ? seconds * (1 - $0) / $0 : nil }
            workers.events(
                .indexProgress(
                    IndexProgress(
                        index: build.task.build.index, relation: build.task.build.relation, phase: sample.name,
                        fraction: fraction, seconds: seconds, secondsLeft: left)))
        }
    }
}
