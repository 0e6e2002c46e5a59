import Ferry
import Synchronization

/// `--metrics-file`: replaces a file with the state of the work every few seconds, and at the end.
final class MetricsReporter: Reporter {
    /// Seconds between two updates: the scrape interval that Prometheus begins with is a minute.
    private static let interval = 5.0

    private struct State {
        var board = ProgressBoard()
        var retries: [String: Int] = [:]
        var outcome: String?
        var hasFailed = false
    }

    private let command: String
    private let path: String
    private let console: Console
    private let start = ContinuousClock.now
    private let state = Mutex(State())
    private let ticker = Ticker()

    /// - Parameter command: The command's name.
    init(_ command: String, path: String, console: Console) {
        self.command = command
        self.path = path
        self.console = console
    }

    func begin() {
        write()
        ticker.begin(every: { Self.interval }, write)
    }

    func take(_ event: Event) {
        let now = (ContinuousClock.now - start) / .seconds(1)
        state.withLock { state in
            state.board.take(event, at: now)
            if case .retry(let error, _, _, _) = event { state.retries[error.side?.rawValue ?? "", default: 0] += 1 }
        }
    }

    func end() { ticker.end() }

    func show(_ result: CommandResult) { finish(CommandDocument.outcome(of: result)) }

    func show(_ failure: CommandFailure) {
        switch failure {
        case .error: finish("error")
        case .stopped: finish("stopped")
        case .stopping, .undelivered: break
        }
    }

    private func finish(_ outcome: String) {
        state.withLock { $0.outcome = outcome }
        write()
    }

    private func write() {
        state.withLock { state in
            let text = MetricsText(
                command: command, board: state.board, retries: state.retries, outcome: state.outcome,
                time: Machine.secondsSince1970
            ).text
            guard let failure = Machine.replace(path, with: text), !state.hasFailed else { return }
            state.hasFailed = true
            console.message("\("warning:", .attention) The metrics file \(path) could not be written: \(failure).")
        }
    }
}
