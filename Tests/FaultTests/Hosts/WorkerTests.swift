import Foundation
import RigSupport
import Testing

@testable import Ferry

extension Faults.OnRig.Hosts {
    /// A job that several processes share: whatever becomes of one, each row is on the target once.
    @Suite struct WorkerTests {
        @Test func `a job that three processes share ends as one that one did alone`() async throws {
            try await Cargo.withDatabases { databases in
                let crew = Crew(databases: databases)
                let workers = [try crew.worker(), try crew.worker()]
                let copy = try crew.copy()
                crew.wait(forProcesses: 3)
                crew.wait(for: "t", to: "SELECT count(*) > 2 FROM vecferry.claim WHERE done_at IS NOT NULL")
                copy.goOn()
                let ended = copy.ended()
                #expect(ended.status == 0, "\(ended.said)")
                for worker in workers {
                    let ended = worker.ended()
                    #expect(ended.status == 0 && ended.output.contains("Done: copied"), "\(ended.said)")
                }
                #expect(try crew.chunksOfWorkers() > 0)
                try databases.expectWhole()
            }
        }

        @Test(arguments: ["after-chunk-lock:2", "before-copy-end:2", "before-chunk-commit:2", "after-chunk-commit:2"])
        func `a worker that is killed loses and doubles nothing`(point: String) async throws {
            try await Cargo.withDatabases { databases in
                let crew = Crew(databases: databases)
                let worker = try crew.worker(at: point)
                let copy = try crew.copy()
                #expect(worker.ended().status == 137)
                copy.goOn()
                let ended = copy.ended()
                #expect(ended.status == 0, "\(ended.said)")
                try databases.expectWhole()
            }
        }

