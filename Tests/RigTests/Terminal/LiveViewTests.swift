import Foundation
import RigSupport
import Synchronization
import Testing

/// `vecferry copy` on a real terminal.
@Suite struct LiveViewTests {
    /// A copy that stands still before its last table, on which the target waits for the test.
    private func withCopy(
        columns: Int, rows: Int, through proxy: ((RigDatabases) throws -> Proxy)? = nil,
        _ body: (RigDatabases, Command, _ letIn: () throws -> Void) async throws -> Void
    ) async throws {
        let tables = """
            CREATE TABLE items (id int PRIMARY KEY, botid text, embedding vector(256));
            CREATE TABLE late (id int PRIMARY KEY, botid text, embedding vector(2));
            """
        try await Rig.withDatabases(setup: tables) { databases in
            try databases.source.run(
                """
                INSERT INTO items SELECT i, 'bot', array_fill(i::real, ARRAY[256])::vector FROM generate_series(1, 4000) AS i;
                INSERT INTO late SELECT i, 'bot', ARRAY[i, 1]::vector FROM generate_series(1, 100) AS i; ANALYZE
                """)
            try databases.target.run(
                """
                CREATE FUNCTION is_let_in(int) RETURNS bool LANGUAGE plpgsql AS
                    'BEGIN PERFORM pg_catalog.pg_advisory_xact_lock_shared(42); RETURN true; END';
                ALTER TABLE late ADD CHECK (is_let_in(id))
                """)
            let gate = try databases.target.connect()
            try gate.execute("SELECT pg_advisory_lock(42)")
            var target = databases.target.uri
            if let proxy = try proxy?(databases) {
                target = try databases.target.uri(port: proxy.port)
            }
            let copy = try Ferryman.start(
                [
                    "copy", "--jobs", "2", "--chunk-size", "1", "--source", databases.source.uri, "--target",
                    target,
                ],
                environment: ["TERM": "xterm", "NO_COLOR": "1"], onTerminal: (columns: columns, rows: rows))
            try await body(databases, copy) { try gate.execute("SELECT pg_advisory_unlock(42)") }
        }
    }

    @Test func `it shows what is done, survives a resize, and ends as a short summary`() async throws {
        try await withCopy(columns: 100, rows: 24) { _, copy, letIn in
            #expect(eventually { copy.outputSoFar.contains("99%") || !copy.isRunning })
            pause(seconds: 1.5)
            var screen = Screen(columns: 100)
            let before = copy.outputSoFar
            screen.write(before)
            let shown = screen.lines
            #expect(shown.contains { $0.hasPrefix("Copying rows  phase 1 of 2") && $0.contains("so far") }, "\(shown)")
            #expect(shown.contains { $0.contains("0 of 2 tables") && $0.contains("in flight") }, "\(shown)")
            copy.resize(columns: 40, rows: 12)
            pause(seconds: 1)
            // The first that it writes for the new size.
            let after = copy.outputSoFar.dropFirst(before.count)
            let first = try #require(after.firstRange(of: #/\x1b\[\d+A\r\x1b\[J/#))
            screen.write(String(after[..<first.lowerBound]))
            screen.resize(columns: 40)
            screen.write(String(after[first.lowerBound...]))
            #expect(
                screen.lines.count { $0.hasPrefix("Copying") && $0.contains("%") } == 1 && !screen.isTorn,
                "\(screen.lines)")
            #expect(screen.lines.filter { $0.hasPrefix("Copying") || $0.hasPrefix("  ") }.allSatisfy { $0.count < 40 })
            try letIn()
            let ended = copy.ended()
            #expect(ended.status == 0, "\(ended.said)")
            var end = Screen(columns: 100)
            end.write(ended.output)
            // Nothing of the live lines stays.
            #expect(!end.lines.contains { $0.contains("so far") || $0.contains("in flight") }, "\(end.lines)")
            #expect(end.lines.contains { $0.hasPrefix("Proven: ") }, "\(end.lines)")
        }
    }

    @Test func `Ctrl-C says what is safe and what the target lacks, and how it goes on`() async throws {
        try await withCopy(columns: 80, rows: 24) { databases, copy, letIn in
            #expect(eventually { copy.outputSoFar.contains("in flight") || !copy.isRunning })
            let done = "SELECT count(*) FROM vecferry.chunk WHERE finished_at IS NOT NULL"
            #expect(eventually { (try? databases.target.value(done)) == "4" })
            copy.type("\u{3}")
            let ended = copy.ended()
            #expect(ended.status == 130, "\(ended.said)")
            #expect(ended.output.contains("Stopped. 4 of 6 chunks are on the target and stay there."), "\(ended.said)")
            #expect(ended.output.contains("run the same command again"), "\(ended.said)")
            try letIn()
        }
    }

    @Test func `a target that goes away is one line, and it is told when it is back`() async throws {
        let proxies = Mutex<[Proxy]>([])
        try await withCopy(columns: 80, rows: 24) { databases in
            let proxy = try Proxy(to: [try databases.target.port])
            proxies.withLock { $0.append(proxy) }
            return proxy
        } _: { databases, copy, letIn in
            let proxy = try #require(proxies.withLock { $0.first })
            defer { proxy.close() }
            #expect(eventually { copy.outputSoFar.contains("99%") || !copy.isRunning })
            // Nobody listens on port 1.
            proxy.redirect(to: 1)
            proxy.cutAll()
            let line = #/Target unreachable for \d+ s; try \d of 8/#
            #expect(eventually { copy.outputSoFar.contains(line) || !copy.isRunning }, "\(copy.outputSoFar)")
            proxy.redirect(to: try databases.target.port)
            try letIn()
            let ended = copy.ended()
            #expect(ended.status == 0, "\(ended.said)")
            var screen = Screen(columns: 80)
            screen.write(ended.output)
            #expect(screen.lines.count { $0.contains("Trying again in") } == 1, "\(screen.lines)")
            #expect(screen.lines.count { $0.contains(#/Target is back after \d/#) } == 1, "\(screen.lines)")
            #expect(!screen.lines.contains { $0.contains("unreachable") }, "\(screen.lines)")
        }
    }
}
