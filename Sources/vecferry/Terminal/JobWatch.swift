import Ferry
import Logging
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Watches a job for the operator: takes its events from any thread, logs what is worth a record, and shows how far it is,
/// on a terminal in lines that are redrawn, into a pipe in a line now and then.
final class JobWatch: Sendable {
    /// Fast enough to look alive, slow enough to cost nothing.
    private static let redrawInterval: Duration = .milliseconds(250)
    private static let plainInterval: Duration = .seconds(5)

    private let log: EventLog
    private let showsProgress: Bool
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    private struct State {
        var board = ProgressBoard()
        var plan: Plan?
        var ticker: Task<Void, Never>?
    }

    /// Logs, and shows progress, as far as the options want it; ``begin()`` starts to show.
    init(_ options: OutputOptions) {
        log = EventLog(LogLines.logger(options))
        showsProgress = !options.quiet
    }

    /// The plan that the engine announced.
    var plan: Plan? { state.withLock { $0.plan } }

    /// The engine's ``EventSink``.
    func take(_ event: Event) {
        let now = now
        state.withLock { state in
            state.board.take(event, at: now)
            if case .planned(let plan) = event { state.plan = plan }
        }
        log.take(event)
    }

    /// Logs the notes of a result that no event has told of.
    func take(_ notes: [Note]) { log.take(notes) }

    /// Begins to show progress.
    func begin() {
        guard showsProgress else { return }
        let isLive = Console.shared.isLive
        if isLive { Console.shared.beginLive() }
        let ticker = Task.detached { [self] in
            while true {
                do { try await Task.sleep(for: isLive ? Self.redrawInterval : Self.plainInterval) } catch { return }
                if isLive { redraw() } else { say() }
            }
        }
        state.withLock { $0.ticker = ticker }
    }

    /// Stops showing progress, and clears what is on the screen.
    func end() {
        let ticker = state.withLock { state in
            defer { state.ticker = nil }
            return state.ticker
        }
        ticker?.cancel()
        Console.shared.endLive()
    }

    private var now: Double { (ContinuousClock.now - start) / .seconds(1) }

    private func redraw() {
        let size = Machine.terminalSize(STDERR_FILENO) ?? (columns: 80, rows: 24)
        // One line stays free, for the cursor.
        Console.shared.redraw(lines.live(width: size.columns, height: size.rows - 1))
    }

    private func say() {
        if let line = lines.plain { log.say(line) }
    }

    private var lines: ProgressLines {
        let board = state.withLock { $0.board }
        return ProgressLines(board: board, now: now)
    }
}
