import Synchronization

/// Does something again and again until it is ended.
final class Ticker: Sendable {
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// Begins.
    ///
    /// - Parameter interval: Seconds until the next time.
    func begin(every interval: @escaping @Sendable () -> Double, _ body: @escaping @Sendable () -> Void) {
        let ticking = Task.detached {
            while true {
                do { try await Task.sleep(for: .seconds(interval())) } catch { return }
                body()
            }
        }
        task.withLock { $0 = ticking }
    }

    /// Ends it; what is under way may still end.
    func end() {
        let ticking = task.withLock { task in
            defer { task = nil }
            return task
        }
        ticking?.cancel()
    }
}
