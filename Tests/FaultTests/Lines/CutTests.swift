import Postgres
import RigSupport
import Synchronization
import Testing

@testable import Ferry

extension RigDatabases {
    /// An engine that is quick to try again, its two ends at these addresses.
    func hastyEngine(
        source: String? = nil, target: String? = nil, stallLimit: Duration = .seconds(20), attempts: Int = 8,
        interrupt: Interrupt = Interrupt(), told: Told
    ) throws -> Engine {
        Engine(
            source: Endpoint(
                .source, try ConnectionParameters(parsing: source ?? self.source.uri), stallLimit: stallLimit,
                interrupt: interrupt),
            target: Endpoint(
                .target, try ConnectionParameters(parsing: target ?? self.target.uri), stallLimit: stallLimit,
                interrupt: interrupt),
            streams: 2,
            retry: RetryPolicy(attempts: attempts, firstDelay: .milliseconds(20), longestDelay: .milliseconds(400)),
            interrupt: interrupt, events: told.sink)
    }

    /// Both sides the same, as psql prints them, and nothing left to do.
    func expectWhole(_ location: SourceLocation = #_sourceLocation) throws {
        let sides = try sides()
        let isSame = sides.source == sides.target
        #expect(isSame, sourceLocation: location)
        #expect(sides.state.contains("finished jobs\t1\n"), "\(sides.state)", sourceLocation: location)
        #expect(sides.state.contains("pending definitions\t0\n"), "\(sides.state)", sourceLocation: location)
        #expect(
            !sides.state.contains("\tf\n") && !sides.state.contains("\tf\t"), "\(sides.state)", sourceLocation: location
        )
    }
}

/// Small chunks, as all these tests copy them.
let inSmallChunks: CopyRequest = {
    var request = CopyRequest()
    request.chunkBytes = 1 << 20
    return request
}()

extension Faults.OnRig.Breaks {
    @Suite struct CutTests {
        /// Where in the stream the connections are reset: in the greeting, in the first statements, in mid-COPY.
        @Test(arguments: [Side.source, .target], Rig.isSoak ? [100, 3_000, 60_000, 700_000] : [3_000, 700_000])
        func `a connection that is cut is tried again`(side: Side, bytes: Int) async throws {
            try await Cargo.withDatabases(rows: 1000) { databases in
                let database = side == .source ? databases.source : databases.target
                // Every other one of the first dozen connections breaks; in mid-COPY each of the first eight, since one
                // stream may do nearly all of the copying, and those that are not streams' never get that far.
                let proxy = try Proxy(to: [try database.port]) {
                    let isCut = bytes < 100_000 ? $0 < 12 && $0 % 2 == 0 : $0 < 8
                    return isCut ? .cut(side == .source ? .toClient : .toServer, after: bytes) : .none
                }
                defer { proxy.close() }
                let told = Told()
                let uri = try database.uri(port: proxy.port)
                let engine = try databases.hastyEngine(
                    source: side == .source ? uri : nil, target: side == .target ? uri : nil, told: told)
                let report = try await engine.copy(inSmallChunks)
                #expect(report.outcome == .proven)
                #expect(proxy.strikes > 0)
                #expect(told.retries.contains { $0.side == side })
                try databases.expectWhole()
            }
        }

        @Test(arguments: [Side.source, .target])
        func `a server that refuses at first is asked again`(side: Side) async throws {
            try await Cargo.withDatabases(rows: 300) { databases in
                let database = side == .source ? databases.source : databases.target
                let proxy = try Proxy(to: [try database.port]) { $0 < 3 ? .refuse : .none }
                defer { proxy.close() }
                let told = Told()
                let uri = try database.uri(port: proxy.port)
                let engine = try databases.hastyEngine(
                    source: side == .source ? uri : nil, target: side == .target ? uri : nil, told: told)
                #expect(try await engine.copy(inSmallChunks).outcome == .proven)
                #expect(told.retries.count >= 3)
            }
        }

        @Test func `a server that keeps refusing ends the copy after a bounded number of tries`() async throws {
            try await Cargo.withDatabases(rows: 300) { databases in
                let proxy = try Proxy(to: [try databases.target.port]) { _ in .refuse }
                defer { proxy.close() }
                let told = Told()
                let engine = try databases.hastyEngine(
                    target: try databases.target.uri(port: proxy.port), attempts: 5, told: told)
                await #expect(throws: FerryError.self) { try await engine.copy(inSmallChunks) }
                #expect(proxy.connections == 5)
                #expect(told.retries.count == 4)
            }
        }

        @Test func `cuts at every other moment on both sides lose nothing`() async throws {
            try await Cargo.withDatabases(rows: 1000) { databases in
                let source = try Proxy(to: [try databases.source.port]) { _ in .throttle(bytesPerSecond: 320_000) }
                let target = try Proxy(to: [try databases.target.port])
                let told = Told()
                let engine = try databases.hastyEngine(
                    source: try databases.source.uri(port: source.port),
                    target: try databases.target.uri(port: target.port), attempts: 30, told: told)
                let cutter = Meanwhile { isWanted in
                    for round in 0..<(Rig.isSoak ? 60 : 8) where isWanted() {
                        pause(seconds: .random(in: 0.1...0.4))
                        (round % 2 == 0 ? source : target).cutAll()
                    }
                }
                let report = try await engine.copy(inSmallChunks)
                cutter.cancel()
                try await cutter.value
                print(
                    "cuts: \(source.strikes + target.strikes) connections reset, \(told.retries.count) retries, rows lost: 0"
                )
                source.close()
                target.close()
                #expect(report.outcome == .proven)
                try databases.expectWhole()
            }
        }

