import Ferry
import Postgres
import RigSupport
import Testing

/// Blockers that the tables give rise to.
@Suite struct BlockerTests {
    private static let items = "CREATE TABLE items (id int PRIMARY KEY, botid text, embedding vector(2));"

    /// The blockers of a plan, each as `side code`; the copy must refuse with the first of them.
    private func blockers(
        source: String = BlockerTests.items, target: String = BlockerTests.items,
        _ change: (inout CopyRequest) -> Void = { _ in }
    ) async throws -> [String] {
        try await Rig.withDatabases { databases in
            try databases.source.run(source)
            try databases.target.run(target)
            var request = CopyRequest()
            change(&request)
            return try await blockers(databases.engine(), request)
        }
    }

    private func blockers(_ engine: Engine, _ request: CopyRequest = CopyRequest()) async throws -> [String] {
        let plan = try await engine.plan(request)
        guard !plan.isReady else { return [] }
        let error = await #expect(throws: FerryError.self) { try await engine.copy(request) }
        #expect(error?.code == .blocked)
        #expect(error?.hint?.contains(plan.blockers.first?.message ?? "") == true)
        return plan.blockers.map { "\($0.side.map { "\($0) " } ?? "")\($0.code)" }
    }

    @Test func `a target without the extension`() async throws {
        let without = "DROP EXTENSION vector; CREATE TABLE items (id int)"
        let found = try await blockers(target: without)
        #expect(found.contains("target extension_missing"))
    }

    @Test func `a target without the table`() async throws {
        #expect(try await blockers(target: "") == ["target table_missing"])
    }

    @Test func `a target without a column, or with one that must be given`() async throws {
        #expect(
            try await blockers(target: "CREATE TABLE items (id int, embedding vector(2))") == ["target column_missing"])
        #expect(
            try await blockers(target: Self.items + "ALTER TABLE items ADD x int NOT NULL") == [
                "target column_required"
            ])
    }

    @Test(arguments: ["embedding TYPE vector(3)", "id TYPE bigint", "botid TYPE varchar(5)", "embedding TYPE vector"])
    func `a column of another type or with other dimensions`(change: String) async throws {
        #expect(try await blockers(target: Self.items + "ALTER TABLE items ALTER \(change)") == ["target type_differs"])
    }

    @Test func `source and target are one database`() async throws {
        try await Rig.withDatabases(setup: Self.items) { databases in
            var engine = try databases.engine()
            // Under another name of the host.
            let uri = databases.source.uri.replacing("127.0.0.1", with: "localhost")
            engine.target = Endpoint(
                .target, try ConnectionParameters(parsing: uri), interrupt: engine.workers.interrupt)
            #expect(try await blockers(engine).contains("same_database"))
        }
    }

    @Test func `two databases of one server are not one database`() async throws {
        try await Rig.withDatabases(setup: Self.items, onTargetServer: true) { databases in
            let plan = try await databases.engine().plan(CopyRequest())
            #expect(plan.isReady)
        }
    }
}
