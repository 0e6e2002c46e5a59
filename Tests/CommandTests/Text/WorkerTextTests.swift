import Testing

@testable import Ferry
@testable import vecferry

@Suite struct WorkerTextTests {
    /// What a worker says at its end, with its exit status.
    private static func end(_ report: WorkerReport) throws -> (text: String, status: Int32) {
        _ = try JSONTests.text("worker", .worker(report))
        let result = CommandResult.worker(report)
        return (result.plain.trimmingSuffix("\n"), ExitStatus(result).rawValue)
    }

    @Test func `a worker says what it copied, and why it left`() throws {
        let done = WorkerDone(chunks: 22, rows: 11_176, bytes: 18 << 20)
        let finished = try Self.end(WorkerReport(outcome: .done, job: 7, done: done, seconds: 31))
        #expect(
            finished.text
                == "Done: copied 11,176 rows in 22 chunks, 18 MB, of job 7. No more chunks are to be copied; the copy goes on by itself."
        )
        #expect(finished.status == 0)
        let gone = try Self.end(WorkerReport(outcome: .abandoned, job: 7, done: done, seconds: 631))
        #expect(
            gone.text
                == "STOPPED: copied 11,176 rows in 22 chunks, 18 MB, of job 7, whose copy is gone. To resume it, run the same vecferry copy again."
        )
        #expect(gone.status == 7)
        let nothing = try Self.end(WorkerReport(outcome: .nothing, job: nil, done: WorkerDone(), seconds: 600))
        #expect(nothing.text == "NOTHING: no copy offered chunks in 10 min 0 s.")
        #expect(nothing.status == 8)
    }

    @Test func `a lease without workers is refused`() throws {
        #expect(throws: (any Error).self) { try CopyCommand.parse(["--lease", "20"]) }
        #expect(throws: (any Error).self) { try CopyCommand.parse(["--workers", "--lease", "1"]) }
        #expect(try CopyCommand.parse([]).hosts.request == nil)
        #expect(try CopyCommand.parse(["--workers"]).hosts.request?.lease == .seconds(15))
        #expect(try CopyCommand.parse(["--workers", "--lease", "20"]).hosts.request?.lease == .seconds(20))
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
