import Logging
import Synchronization
import Testing

@testable import Ferry
@testable import vecferry

@Suite struct LogReporterTests {
    private let reporter = LogReporter(.init(label: "test"))

    @Test func `a retry is logged with its reason and its delay`() {
        let error = FerryError(.database, "The connection was lost.", side: .target)
        let record = reporter.record(.retry(error, attempt: 2, of: 8, delay: .milliseconds(500)))
        #expect(record?.level == .warning)
        #expect(record?.message == "target: The connection was lost. Trying again in 0.5 s, try 2 of 8.")
    }

    @Test func `a server that goes away is one line a try, however many sessions notice`() {
        func levels(_ side: Side, _ attempt: Int, _ message: String = "The connection was lost.") -> String? {
            let error = FerryError(.database, message, side: side)
            return reporter.record(.retry(error, attempt: attempt, of: 8, delay: .seconds(1)))?.level.rawValue
        }
        #expect((1...8).map { _ in levels(.target, 1) } == ["warning"] + Array(repeating: "debug", count: 7))
        #expect(levels(.source, 1) == "warning" && levels(.source, 1) == "debug")
        #expect(levels(.target, 1, "The server is starting up.") == "debug")
        #expect(levels(.target, 2) == "warning" && levels(.target, 2) == "debug")
    }

    /// Collects lines.
    private final class Sink: LineSink {
        let lines = Mutex<[String]>([])
        func message(_ line: Line) { lines.withLock { $0.append(line.text) } }
    }

    @Test func `a record is one line, also of an error whose message has two`() {
        let sink = Sink()
        let log = LogLines(logLevel: .info, hasTimestamps: false, sink: sink)
        let logger = Logger(label: "test") { _ in log }
        let error = FerryError(.cannotConnect, "Connection refused.\n\tIs the server running there?", side: .target)
        LogReporter(logger, sink: sink).take(.retry(error, attempt: 1, of: 2, delay: .seconds(1)))
        #expect(
            sink.lines.withLock { $0 } == [
                "warning: target: Connection refused. Is the server running there? Trying again in 1.0 s, try 1 of 2."
            ])
    }

    @Test func `in a pipe, a night's copy is some hundred lines`() {
        var (seconds, lines) = (0.0, 0)
        while seconds < 3 * 3_600 {
            seconds += ProgressReporter.pause(after: seconds)
            lines += 1
        }
        #expect(ProgressReporter.pause(after: 0) == 5)
        #expect((150...250).contains(lines))
    }

    @Test func `a fault that comes again later is told again`() {
        var news = RetryNews()
        let start = ContinuousClock.now
        let error = FerryError(.database, "The connection was lost.", side: .target)
        let answers = [0, 5, 61].map { news.isNews(error, attempt: 1, at: start + .seconds($0)) }
        #expect(answers == [true, false, true])
    }

    @Test func `events that come many times a second are not logged`() {
        #expect(reporter.record(.moved(pair: 0, rows: 1, bytes: 1)) == nil)
        #expect(reporter.record(.readBack(pair: 0, rows: 1, bytes: 1)) == nil)
    }

    @Test func `the work of an earlier run is logged`() {
        let record = reporter.record(.resumed(job: 3, doneChunks: 1, allChunks: 12, restoredIndexes: 2))
        #expect(record?.message == "Resuming job 3: 1 of 12 chunks already copied, 2 saved indexes put back.")
    }
}
