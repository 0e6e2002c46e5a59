import Testing

@testable import Ferry

@Suite struct StoredRunTests {
    /// As vecferry 0.1.0 stored it.
    private static let running =
        #"{"format":4,"host":"worker-1","process":4711,"streams":4,"vecferry":"0.1.0"}"#
    private static let failed =
        #"{"end":{"error":"target: The disk is full.","failures":[{"error":"It broke.","table":{"name":"items","schema":"public"}}],"outcome":"failed"},"format":4,"host":"worker-1","process":4711,"streams":4,"vecferry":"0.1.0"}"#

    @Test(arguments: [running, failed])
    func `the record of a process is read, and nothing of it is lost`(text: String) throws {
        #expect(try StoredRun(text: text).text == text)
    }

    @Test func `a process that works and one that failed are told apart`() throws {
        let running = try StoredRun(text: Self.running).run(beganAt: "a", endedAt: nil, seconds: 1)
        #expect(
            running
                == JobRun(
                    host: "worker-1", process: 4711, version: "0.1.0", streams: 4, beganAt: "a", seconds: 1))
        let failed = try StoredRun(text: Self.failed).run(beganAt: "a", endedAt: "b", seconds: 1)
        #expect(failed.outcome == .failed && failed.error == "target: The disk is full.")
        #expect(
            failed.failures == [
                JobRun.Failure(table: QualifiedName(schema: "public", name: "items"), error: "It broke.")
            ])
        #expect(StoredRunEnd(FerryError.interrupted).outcome.value == .stopped)
    }

    @Test func `one that a newer vecferry ended in another way is not taken for damage`() {
        let text = Self.failed.replacing(#""failed"}"#, with: #""emigrated"}"#)
        #expect(throws: StoredFault.newer(writer: "0.1.0")) { try StoredRun(text: text) }
    }
}
