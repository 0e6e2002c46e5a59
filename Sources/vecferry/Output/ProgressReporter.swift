import Ferry
import Synchronization

/// Shows progress: redraws lines on a terminal, or writes a line to a pipe now and then.
final class ProgressReporter: Reporter {
    /// Seconds between two updates, by the seconds since the beginning.
    private let interval: @Sendable (Double) -> Double
    private let draw: @Sendable (ProgressLines) -> Void
    private let onBegin: @Sendable () -> Void
    private let onEnd: @Sendable () -> Void
    private let start = ContinuousClock.now
    private let board = Mutex(ProgressBoard())
    private let ticker = Ticker()

    private init(
        every interval: @escaping @Sendable (Double) -> Double, onBegin: @escaping @Sendable () -> Void = {},
        onEnd: @escaping @Sendable () -> Void = {}, draw: @escaping @Sendable (ProgressLines) -> Void
    ) {
        self.interval = interval
        self.draw = draw
        self.onBegin = onBegin
        self.onEnd = onEnd
    }

    /// A reporter that draws lines at the bottom of a terminal every quarter of a second: often enough to look alive,
    /// at no cost.
    static func live(_ console: Console) -> ProgressReporter {
        ProgressReporter(every: { _ in 0.25 }, onBegin: console.beginLive, onEnd: console.endLive) { lines in
            console.redraw { lines.live(width: $0, height: $1) }
        }
    }

    /// A reporter that writes a line to the log every few seconds at first, and every minute later: a night's copy is some hundred lines.
    static func lines(_ log: LogReporter) -> ProgressReporter {
        ProgressReporter(every: pause(after:)) { lines in
            if let line = lines.plain { log.log(line) }
        }
    }

    /// Seconds until the next line in a pipe, by the seconds since the beginning.
    static func pause(after seconds: Double) -> Double {
        switch seconds {
        case ..<60: 5
        case ..<300: 20
        default: 60
        }
    }

    /// Starts showing progress.
    func begin() {
        onBegin()
        ticker.begin(every: { self.interval(self.now) }) {
            self.draw(ProgressLines(board: self.board.withLock { $0 }, now: self.now))
        }
    }

    func take(_ event: Event) {
        let now = now
        board.withLock { $0.take(event, at: now) }
    }

    /// Stops showing progress, and removes its lines from the screen.
    func end() {
        ticker.end()
        onEnd()
    }

    private var now: Double { (ContinuousClock.now - start) / .seconds(1) }
}
