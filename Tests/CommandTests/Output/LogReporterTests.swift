import Logging
import Postgres
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

    @Test func `a server that goes away is one line, however many sessions notice and try again`() {
        func levels(_ side: Side, _ attempt: Int, _ message: String = "The connection was lost.") -> String? {
            let error = FerryError(.database, message, side: side)
            return reporter.record(.retry(error, attempt: attempt, of: 8, delay: .seconds(1)))?.level.rawValue
        }
        #expect((1...8).map { _ in levels(.target, 1) } == ["warning"] + Array(repeating: "debug", count: 7))
        #expect(levels(.source, 1) == "warning" && levels(.source, 1) == "debug")
        #expect(levels(.target, 1, "The server is starting up.") == "debug")
        #expect(levels(.target, 2) == "debug" && levels(.target, 3) == "debug")
    }

    @Test func `a worker is named when it joins, is silent and leaves`() {
        func line(_ state: WorkerStatus.State) -> String? {
            reporter.record(.worker(Fixtures.worker(2, state))).map { "\($0.level.rawValue): \($0.message)" }
        }
        #expect(line(.working) == "notice: Worker 2 on worker-2, process 4702, 2 streams, copies too.")
        #expect(
            line(.silent)
                == "warning: Worker 2 on worker-2, process 4702, 2 streams, has given no sign of life for 21 s. Others copy its chunks."
        )
        #expect(line(.left) == "notice: Worker 2 on worker-2, process 4702, 2 streams, has left after 20 chunks.")
    }

    @Test func `of a copy that yields, the first line and the last one are for everybody`() {
        func line(_ change: StreamChange) -> String? {
            reporter.record(.streams(change)).map { "\($0.level.rawValue): \($0.message)" }
        }
        let slow = ["a commit takes 250 ms", "others run 5 statements"]
        #expect(line(.asked(1)) == "notice: Working with 1 stream from now on, as vecferry jobs asked.")
        #expect(
            line(.yields(2, of: 4, because: slow))
                == "notice: Yielding to the target, 2 of 4 streams: a commit takes 250 ms, others run 5 statements.")
        #expect(line(.yields(0, of: 4, because: slow))?.hasPrefix("debug: Yielding to the target, 0 of 4") == true)
        #expect(line(.back(4)) == "notice: The target has time again: working with 4 streams.")
        #expect(line(.yields(2, of: 4, because: slow))?.hasPrefix("notice") == true)
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
        let answers = [0, 5, 66].map { news.isNews(error, attempt: 1, at: start + .seconds($0)) }
        #expect(answers == [true, false, true])
    }

    @Test func `an outage is told once, however often and however many sessions try again`() {
        var news = RetryNews()
        let start = ContinuousClock.now
        let error = FerryError(.database, "The connection was lost.", side: .target)
        let answers = (0..<100).map { news.isNews(error, attempt: 2 + $0 / 10, at: start + .seconds($0)) }
        #expect(answers.count(where: \.self) == 1)
    }

    @Test func `a server that is back is told once, with how long it was away`() {
        var outages = Outages()
        let lost = PostgresError(.connectionLost, "The server closed the connection.")
        for (attempt, now) in [(2, 0.0), (2, 0.1), (3, 1.0), (3, 1.2), (4, 3.0)] {
            let event = Event.retry(FerryError(lost, .target), attempt: attempt, of: 8, delay: .seconds(2))
            #expect(outages.take(event, at: now).isEmpty)
        }
        #expect(
            outages.all.map(\.attempt) == [4] && outages.all.map(\.since) == [0] && outages.all.map(\.nextTry) == [5])
        let source = QualifiedName(schema: "public", name: "items")
        #expect(
            outages.take(.compared(.source, relation: source, rows: 1, bytes: 1, scanned: 0), at: 6).isEmpty)
        #expect(outages.take(.moved(pair: 0, rows: 1, bytes: 1), at: 7).map(\.name) == ["Target"])
        #expect(outages.all.isEmpty)
        // One statement that failed is no outage.
        let deadlock = PostgresError(.server, "deadlock detected", sqlState: "40P01")
        _ = outages.take(.retry(FerryError(deadlock, .target), attempt: 2, of: 8, delay: .zero), at: 8)
        #expect(outages.all.isEmpty)
    }

    @Test func `a session that finds itself cut off late makes no outage of a server that answers`() {
        let lost = FerryError(PostgresError(.connectionLost, "The server closed the connection."), .target)
        var outages = Outages()
        _ = outages.take(.retry(lost, attempt: 2, of: 8, delay: .seconds(0.5)), at: 0)
        #expect([1.0, 2, 3].allSatisfy { now in !outages.all.contains { $0.isWorthTelling(at: now) } })
        // The new connection takes long.
        #expect(outages.all.contains { $0.isWorthTelling(at: 4) })
        _ = outages.take(.retry(lost, attempt: 3, of: 8, delay: .seconds(1)), at: 0.6)
        #expect([0.9, 1].map { now in outages.all.contains { $0.isWorthTelling(at: now) } } == [false, true])
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
