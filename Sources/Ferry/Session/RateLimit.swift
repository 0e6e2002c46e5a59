public import Postgres
internal import Synchronization

/// The most bytes of rows that all sessions of a command together read in a second.
///
/// Reading is where every row passes once: those that are copied are read from the source, those that are read back from the target. A
/// server whose rows are not taken waits.
public final class RateLimit: Sendable {
    private let schedule: Mutex<RateSchedule>
    private let interrupt: Interrupt

    /// - Parameters:
    ///   - bytesPerSecond: More than 0.
    ///   - interrupt: Ends every wait.
    public init(bytesPerSecond: Double, interrupt: Interrupt) {
        schedule = Mutex(RateSchedule(bytesPerSecond: bytesPerSecond, from: .now))
        self.interrupt = interrupt
    }

    /// Waits until as much time has passed as these bytes, and those before them, may take.
    ///
    /// - Throws: ``FerryError/Code/interrupted``.
    func take(_ bytes: Int) throws(FerryError) {
        let until = schedule.withLock { $0.end(of: bytes, at: .now) }
        while true {
            let left = until - .now
            guard left > .zero else { return }
            if interrupt.isRequested { throw .interrupted }
            Pause.milliseconds(Int(min(50, max(1, left / .milliseconds(1)))))
        }
    }
}

/// When bytes may have passed at an even pace.
struct RateSchedule {
    /// Time in which nothing was read can be made up for, as far as this.
    static let slack = Duration.milliseconds(250)

    private let bytesPerSecond: Double
    private var end: ContinuousClock.Instant

    init(bytesPerSecond: Double, from start: ContinuousClock.Instant) {
        self.bytesPerSecond = bytesPerSecond
        end = start
    }

    /// Adds bytes that are read now.
    ///
    /// - Returns: When they may have passed.
    mutating func end(of bytes: Int, at now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        end = max(end, now - Self.slack) + .seconds(Double(bytes) / bytesPerSecond)
        return end
    }
}