        @Test(arguments: [Side.source, .target])
        func `a stream that stands still is noticed within the limit and tried again`(side: Side) async throws {
            try await Cargo.withDatabases(rows: 1000) { databases in
                let database = side == .source ? databases.source : databases.target
                // The workers' first connections are among these; no other one carries as much.
                let proxy = try Proxy(to: [try database.port]) {
                    (2...6).contains($0) ? .stall(side == .source ? .toClient : .toServer, after: 200_000) : .none
                }
                defer { proxy.close() }
                let told = Told()
                let uri = try database.uri(port: proxy.port)
                let engine = try databases.hastyEngine(
                    source: side == .source ? uri : nil, target: side == .target ? uri : nil, stallLimit: .seconds(2),
                    told: told)
                let start = ContinuousClock.now
                #expect(try await engine.copy(inSmallChunks).outcome == .proven)
                if proxy.strikes > 0 {
                    #expect(
                        told.retries.contains { $0.side == side && $0.cause?.isRetryable == true }, "\(told.retries)")
                }
                #expect(proxy.strikes > 0)
                #expect(ContinuousClock.now - start < .seconds(30))
                try databases.expectWhole()
            }
        }

        @Test func `a target that is frozen for good ends the copy in bounded time`() async throws {
            try await Cargo.withDatabases(rows: 1000) { databases in
                // Slow enough to be met, without a wait that is long by itself.
                let source = try Proxy(to: [try databases.source.port]) { _ in .throttle(bytesPerSecond: 320_000) }
                let proxy = try Proxy(to: [try databases.target.port])
                defer {
                    source.close()
                    proxy.close()
                }
                let told = Told()
                let engine = try databases.hastyEngine(
                    source: try databases.source.uri(port: source.port),
                    target: try databases.target.uri(port: proxy.port) + "&connect_timeout=2", stallLimit: .seconds(2),
                    attempts: 2, told: told)
                let freezer = Meanwhile { _ in
                    try told.wait { if case .chunkDone = $0 { true } else { false } }
                    proxy.freeze()
                }
                let start = ContinuousClock.now
                await #expect(throws: FerryError.self) { try await engine.copy(inSmallChunks) }
                try await freezer.value
                #expect(ContinuousClock.now - start < .seconds(40))
                proxy.thaw()
                let resumed = try await databases.hastyEngine(told: Told()).copy(inSmallChunks)
                #expect(resumed.outcome == .proven)
                try databases.expectWhole()
            }
        }

        @Test func `a bit that flips on the way to the target is caught by the read-back`() async throws {
            try await Cargo.withDatabases(rows: 300) { databases in
                // The row whose text this is has its vector 4 bytes of length and 4 of dimensions behind it, and `source`.
                let marker = "s299"
                let proxy = try Proxy(to: [try databases.target.port]) { _ in
                    .flip(.toServer, marker: Array(marker.utf8), offset: 4 + 4 + 10)
                }
                defer { proxy.close() }
                let told = Told()
                let engine = try databases.hastyEngine(target: try databases.target.uri(port: proxy.port), told: told)
                let report = try await engine.copy(inSmallChunks)
                #expect(proxy.strikes == 1)
                #expect(report.outcome == .differs)
                #expect(report.tables.filter { $0.state == .differs }.map(\.name.name) == ["items"])
                let sides = try databases.sides()
                #expect((sides.source != sides.target) as Bool)
            }
        }

        @Test func `a bit that flips on the way into a merge by key is caught in the chunk's own transaction`()
            async throws
        {
            let setup = "CREATE TABLE items (id int PRIMARY KEY, t text, embedding vector(2))"
            try await Rig.withDatabases(setup: setup) { databases in
                let insert = "INSERT INTO items SELECT i, 'row ' || i, ARRAY[i, 1] FROM generate_series"
                try databases.source.run("\(insert)(1, 300) AS i")
                try databases.target.run("\(insert)(1, 5) AS i")
                // The length and the dimensions of the vector follow, then its first float.
                let proxy = try Proxy(to: [try databases.target.port]) { _ in
                    .flip(.toServer, marker: Array("row 299".utf8), offset: 4 + 4 + 2)
                }
                defer { proxy.close() }
                var request = CopyRequest()
                request.existing = .keep
                let engine = try databases.hastyEngine(target: try databases.target.uri(port: proxy.port), told: Told())
                let report = try await engine.copy(request)
                #expect(proxy.strikes == 1)
                #expect(report.outcome == .failed, "\(report)")
                #expect(try databases.target.value("SELECT count(*) FROM items") == "5")
                _ = try await databases.hastyEngine(told: Told()).copy(request)
                #expect(try databases.sameRows("SELECT * FROM items ORDER BY id") == 300)
            }
        }

