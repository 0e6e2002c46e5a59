internal import Platform
internal import Synchronization

/// Runs blocking work on threads of its own: libpq's calls wait on sockets, and Swift's cooperative pool has only as
/// many threads as the machine has cores.
enum WorkerThread {
    /// Runs `work` once for each number below `count`, each on its own thread, and waits for all of them.
    static func runAll(_ count: Int, _ work: @escaping @Sendable (Int) -> Void) {
        let threads = (0..<count).map { number in start { work(number) } }
        for thread in threads { pthread_join(thread, nil) }
    }

    /// Runs `work` on threads of its own, on more of them when there are to be more, and waits for all.
    ///
    /// - Parameters:
    ///   - count: How many threads are to have been started by now.
    ///   - isOver: Whether no more are to be started.
    static func run(asManyAs count: () -> Int, until isOver: () -> Bool, _ work: @escaping @Sendable () -> Void) {
        var threads: [pthread_t] = []
        while !isOver() {
            while threads.count < count() { threads.append(start(work)) }
            Pause.milliseconds(5)
        }
        for thread in threads { pthread_join(thread, nil) }
    }

    /// Runs blocking work on a thread of its own and awaits its result.
    static func run<Result: Sendable>(
        _ work: @escaping @Sendable () throws(FerryError) -> Result
    ) async throws(FerryError) -> Result {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Swift.Result<Result, FerryError>, Never>) in
            startDetached {
                do throws(FerryError) {
                    continuation.resume(returning: .success(try work()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }

    /// Starts a thread that no caller waits for.
    static func startDetached(_ body: @escaping @Sendable () -> Void) { pthread_detach(start(body)) }

    /// Starts a thread.
    private static func start(_ body: @escaping @Sendable () -> Void) -> pthread_t {
        let box = Unmanaged.passRetained(Body(body))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { context in
                Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, box.toOpaque())
        precondition(status == 0, "The system can't start another thread.")
        return thread
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
