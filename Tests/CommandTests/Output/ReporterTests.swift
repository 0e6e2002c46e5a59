import Synchronization
import Testing

@testable import Ferry
@testable import vecferry

@Suite struct ReporterTests {
    /// The calls to a reporter, in order.
    private final class Recorder: Reporter {
        let calls = Mutex<[String]>([])

        func begin() { record("begin") }
        func take(_ event: Event) { record("event") }
        func end() { record("end") }
        func show(_ result: CommandResult) { record("result") }
        func show(_ failure: CommandFailure) { record("failure") }

        private func record(_ call: String) { calls.withLock { $0.append(call) } }
    }

    @Test func `several reporters get the same calls`() throws {
        let recorders = [Recorder(), Recorder()]
        let reporter = Reporters(all: recorders)
        reporter.begin()
        reporter.take(.began(.plan))
        reporter.end()
        try reporter.show(.plan(Fixtures.plan([])))
        reporter.show(.stopping)
        for recorder in recorders {
            #expect(recorder.calls.withLock { $0 } == ["begin", "event", "end", "result", "failure"])
        }
    }

    @Test(
        arguments: [
            ([], [LogReporter.self, ProgressReporter.self, TextReporter.self]),
            (["--json"], [LogReporter.self, ProgressReporter.self, JSONReporter.self]),
            (["--quiet"], [LogReporter.self, TextReporter.self]),
        ] as [([String], [any Reporter.Type])])
    func `options decide who reports, and the result comes last`(arguments: [String], types: [any Reporter.Type]) throws
    {
        let reporter = try #require(try OutputOptions.parse(arguments).reporter(of: "plan") as? Reporters)
        #expect(reporter.all.map { "\(type(of: $0))" } == types.map { "\($0)" })
    }
}
