import Foundation
import RigSupport
import Testing

/// What a copy writes for programs, as described by the schemas.
@Suite struct OutputFileTests {
    private func withItems(_ body: (RigDatabases, _ folder: URL) async throws -> Void) async throws {
        let setup = """
            CREATE TABLE items (id int PRIMARY KEY, botid text, embedding vector(8));
            CREATE INDEX items_embedding_idx ON items USING hnsw (embedding vector_l2_ops);
            CREATE TABLE "<script>" (id int PRIMARY KEY, botid text, embedding vector(2));
            """
        let folder = FileManager.default.temporaryDirectory.appending(path: "vecferry-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run(
                """
                INSERT INTO items SELECT i, 'bot', array_fill(i::real, ARRAY[8])::vector FROM generate_series(1, 3000) AS i;
                INSERT INTO "<script>" VALUES (1, 'bot', '[1,2]'); ANALYZE
                """)
            try await body(databases, folder)
        }
    }

    private func run(_ databases: RigDatabases, _ arguments: String...) throws -> Command.Ended {
        try Ferryman.run(
            arguments, environment: ["VECFERRY_SOURCE": databases.source.uri, "VECFERRY_TARGET": databases.target.uri])
    }

    private func records(_ text: String) throws -> [[String: Any]] {
        let schema = try JSONSchema("event")
        return try text.split(separator: "\n").map { line in
            let fault = schema.fault(in: String(line))
            #expect(fault == nil, "\(line)")
            return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    @Test func `the events of a copy and a comparison tell all of it, and their schema describes them`() async throws {
        try await withItems { databases, folder in
            let (events, metrics) = (
                folder.appending(path: "events.ndjson").path, folder.appending(path: "vecferry.prom").path
            )
            let copied = try run(databases, "copy", "--events", events, "--metrics-file", metrics)
            #expect(copied.status == 0, "\(copied.said)")
            let all = try records(try String(contentsOfFile: events, encoding: .utf8))
            let names = all.compactMap { $0["event_name"] as? String }
            #expect(names.first == "vecferry.run.began" && names.last == "vecferry.run.ended")
            func attributes(_ name: String) -> [[String: Any]] {
                all.filter { $0["event_name"] as? String == name }.compactMap { $0["attributes"] as? [String: Any] }
            }
            #expect(attributes("vecferry.table.planned").count == 2 && attributes("vecferry.index.built").count == 1)
            #expect(attributes("vecferry.chunk.began").count == attributes("vecferry.chunk.committed").count)
            let rows = attributes("vecferry.table.progress").compactMap { $0["vecferry.rows"] as? Int }
            #expect(rows.reduce(0, +) == 3001)
            #expect(attributes("vecferry.table.result").allSatisfy { $0["vecferry.outcome"] as? String == "proven" })
            #expect(attributes("vecferry.run.ended").first?["vecferry.outcome"] as? String == "proven")
            let text = try String(contentsOfFile: metrics, encoding: .utf8)
            #expect(
                text.contains("\nvecferry_outcome{outcome=\"proven\"} 1\n")
                    && text.contains("\nvecferry_chunks_left 0\n"))
            #expect(text.contains("\nvecferry_rows_total{table=\"public.items\"} 3000\n"), "\(text)")
            #expect(!copied.said.contains("rig-secret") && !text.contains("rig-secret"))

            try databases.target.run("DELETE FROM items WHERE id = 7; UPDATE items SET botid = 'x' WHERE id = 8")
            let compared = try run(databases, "verify", "--events", "-")
            #expect(compared.status == 4, "\(compared.said)")
            let found = try records(compared.output).filter { $0["event_name"] as? String == "vecferry.finding" }
                .compactMap { $0["attributes"] as? [String: Any] }
            #expect(Set(found.compactMap { $0["vecferry.finding"] as? String }) == ["missing", "differs"])
            #expect(Set(found.compactMap { ($0["vecferry.key"] as? [String])?.first }) == ["id=7", "id=8"])
        }
    }

    @Test func `what each command writes as JSON is described by the schema, also where it fails`() async throws {
        try await withItems { databases, _ in
            let schema = try JSONSchema("result")
            func expect(_ status: Int32, _ outcome: String, _ arguments: String...) throws {
                let ended = try Ferryman.run(
                    arguments + ["--json"],
                    environment: ["VECFERRY_SOURCE": databases.source.uri, "VECFERRY_TARGET": databases.target.uri])
                #expect(ended.status == status, "\(arguments): \(ended.said)")
                #expect(schema.fault(in: ended.output) == nil, "\(arguments): \(ended.output)")
                #expect(ended.output.contains("\n  \"outcome\" : \"\(outcome)\""), "\(arguments): \(ended.output)")
                #expect(ended.output.contains("\n  \"command\" : \"\(arguments[0])\""), "\(arguments)")
            }
            try expect(8, "nothing", "status")
            try expect(0, "ready", "plan")
            try expect(0, "proven", "copy")
            try expect(0, "already_finished", "copy")
            try expect(0, "finished", "status")
            try expect(0, "same", "verify", "--search", "5")
            try expect(0, "built", "index", "--hnsw-m", "20")
            try expect(0, "ready", "index", "--dry-run", "--hnsw-m", "24")
            try expect(0, "undone", "undo", "--finished")
            try databases.target.run("ALTER TABLE items ALTER embedding TYPE vector(9)")
            try expect(3, "blocked", "plan")
            try expect(3, "blocked", "copy")
            let ended = try Ferryman.run(
                ["plan", "--json", "--retries", "0"],
                environment: [
                    "VECFERRY_SOURCE": databases.source.uri.replacing("rig-secret", with: "no-secret"),
                    "VECFERRY_TARGET": databases.target.uri,
                ])
            #expect(ended.status == 1 && schema.fault(in: ended.output) == nil, "\(ended.said)")
            #expect(ended.output.contains(#""sqlstate" : "28P01""#) && ended.output.contains(#""side" : "source""#))
        }
    }
}
