import Postgres
import RigSupport
import Testing

@testable import Ferry

@Suite struct CopyTests {
    @Test func `a copied table is byte for byte the source's`() async throws {
        try await Rig.withDatabases(
            setup: "CREATE TABLE items (id char(26) PRIMARY KEY, botid char(26), content text, embedding vector(3))"
        ) { databases in
            try databases.source.run(
                """
                INSERT INTO items SELECT lpad(i::text, 26, '0'), 'bot' || i % 3, 'text ' || i, ARRAY[i, -0.0, 1e-45]::vector
                FROM generate_series(1, 1000) AS i
                """)
            let report = try await databases.engine().copy(CopyRequest())
            #expect(report.outcome == .proven)
            #expect(report.rows == 1000)
            let sql =
                "SELECT md5(string_agg(items::text || encode(vector_send(embedding), 'hex'), '|' ORDER BY id)) FROM items"
            #expect(try databases.source.value(sql) == databases.target.value(sql))
        }
    }

    /// Whatever ends it, a server or something before one.
    @Test func `a COPY that ends without its trailer is not complete, however well it ends`() async throws {
        try await Rig.withDatabases { databases in
            let session = try databases.engine().source.connect()
            // The text format has neither header nor trailer.
            try session.startCopy("COPY (SELECT 1 WHERE false) TO STDOUT", .out)
            let error = #expect(throws: FerryError.self) {
                try RowReader(fieldCount: 1, format: .binary).digest(from: session)
            }
            #expect(error?.code == .malformedStream)
        }
    }
}
