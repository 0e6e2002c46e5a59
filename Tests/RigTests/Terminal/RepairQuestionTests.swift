import Foundation
import Postgres
import RigSupport
import Testing

/// `vecferry verify --repair` on a real terminal.
@Suite struct RepairQuestionTests {
    private static let table = "CREATE TABLE items (id int PRIMARY KEY, embedding vector(2));"

    /// A target with one row too many, one that differs, and one missing.
    private func withDifferences(_ body: (RigDatabases) async throws -> Void) async throws {
        try await Rig.withDatabases(setup: Self.table) { databases in
            try databases.source.run("INSERT INTO items VALUES (1, '[1,1]'), (2, '[2,2]'), (3, '[3,3]')")
            try databases.target.run("INSERT INTO items VALUES (1, '[1,1]'), (2, '[9,9]'), (4, '[4,4]')")
            try await body(databases)
        }
    }

    private func start(_ databases: RigDatabases, _ arguments: String...) throws -> Command {
        try Ferryman.start(
            ["verify", "--repair"] + arguments,
            environment: [
                "VECFERRY_SOURCE": databases.source.uri, "VECFERRY_TARGET": databases.target.uri, "TERM": "xterm",
            ], onTerminal: (columns: 80, rows: 24))
    }

    private func ids(_ databases: RigDatabases) throws -> [String] {
        try databases.target.run("SELECT id || embedding::text FROM items ORDER BY id").compactMap { $0[0] }
    }

    @Test(arguments: [("y\n", ["1[1,1]", "2[2,2]", "3[3,3]"], Int32(0)), ("\n", ["1[1,1]", "2[9,9]", "4[4,4]"], 4)])
    func `it asks before rows are deleted or replaced, after it has listed them, and only a yes is one`(
        answer: String, ids: [String], status: Int32
    ) async throws {
        try await withDifferences { databases in
            let verify = try start(databases)
            let question = "Delete 1 row and replace 1 row of the target, as listed above? [y/N]"
            #expect(eventually { verify.outputSoFar.contains(question) || !verify.isRunning })
            let before = try #require(verify.outputSoFar.firstRange(of: question), "\(verify.outputSoFar)")
            let listed = verify.outputSoFar[..<before.lowerBound]
            #expect(listed.contains("id=4") && listed.contains("id=2") && listed.contains("1 to delete"), "\(listed)")
            verify.type(answer)
            let ended = verify.ended()
            #expect(ended.status == status, "\(ended.said)")
            #expect(try self.ids(databases) == ids)
        }
    }

    @Test func `Ctrl-C at the question ends it, and nothing was changed`() async throws {
        try await withDifferences { databases in
            let verify = try start(databases)
            #expect(eventually { verify.outputSoFar.contains("[y/N]") || !verify.isRunning })
            // What the terminal makes of the key.
            verify.type("\u{3}")
            let ended = verify.ended()
            #expect(ended.status == 130, "\(ended.said)")
            #expect(try ids(databases) == ["1[1,1]", "2[9,9]", "4[4,4]"])
        }
    }

    @Test func `with --yes, without a terminal, and where rows are only inserted, it does not ask`() async throws {
        try await withDifferences { databases in
            let repaired = try start(databases, "--yes").ended()
            #expect(repaired.status == 0 && !repaired.output.contains("[y/N]"), "\(repaired.said)")
            try databases.target.run("DELETE FROM items WHERE id = 2")
            let inserted = try start(databases).ended()
            #expect(inserted.status == 0 && !inserted.output.contains("[y/N]"), "\(inserted.said)")
            try databases.target.run("DELETE FROM items; INSERT INTO items VALUES (9, '[9,9]')")
            let piped = try Ferryman.run(
                ["verify", "--repair", "--source", databases.source.uri, "--target", databases.target.uri])
            #expect(piped.status == 0, "\(piped.said)")
            #expect(try ids(databases) == ["1[1,1]", "2[2,2]", "3[3,3]"])
        }
    }
}
