import Ferry
import Synchronization

/// Shows progress: redraws lines on a terminal, or writes a line to a pipe now and then.
final class ProgressReporter: Reporter {
    private let interval: Duration
    private let draw: @Sendable (ProgressLines) -> Void
    private let onBegin: @Sendable () -> Void
    private let onEnd: @Sendable () -> Void
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    private struct State {
        var board = ProgressBoard()
        var ticker: Task<Void, Never>?
    }

    private init(
        every interval: Duration, onBegin: @escaping @Sendable () -> Void = {},
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
        ProgressReporter(every: .milliseconds(250), onBegin: console.beginLive, onEnd: console.endLive) { lines in
            console.redraw { lines.live(width: $0, height: $1) }
        }
    }

    /// A reporter that writes a line to the log every five seconds.
    static func lines(_ log: LogReporter) -> ProgressReporter {
        ProgressReporter(every: .seconds(5)) { lines in
            if let line = lines.plain { log.log(line) }
        }
    }

    /// Starts showing progress.
    func begin() {
        onBegin()
        let ticker = Task.detached { [self] in
            while true {
                do { try await Task.sleep(for: interval) } catch { return }
                draw(ProgressLines(board: state.withLock { $0.board }, now: now))
            }
        }
        state.withLock { $0.ticker = ticker }
    }

    func take(_ event: Event) {
        let now = now
        state.withLock { $0.board.take(event, at: now) }
    }

    /// Stops showing progress, and removes its lines from the screen.
    func end() {
        let ticker = state.withLock { state in
            defer { state.ticker = nil }
            return state.ticker
        }
        ticker?.cancel()
        onEnd()
    }

    private var now: Double { (ContinuousClock.now - start) / .seconds(1) }
}