        @Test func `when all are killed, the next copy goes on with other workers`() async throws {
            try await Cargo.withDatabases { databases in
                let crew = Crew(databases: databases)
                let first = [try crew.worker(at: "before-chunk-commit:2"), try crew.worker(at: "after-chunk-lock:2")]
                let died = try crew.copy()
                for worker in first { #expect(worker.ended().status == 137) }
                died.kill()
                #expect(died.ended().status == 137)
                let second = try crew.worker()
                let copy = try crew.copy()
                // Then its epoch is the newest one.
                copy.waitForStop()
                crew.wait(forProcesses: 2)
                copy.goOn()
                let ended = copy.ended()
                #expect(ended.status == 0 && ended.errors.contains("Resuming job 1"), "\(ended.said)")
                #expect(second.ended().status == 0)
                try databases.expectWhole()
            }
        }

        @Test func `workers of a copy that was killed help the next one`() async throws {
            try await Cargo.withDatabases { databases in
                let crew = Crew(databases: databases)
                let worker = try crew.worker(at: "after-chunk-lock:2:stop")
                let died = try crew.copy()
                crew.wait(forProcesses: 2)
                crew.wait(for: "t", to: "SELECT count(*) > 0 FROM vecferry.chunk WHERE finished_at IS NOT NULL")
                died.kill()
                #expect(died.ended().status == 137)
                let copy = try crew.copy()
                copy.waitForStop()
                worker.goOn()
                crew.wait(forProcesses: 2)
                copy.goOn()
                let ended = copy.ended()
                #expect(ended.status == 0, "\(ended.said)")
                let left = worker.ended()
                #expect(left.status == 0, "\(left.said)")
                try databases.expectWhole()
            }
        }

        @Test func `a copy alone takes up what a shared one left, and late workers find nothing`() async throws {
            try await Cargo.withDatabases { databases in
                let crew = Crew(databases: databases)
                #expect(try crew.copy(at: "after-chunk-commit:2").ended().status == 137)
                let ended = try databases.startCopy(["--no-search-check"]).ended()
                #expect(ended.status == 0, "\(ended.said)")
                let late = try crew.worker(["--wait", "1"]).ended()
                #expect(late.status == 8 && late.output.contains("NOTHING"), "\(late.said)")
                try databases.expectWhole()
            }
        }

        /// Its sessions on the target end when others take its chunks over.
        @Test func `a worker that stands still for longer than its lease goes on when it wakes up`() async throws {
            try await Cargo.withDatabases { databases in
                let crew = Crew(databases: databases)
                let worker = try crew.worker(at: "before-chunk-commit:2:stop")
                let copy = try crew.copy()
                crew.wait(for: "t", to: Self.isSilent)
                copy.goOn()
                let ended = copy.ended()
                #expect(ended.status == 0, "\(ended.said)")
                #expect(ended.errors.contains("no sign of life"), "\(ended.said)")
                worker.goOn()
                let woken = worker.ended()
                #expect(woken.status == 0, "\(woken.said)")
                try databases.expectWhole()
            }
        }

        /// Nobody may end the sessions of this worker, which is another superuser: only its token keeps its rows out.
        @Test func `the commit of a worker whose chunks were taken over fails on its token`() async throws {
            // Without a key, the rows would go in twice.
            try await Rig.withDatabases(
                setup: "CREATE TABLE items (id int, botid text, content text, embedding vector(2))"
            ) { databases in
                try databases.source.run(
                    "INSERT INTO items SELECT i, 'b', repeat(md5(i::text), 50), ARRAY[i, 1] FROM generate_series(1, 30000) AS i; ANALYZE"
                )
                let crew = Crew(databases: databases)
                let other = try TestRole(on: databases.target, "SUPERUSER LOGIN")
                defer { other.drop() }
                let worker = try crew.worker(
                    at: "before-chunk-commit:1:stop", environment: ["VECFERRY_TARGET": other.uri])
                let copy = try crew.copy()
                crew.wait(for: "t", to: Self.isSilent)
                copy.goOn()
                // The copy waits for the lock that the worker's transaction holds on the chunk's entry.
                crew.wait(for: "2", to: "SELECT max(token) FROM vecferry.claim")
                crew.wait(
                    for: "t",
                    to: """
                        SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
                            AND application_name LIKE 'vecferry worker%'
                        """)
                worker.goOn()
                let woken = worker.ended()
                #expect(woken.status == 0 && woken.errors.contains("took chunks over"), "\(woken.said)")
                let ended = copy.ended()
                #expect(ended.status == 0, "\(ended.said)")
                #expect(try databases.sameRows("SELECT * FROM items ORDER BY id") == 30000)
            }
        }

        @Test func `a worker that wakes up under a later copy can't commit what it had claimed under the first`()
            async throws
        {
            try await Cargo.withDatabases { databases in
                let crew = Crew(databases: databases)
                let other = try TestRole(on: databases.target, "SUPERUSER LOGIN")
                defer { other.drop() }
                let worker = try crew.worker(
                    at: "before-chunk-commit:2:stop", environment: ["VECFERRY_TARGET": other.uri])
                let died = try crew.copy()
                crew.wait(forProcesses: 2)
                crew.wait(for: "t", to: Self.isSilent)
                died.kill()
                #expect(died.ended().status == 137)
                let copy = try crew.copy(at: nil)
                crew.wait(
                    for: "t",
                    to: """
                        SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
                            AND application_name LIKE 'vecferry%'
                        """)
                worker.goOn()
                let ended = copy.ended()
                #expect(ended.status == 0, "\(ended.said)")
                let woken = worker.ended()
                #expect(woken.status == 0 && woken.errors.contains("took chunks over"), "\(woken.said)")
                try databases.expectWhole()
            }
        }

        /// Both of its lines are cut, and are whole again when the job is done.
        @Test func `a worker that was cut off for longer than its lease brings nothing twice`() async throws {
            try await Cargo.withDatabases { databases in
                let crew = Crew(databases: databases)
                let source = try Proxy(to: [try databases.source.port]) { _ in .throttle(bytesPerSecond: 300_000) }
                let target = try Proxy(to: [try databases.target.port])
                defer {
                    source.close()
                    target.close()
                }
                let worker = try crew.worker(environment: [
                    "VECFERRY_SOURCE": try databases.source.uri(port: source.port),
                    "VECFERRY_TARGET": try databases.target.uri(port: target.port),
                ])
                let copy = try crew.copy()
                crew.wait(
                    for: "t",
                    to: "SELECT count(*) > 0 FROM vecferry.claim AS c WHERE c.worker IS NOT NULL AND c.done_at IS NULL")
                crew.wait(forProcesses: 2)
                source.freeze()
                target.freeze()
                crew.wait(for: "t", to: Self.isSilent)
                copy.goOn()
                let ended = copy.ended()
                #expect(ended.status == 0, "\(ended.said)")
                source.thaw()
                target.thaw()
                let healed = worker.ended()
                #expect(healed.status == 0, "\(healed.said)")
                try databases.expectWhole()
            }
        }

        /// Servers tell the time alone: a worker's own clock may be days ahead.
        @Test(arguments: ["+3d", "-3d"]) func `a worker whose clock is wrong keeps its lease as all others do`(
            offset: String
        ) async throws {
            try await Cargo.withDatabases { databases in
                let crew = Crew(databases: databases)
                let worker = try crew.worker(under: ["/usr/bin/faketime", "-f", offset])
                let copy = try crew.copy(lease: 30)
                crew.wait(forProcesses: 2)
                crew.wait(for: "t", to: "SELECT count(*) > 2 FROM vecferry.claim WHERE done_at IS NOT NULL")
                copy.goOn()
                let ended = copy.ended()
                #expect(ended.status == 0 && !ended.errors.contains("no sign of life"), "\(ended.said)")
                let left = worker.ended()
                #expect(left.status == 0, "\(left.said)")
                #expect(try crew.chunksOfWorkers() > 0)
                try databases.expectWhole()
            }
        }

        // MARK: Who may join

        @Test func `a worker that reads another server is refused`() async throws {
            try await Cargo.withDatabases { databases in
                let crew = Crew(databases: databases)
                let copy = try crew.copy()
                crew.wait(forProcesses: 1)
                // A database of the same name with the same tables.
                let worker = try crew.worker(
                    ["--retries", "1"], environment: ["VECFERRY_SOURCE": databases.target.uri]
                ).ended()
                #expect(
                    worker.status == 3 && worker.errors.contains("is not the server that the coordinator reads"),
                    "\(worker.said)")
                copy.goOn()
                #expect(copy.ended().status == 0)
                try databases.expectWhole()
            }
        }

