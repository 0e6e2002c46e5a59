import Foundation
import Postgres
import RigSupport
import Testing

@testable import Ferry

/// A source whose catalog lies about definitions has no statement of its own run on the target.
@Suite struct HostileDefinitionTests {
    private static let setup = """
        CREATE TABLE items (id int PRIMARY KEY, embedding vector(2));
        CREATE INDEX items_embedding ON items USING hnsw (embedding vector_l2_ops);
        INSERT INTO items SELECT i, ARRAY[i, i] FROM generate_series(1, 50) AS i
        """

    @Test func `a second statement behind an index's definition does not run`() async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(Self.setup)
            try HostileScript.run("definition", as: databases.source.uri)
            var request = CopyRequest()
            request.create = true
            let plan = try await databases.engine().plan(request)
            let builds = plan.pairs.flatMap(\.indexes).flatMap(\.builds).flatMap(\.statements)
            #expect(builds.contains { $0.contains("ran_second") }, "The plan shows what would run: \(builds)")
            let report = try await databases.engine().copy(request)
            #expect(report.outcome == .failed)
            let error = try #require(report.tables.first?.error)
            #expect(error.contains("annot insert multiple commands"), "\(error)")
            #expect(try databases.target.value("SELECT to_regclass('public.ran_second') IS NULL") == "t")
        }
    }

    /// What `--create` runs is the source's, with the rights of the role that it connects as: README, "Whom it trusts".
    @Test func `a check that the source's owner wrote does no more on the target than the operator's role may`()
        async throws
    {
        try await Rig.withDatabases { databases in
            try await databases.source.withRole { owner in
                try databases.source.run("GRANT CREATE ON SCHEMA public TO \(owner.name)")
                try HostileScript.run("version-check", as: owner.uri)
                try await databases.target.withRole { operating in
                    try databases.target.run(
                        """
                        GRANT CREATE ON SCHEMA public TO \(operating.name);
                        CREATE SCHEMA vecferry AUTHORIZATION \(operating.name)
                        """)
                    var engine = try databases.engine()
                    engine.target = Endpoint(
                        .target, try ConnectionParameters(parsing: operating.uri), interrupt: engine.workers.interrupt)
                    var request = CopyRequest()
                    request.create = true
                    let report = try await engine.copy(request)
                    #expect(report.outcome == .failed)
                    let error = try #require(report.tables.first?.error)
                    #expect(error.contains("ermission denied for function pg_read_file"), "\(error)")
                }
            }
        }
    }
}
