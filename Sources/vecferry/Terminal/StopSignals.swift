import Postgres
import Synchronization
import UnixSignals

/// Handles Ctrl-C, SIGTERM, and SIGHUP, which a closed terminal sends. The first signal asks the engine to stop, so that the
/// same command can resume. A second one, or an engine that has not stopped within ``StopSignals/patience``, ends the process
/// at once, after which a job can be resumed too.
final class StopSignals: Sendable {
    /// A signal that asks the process to stop.
    enum Signal: Sendable {
        /// SIGINT, which Ctrl-C sends.
        case interrupt
        /// SIGTERM.
        case terminate
        /// SIGHUP.
        case hangUp

        /// The signal of a number; one that is not handled counts as SIGINT.
        init(_ signal: UnixSignal) {
            switch signal {
            case .sigterm: self = .terminate
            case .sighup: self = .hangUp
            default: self = .interrupt
            }
        }

        /// The status that the process ends with.
        var status: ExitStatus {
            switch self {
            case .interrupt: .interrupted
            case .terminate: .terminated
            case .hangUp: .hungUp
            }
        }
    }

    /// The response to a signal.
    enum Response {
        /// Asks the engine to stop.
        case stop
        /// Ends the process without waiting for the engine.
        case endAtOnce
        /// Nothing.
        case ignore

        /// - Parameter first: The signal that came first; nil if this is it.
        init(to signal: Signal, after first: Signal?) {
            // When a terminal closes, both the kernel and the shell send SIGHUP.
            self = first == nil ? .stop : signal == .hangUp ? .ignore : .endAtOnce
        }
    }

    /// The time that the engine may take to stop: the operator is promised 5 seconds.
    static let patience: Duration = .milliseconds(4500)

    private let first = Mutex<Signal?>(nil)

    /// The first signal; nil before one arrives.
    var received: Signal? { first.withLock { $0 } }

    /// Runs `body` with the signals wired to `interrupt`. SIGHUP stays ignored where the process began so, as under `nohup`.
    ///
    /// - Parameter onStop: Called at the first signal, and again, with `atOnce`, right before the process is ended
    ///   early.
    func guarding<Result: Sendable>(
        _ interrupt: Interrupt, onStop: @escaping @Sendable (_ atOnce: Bool) -> Void,
        _ body: () async throws -> Result
    ) async throws -> Result {
        let signals =
            Machine.ignoresHangups
            ? await UnixSignalsSequence(trapping: .sigint, .sigterm)
            : await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        let watch = Task.detached {
            for await signal in signals {
                let signal = Signal(signal)
                let response = self.first.withLock { first in
                    defer { first = first ?? signal }
                    return Response(to: signal, after: first)
                }
                switch response {
                case .ignore: continue
                case .endAtOnce: Self.endAtOnce(self.received ?? signal, onStop)
                case .stop: interrupt.request()
                }
                onStop(false)
                Task.detached {
                    try await Task.sleep(for: Self.patience)
                    Self.endAtOnce(signal, onStop)
                }
            }
        }
        defer { watch.cancel() }
        return try await body()
    }

    private static func endAtOnce(_ signal: Signal, _ onStop: @Sendable (Bool) -> Void) -> Never {
        onStop(true)
        Machine.endAtOnce(signal.status)
    }
}