        /// As a restored snapshot of the target has it.
        @Test func `a worker finds no work in a database that holds the same ledger`() async throws {
            try await Rig.withDatabases(setup: Cargo.schema, onTargetServer: true) { others in
                try await Cargo.withDatabases { databases in
                    let crew = Crew(databases: databases)
                    let copy = try crew.copy()
                    crew.wait(forProcesses: 1)
                    let dump = try Command.run(
                        try Rig.variable("VECFERRY_RIG_BIN") + "/pg_dump", ["--schema=vecferry", databases.target.uri])
                    let script = FileManager.default.temporaryDirectory.appending(path: "\(databases.target.name).sql")
                    defer { try? FileManager.default.removeItem(at: script) }
                    try dump.output.write(to: script, atomically: true, encoding: .utf8)
                    try Psql.run(others.target.uri, script: script.path)
                    let worker = try crew.worker(
                        ["--wait", "2"], environment: ["VECFERRY_TARGET": others.target.uri]
                    ).ended()
                    #expect(worker.status == 8, "\(worker.said)")
                    #expect(try others.target.value("SELECT count(*) FROM items") == "0")
                    copy.goOn()
                    #expect(copy.ended().status == 0)
                    try databases.expectWhole()
                }
            }
        }

        @Test func `a pooler over two servers can't bring another server's rows`() async throws {
            try await Cargo.withDatabases { databases in
                let crew = Crew(databases: databases)
                let pooler = try Proxy(to: [try databases.source.port])
                defer { pooler.close() }
                let copy = try crew.copy()
                let worker = try crew.worker(
                    ["--retries", "1"], at: "after-chunk-lock:1:stop",
                    environment: ["VECFERRY_SOURCE": try databases.source.uri(port: pooler.port)])
                worker.waitForStop()
                // The next connection reaches a server with a database of the same name and the same tables.
                pooler.redirect(to: try databases.target.port)
                pooler.cutAll()
                worker.goOn()
                let refused = worker.ended()
                #expect(
                    refused.status == 3 && refused.errors.contains("is not the server that the coordinator reads"),
                    "\(refused.said)")
                copy.goOn()
                #expect(copy.ended().status == 0)
                try databases.expectWhole()
            }
        }

        @Test func `a worker that shares jobs in another way is refused, and says which vecferry it takes`()
            async throws
        {
            try await Cargo.withDatabases { databases in
                let crew = Crew(databases: databases)
                let copy = try crew.copy()
                crew.wait(forProcesses: 1)
                try databases.target.run("UPDATE vecferry.epoch SET format = 2, written_by = '9.8.7'")
                let worker = try crew.worker().ended()
                #expect(worker.status == 1 && worker.errors.contains("vecferry 9.8.7"), "\(worker.said)")
                copy.goOn()
                #expect(copy.ended().status == 0)
            }
        }

        // MARK: Tables that fail

        @Test func `a table that a worker can't finish fails, and the others are finished`() async throws {
            try await Cargo.withDatabases { databases in
                try databases.target.run("CREATE UNIQUE INDEX once ON bot_document (bot_id)")
                let crew = Crew(databases: databases)
                let copy = try crew.copy()
                let worker = try crew.worker()
                crew.wait(
                    for: "t",
                    to: """
                        SELECT count(*) > 0 FROM vecferry.worker
                        WHERE document::jsonb ->> 'isCoordinator' = 'false' AND document ILIKE '%duplicate key%'
                        """)
                copy.goOn()
                let ended = copy.ended()
                #expect(ended.status == 1 && ended.said.contains("public.bot_document"), "\(ended.said)")
                let left = worker.ended()
                #expect(left.status == 0, "\(left.said)")
                #expect(try databases.sameRows("SELECT * FROM items ORDER BY id") == 2000)
            }
        }

        private static let isSilent = """
            SELECT count(*) > 0 FROM vecferry.worker
            WHERE document::jsonb ->> 'isCoordinator' = 'false' AND lease_until < clock_timestamp()
            """
    }
}
