import Ferry
import RigSupport
import Testing

/// Columns that the target computes are compared by their definition: a repair can't give them values.
@Suite struct VerifyGeneratedTests {
    private func table(_ column: String) -> String {
        "CREATE TABLE docs (id int PRIMARY KEY, t text, embedding vector(3), tsv \(column))"
    }

    private static let english = "tsvector GENERATED ALWAYS AS (to_tsvector('english', t)) STORED"
    private static let simple = "tsvector GENERATED ALWAYS AS (to_tsvector('simple', t)) STORED"

    private func compare(
        source: String, target: String, _ body: (VerifyReport, RigDatabases) async throws -> Void
    ) async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(
                table(source)
                    + "; INSERT INTO docs (id, t, embedding) VALUES (1, 'running foxes', '[1,2,3]'), (2, 'a dog', NULL)"
            )
            try databases.target.run(table(target))
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            try databases.target.run("UPDATE docs SET t = 'walking' WHERE id = 2")
            var request = VerifyRequest()
            request.repair = .apply
            let report = try await databases.verify(request)
            #expect(report.outcome == .same)
            #expect(report.repair?.tables.map(\.replaced) == [1])
            try await body(report, databases)
        }
    }

    @Test func `the same definition on both sides is said to be the same`() async throws {
        try await compare(source: Self.english, target: Self.english) { report, databases in
            let note = try #require(report.notes.first { $0.code == .comparedByDefinition })
            #expect(note.level == .info && note.message.contains("tsv"))
            #expect(try databases.target.value("SELECT tsv FROM docs WHERE id = 1") == "'fox':2 'run':1")
        }
    }

    @Test func `another definition is a warning with both, and repaired rows do not differ for ever`() async throws {
        try await compare(source: Self.english, target: Self.simple) { report, databases in
            let note = try #require(report.notes.first { $0.code == .generationDiffers })
            #expect(note.level == .warning && note.message.contains("'simple'") && note.message.contains("'english'"))
            #expect(try databases.target.value("SELECT tsv FROM docs WHERE id = 1") == "'foxes':2 'running':1")
        }
    }

    @Test func `a column that only the target computes is a warning`() async throws {
        try await compare(source: "tsvector", target: "tsvector") { _, databases in
            try databases.target.run("ALTER TABLE docs DROP tsv; ALTER TABLE docs ADD tsv \(Self.english)")
            let report = try await databases.verify()
            #expect(report.outcome == .same)
            let note = try #require(report.notes.first { $0.code == .generationDiffers })
            #expect(note.message.contains("not on the source") && note.hint?.contains("DROP EXPRESSION") == true)
        }
    }

    @Test func `a column that only the source computes is compared by value`() async throws {
        try await compare(source: Self.english, target: "tsvector") { report, databases in
            #expect(!report.notes.contains { $0.code == .generationDiffers || $0.code == .comparedByDefinition })
            try databases.target.run("UPDATE docs SET tsv = 'x' WHERE id = 1")
            #expect(try await databases.verify().table("docs").counts.differing == 1)
        }
    }
}