        @Test func `a stream from the source that is no binary COPY any more is refused`() async throws {
            try await Cargo.withDatabases(rows: 300) { databases in
                let proxy = try Proxy(to: [try databases.source.port]) { _ in
                    .flip(.toClient, marker: Array("PGCOPY\n".utf8), offset: 4 + 4 + 4 + 2)
                }
                defer { proxy.close() }
                let engine = try databases.hastyEngine(
                    source: try databases.source.uri(port: proxy.port), attempts: 2, told: Told())
                let report = try? await engine.copy(inSmallChunks)
                #expect(proxy.strikes > 0)
                #expect(report?.outcome != .proven)
            }
        }

        @Test func `an address that alternates between two servers is refused`() async throws {
            try await Cargo.withDatabases(rows: 100) { databases in
                let proxy = try Proxy(to: [try databases.source.port, try databases.target.port])
                defer { proxy.close() }
                let environment = [
                    "VECFERRY_SOURCE": try databases.source.uri(port: proxy.port),
                    "VECFERRY_TARGET": databases.target.uri,
                ]
                let plan = try Ferryman.run(["plan"], environment: environment)
                #expect(plan.status == 3, "\(plan.said)")
                #expect(plan.said.contains("snapshot"), "\(plan.said)")
                let copy = try Ferryman.run(["copy", "--retries", "1"], environment: environment)
                #expect(copy.status == 3, "\(copy.said)")
                #expect(copy.errors.contains("reader endpoint"), "\(copy.said)")
                #expect(try databases.target.value("SELECT to_regnamespace('vecferry') IS NULL") == "t")
            }
        }

        @Test func `an address that leads elsewhere after planning is refused, and the plan not called ready`()
            async throws
        {
            try await Cargo.withDatabases(rows: 100) { databases in
                let proxy = try Proxy(to: [try databases.source.port])
                defer { proxy.close() }
                // With its plan made, the copy waits for the tables, and then opens the workers' sessions.
                let user = try databases.target.connect()
                try user.execute("BEGIN; LOCK TABLE items IN ROW EXCLUSIVE MODE")
                let copy = try databases.startCopy(
                    environment: ["VECFERRY_SOURCE": try databases.source.uri(port: proxy.port)])
                let isWaiting = try eventually {
                    try databases.target.value(
                        """
                        SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                            AND application_name ~ '^vecferry( |$)' AND wait_event_type = 'Lock'
                        """) == "1"
                }
                #expect(isWaiting, "\(copy.errorsSoFar)")
                proxy.redirect(to: try databases.target.port)
                try user.execute("COMMIT")
                let ended = copy.ended()
                #expect(ended.status == 3, "\(ended.said)")
                #expect(ended.output == "", "\(ended.said)")
                #expect(ended.errors.contains("reader endpoint"), "\(ended.said)")
                #expect(try databases.startCopy().ended().status == 0)
                try databases.expectWhole()
            }
        }

        @Test func `an index build whose connection is cut is not taken over while the lost backend is at it`()
            async throws
        {
            try await Rig.withDatabases { databases in
                try databases.target.run(
                    """
                    CREATE TABLE items (id int PRIMARY KEY, embedding vector(8));
                    INSERT INTO items SELECT i, (SELECT array_agg(sin(i * d)) FROM generate_series(1, 8) AS d)::vector
                    FROM generate_series(1, 500) AS i;
                    CREATE INDEX h ON items USING hnsw (embedding vector_l2_ops)
                    """)
                let proxy = try Proxy(to: [try databases.target.port])
                defer { proxy.close() }
                let building = """
                    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                        AND query LIKE 'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'
                    """
                let isWriting = Mutex(false)
                let cutter = Meanwhile { _ in
                    // A concurrent build waits for a writer, its new index there and not valid.
                    let writer = try databases.target.connect()
                    try writer.execute("BEGIN; UPDATE items SET id = id WHERE id = 1")
                    isWriting.withLock { $0 = true }
                    let isBuilding = try eventually { try databases.target.value(building) == "1" }
                    proxy.cutAll()
                    // The backend looks for its client every two seconds; the next try is there long before.
                    let isLost = try eventually { try databases.target.value(building) == "0" }
                    try writer.execute("COMMIT")
                    return isBuilding && isLost
                }
                let told = Told()
                let engine = try databases.hastyEngine(target: try databases.target.uri(port: proxy.port), told: told)
                var request = IndexStepRequest()
                request.index.online = true
                request.index.hnswM = 24
                eventually { isWriting.withLock { $0 } }
                #expect(try await engine.targetAlone.index(request).isDone)
                #expect(try await cutter.value)
                #expect(!told.retries.isEmpty)
                let indexes = try databases.target.run(
                    """
                    SELECT c.relname, i.indisvalid, c.reloptions FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
                    WHERE i.indrelid = 'items'::regclass ORDER BY 1
                    """)
                #expect(indexes == [["h", "t", "{m=24}"], ["items_pkey", "t", nil]])
            }
        }
    }
}
