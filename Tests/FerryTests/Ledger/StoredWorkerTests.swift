import Testing

@testable import Ferry

@Suite struct StoredWorkerTests {
    /// As vecferry 0.1.0 stored it.
    private static let working =
        #"{"failures":[],"format":4,"host":"host-b","isCoordinator":false,"process":4711,"streams":2,"vecferry":"0.1.0"}"#
    private static let failed =
        #"{"failures":[{"hint":"Do it.","message":"It broke.","pair":3}],"format":4,"host":"host-b","isCoordinator":true,"process":4711,"streams":2,"vecferry":"0.1.0"}"#

    @Test(arguments: [working, failed])
    func `the record of a worker is read, and nothing of it is lost`(text: String) throws {
        #expect(try StoredWorker(text: text).text == text)
    }

    @Test func `a worker writes what others read`() throws {
        var worker = StoredWorker(host: "host-b", process: 4711, streams: 2, isCoordinator: false)
        #expect(worker.text == Self.working)
        worker.isCoordinator = true
        worker.failures = [StoredWorker.Failure(3, FerryError(.database, "It broke.", hint: "Do it."))]
        #expect(worker.text == Self.failed)
    }
}
