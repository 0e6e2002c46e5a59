import Ferry
import RigSupport
import Testing

/// A unique index of the target refuses rows: the message says which column it is about, and how to find them.
@Suite struct UniqueViolationTests {
    private func error(
        _ setup: String, source: String, target: String, existing: ExistingRows = .fail
    ) async throws -> String {
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run(source)
            try databases.target.run(target)
            var request = CopyRequest()
            request.existing = existing
            let report = try await databases.engine().copy(request)
            #expect(report.outcome == .failed)
            return try #require(report.tables.compactMap(\.error).first)
        }
    }

    private static let docs = "CREATE TABLE docs (id int PRIMARY KEY, \"Path\" text, embedding vector(2));"
    private static let rows = """
        INSERT INTO docs SELECT i, CASE WHEN i > 90 THEN NULL WHEN i <= 20 THEN 'p' || i / 2 ELSE 'q' || i END, ARRAY[i, 1]::vector
        FROM generate_series(1, 100) AS i
        """

    @Test func `values that the source repeats are counted, with the query that lists them`() async throws {
        let error = try await error(
            Self.docs, source: Self.rows, target: "CREATE UNIQUE INDEX docs_path ON docs (\"Path\")")
        #expect(error.contains("unique constraint \"docs_path\""))
        #expect(error.contains("The source has 9 values of (\"Path\") in more than one row"), "\(error)")
        #expect(
            error.contains(
                "SELECT \"Path\", count(*) FROM public.docs GROUP BY \"Path\" HAVING count(*) > 1. Correct these rows there"
            ),
            "\(error)")
        #expect(!error.contains("--existing"))
    }

    @Test func `a value that a row of the target has is told from the source's`() async throws {
        let error = try await error(
            "CREATE TABLE collections (uuid int PRIMARY KEY, name text UNIQUE, v vector(2))",
            source: "INSERT INTO collections VALUES (1, 'docs', NULL), (2, 'faq', NULL)",
            target: "INSERT INTO collections VALUES (10, 'docs', NULL)", existing: .keep)
        #expect(
            error.contains(
                "A row of the target, which the copy did not bring, has the same value of (name) under another key."),
            "\(error)")
        #expect(
            error.contains("Compare what SELECT uuid, name FROM public.collections gives on both sides."), "\(error)")
    }

    /// The expression is the target's: it is not run on the source.
    @Test func `an index over an expression is left to the operator`() async throws {
        let error = try await error(
            Self.docs, source: Self.rows, target: "CREATE UNIQUE INDEX docs_path ON docs (lower(\"Path\"))")
        #expect(error.contains("Rows that this index keeps apart are equal in it"), "\(error)")
    }
}
