import Ferry
import Synchronization

/// `--events`: writes each event as a line of JSON, to a file or to standard output.
final class EventReporter: Reporter {
    private struct State {
        var log = EventLog()
        var hasEnded = false
    }

    private let command: String
    private let sink: LineFile
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    /// - Parameters:
    ///   - command: The command's name.
    ///   - sink: Where the lines go.
    init(_ command: String, sink: LineFile) {
        self.command = command
        self.sink = sink
    }

    func begin() {
        var attributes = EventAttributes()
        attributes.set("vecferry.command", command)
        attributes.set("service.name", "vecferry")
        attributes.set("service.version", Engine.version)
        attributes.set("host.name", JobRun.thisHost)
        attributes.set("process.pid", Machine.processID)
        write([record(.runBegan, .info, attributes)])
    }

    func take(_ event: Event) {
        let (now, time) = (now, Machine.timestamp(milliseconds: true))
        // Under the lock, so that lines come in the order of their times.
        state.withLock { state in write(state.log.records(of: event, at: now, time: time)) }
    }

    func show(_ result: CommandResult) {
        let time = Machine.timestamp(milliseconds: true)
        state.withLock { state in write(state.log.records(of: result, time: time)) }
        finish(CommandDocument.outcome(of: result), isWell: ExitStatus(result) == .done)
    }

    func show(_ failure: CommandFailure) {
        switch failure {
        case .error(let error):
            var attributes = EventAttributes()
            attributes.add(error)
            attributes.set("vecferry.hint", error.hint)
            write([record(.error, .error, attributes, error.message)])
            finish("error", isWell: false)
        case .stopped: finish("stopped", isWell: false)
        case .stopping, .undelivered: break
        }
    }

    private func finish(_ outcome: String, isWell: Bool) {
        let isFirst = state.withLock { state in
            defer { state.hasEnded = true }
            return !state.hasEnded
        }
        guard isFirst else { return }
        var attributes = EventAttributes()
        attributes.set("vecferry.command", command)
        attributes.set("vecferry.outcome", outcome)
        attributes.set("vecferry.duration", now)
        write([record(.runEnded, isWell ? .info : .error, attributes)])
    }

    private func record(
        _ name: EventRecord.Name, _ severity: EventRecord.Severity, _ attributes: EventAttributes, _ body: String? = nil
    ) -> EventRecord {
        EventRecord(
            timestamp: Machine.timestamp(milliseconds: true), name: name, severity: severity, body: body,
            attributes: attributes.values)
    }

    private func write(_ records: [EventRecord]) { for record in records { sink.write(record.line) } }

    private var now: Double { (ContinuousClock.now - start) / .seconds(1) }
}
