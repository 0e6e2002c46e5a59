internal import Dispatch

/// Runs a test on a thread of its own, on which it may wait.
///
/// There are as few cooperative threads as cores, and tests that wait for a program or a server would hold them.
final class OwnThread: TaskExecutor {
    private let queue = DispatchQueue(label: "vecferry.test")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
