import RigSupport
import Testing

/// Keeps the databases of a suite's tests until all have ended.
struct DroppingInTheEnd: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void
    ) async throws {
        try await Rig.keepingDatabases(during: body)
    }
}

extension Trait where Self == DroppingInTheEnd {
    static var droppingDatabasesInTheEnd: DroppingInTheEnd { DroppingInTheEnd() }
}
