import Foundation
import RigSupport
import Testing

/// `--max-rate`, on real servers.
@Suite struct RateTests {
    private func withItems(_ body: (RigDatabases) async throws -> Void) async throws {
        let setup = "CREATE TABLE items (id int PRIMARY KEY, botid text, embedding vector(256));"
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run(
                "INSERT INTO items SELECT i, 'bot', array_fill(i::real, ARRAY[256])::vector FROM generate_series(1, 4000) AS i; ANALYZE"
            )
            try await body(databases)
        }
    }

    private func start(_ databases: RigDatabases, _ arguments: String...) throws -> Command {
        try Ferryman.start(
            arguments + ["--source", databases.source.uri, "--target", databases.target.uri, "--jobs", "2"])
    }

    @Test func `a copy at a pace is under way for long, can be stopped at once, and is finished at another pace`()
        async throws
    {
        try await withItems { databases in
            // Minutes of reading.
            let copy = try start(databases, "copy", "--chunk-size", "1", "--max-rate", "0.01")
            let begun = "SELECT count(*) FROM vecferry.run"
            #expect(eventually { (try? databases.target.value(begun)) == "1" || !copy.isRunning })
            pause(seconds: 1)
            #expect(copy.isRunning)
            copy.interrupt()
            let stopped = copy.ended(within: 30)
            #expect(stopped.status == 130, "\(stopped.said)")
            // The first chunk alone takes more than a minute.
            #expect(
                try databases.target.value("SELECT count(*) FROM vecferry.chunk WHERE finished_at IS NOT NULL") == "0")
            let copied = try start(databases, "copy", "--chunk-size", "1", "--max-rate", "8").ended()
            #expect(copied.status == 0 && copied.said.contains("Proven: 4,000 rows"), "\(copied.said)")
            #expect(try databases.sameTable("items") == 4000)
        }
    }

    @Test func `a comparison at a pace can be stopped at once`() async throws {
        try await withItems { databases in
            #expect(try start(databases, "copy", "--no-search-check").ended().status == 0)
            let verify = try start(databases, "verify", "--max-rate", "0.01")
            pause(seconds: 2)
            #expect(verify.isRunning)
            verify.interrupt()
            #expect(verify.ended(within: 30).status == 130)
            #expect(try start(databases, "verify", "--max-rate", "50").ended().status == 0)
        }
    }

    @Test func `a pace that is none is refused`() async throws {
        try await withItems { databases in
            for pace in ["0", "-1", "fast", "nan", "1e9"] {
                let ended = try start(databases, "copy", "--max-rate=\(pace)").ended()
                #expect(ended.status == 64 && ended.said.contains("--max-rate"), "\(ended.said)")
            }
        }
    }
}
