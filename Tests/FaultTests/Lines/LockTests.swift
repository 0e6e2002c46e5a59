import Ferry
import Postgres
import RigSupport
import Synchronization
import Testing

extension Faults.OnRig.Breaks {
    /// Another session's transaction holds a lock that a copy needs.
    @Suite struct LockTests {
        /// The stage whose statements wait for it.
        @Test(arguments: [Stage.prepare, .index, .finish])
        func `a lock that is not released is given up after some tries, naming its holder`(
            stage: Stage
        ) async throws {
            try await Cargo.withDatabases(rows: 100) { databases in
                // In the end it is the table that refers to the other.
                let tables = stage == .finish ? "bot_document_chunk" : "bot_document, items"
                let holder = Holder(databases.target, "LOCK TABLE \(tables) IN ROW EXCLUSIVE MODE")
                defer { holder.letGo() }
                let told = Told()
                var engine = try databases.hastyEngine(told: told)
                engine.workers.retry.attempts = 3
                engine.workers.retry.lockWait = .milliseconds(300)
                engine.workers.events = { event in
                    told.sink(event)
                    if case .began(stage) = event { holder.take() }
                }
                let start = ContinuousClock.now
                let failure = try #require(await failure(of: engine, stopsAll: stage == .prepare))
                #expect(ContinuousClock.now - start < .seconds(10))
                #expect(failure.contains("SQLSTATE 55P03"), "\(failure)")
                #expect(failure.contains("Given up after 3 tries"), "\(failure)")
                #expect(failure.contains("Process \(holder.pid) of postgres holds a lock on public."), "\(failure)")
                #expect(failure.contains("in a transaction since 20"), "\(failure)")

                // Let go in time, it costs some tries and nothing else.
                let retold = Told()
                engine.workers.retry.attempts = 30
                engine.workers.events = { event in
                    retold.sink(event)
                    if retold.retries.count == 1 { holder.letGo() }
                }
                #expect(try await engine.copy(inSmallChunks).outcome == .proven)
                #expect(retold.retries.contains { $0.cause?.sqlState == "55P03" })
                try databases.expectWhole()
            }
        }

        @Test func `a job whose lock another session takes stops, and leaves that session the lock`() async throws {
            try await Cargo.withDatabases(rows: 100) { databases in
                let table = Holder(databases.target, "LOCK TABLE items IN ROW EXCLUSIVE MODE")
                let thief = Holder(databases.target, "SELECT pg_advisory_xact_lock(x'7665636665727279'::bigint)")
                defer { for holder in [table, thief] { holder.letGo() } }
                let told = Told()
                var engine = try databases.hastyEngine(told: told)
                // Long enough that the job does not end by itself.
                engine.workers.retry.attempts = 1_000
                engine.workers.retry.lockWait = .seconds(1)
                engine.workers.events = { event in
                    told.sink(event)
                    guard case .began(.index) = event else { return }
                    table.take()
                    thief.take {
                        eventually { (try? databases.target.run(Self.holders(granted: false)).isEmpty) == false }
                        _ = try? databases.target.run(
                            "SELECT pg_terminate_backend(pid) FROM (\(Self.holders(granted: true))) AS holder")
                    }
                }
                let error = await #expect(throws: FerryError.self) { try await engine.copy(inSmallChunks) }
                #expect(error?.code == .busy, "\(String(describing: error))")
                #expect(error?.message.contains("process \(thief.pid) of postgres") == true)
                #expect(try databases.target.run(Self.holders(granted: true)) == [["\(thief.pid)"]])

                for holder in [table, thief] { holder.letGo() }
                let next = try databases.hastyEngine(told: Told())
                #expect(try await next.copy(inSmallChunks).outcome == .proven)
                try databases.expectWhole()
            }
        }

        /// The sessions that hold vecferry's lock, or wait for it.
        private static func holders(granted: Bool) -> String {
            """
            SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted = \(granted)
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """
        }

        /// Runs a copy that fails: as a whole, or some of its tables while the others are proven.
        private func failure(of engine: Engine, stopsAll: Bool) async -> String? {
            do {
                let report = try await engine.copy(inSmallChunks)
                #expect(!stopsAll && report.outcome == .failed)
                #expect(report.tables.allSatisfy { $0.state == ($0.error == nil ? .proven : .failed) })
                #expect(report.tables.contains { $0.state == .proven })
                return report.tables.compactMap(\.error).first
            } catch {
                #expect(stopsAll)
                return "\(error)"
            }
        }

        /// A session with a transaction that others wait for. A test that fails waits for it for 20 seconds.
        private final class Holder: Sendable {
            private let state = Atomic<Int>(0)
            private let isLetGo = Atomic<Bool>(false)
            private let database: RigDatabase
            private let lock: String

            init(_ database: RigDatabase, _ lock: String) {
                self.database = database
                self.lock = lock
            }

            /// The backend's number.
            var pid: Int { state.load(ordering: .acquiring) }

            /// Takes the lock, the first time.
            ///
            /// - Parameter freeing: Makes the lock free while this session waits for it.
            func take(freeing: () -> Void = {}) {
                guard pid == 0 else { return }
                _ = Meanwhile { [self] _ in
                    let session = try database.connect()
                    try session.execute("BEGIN; \(lock)")
                    let pid = try session.execute("SELECT pg_backend_pid() AS pid")[0][0].int("pid", as: Int.self)
                    state.store(pid, ordering: .releasing)
                    eventually(within: 20) { isLetGo.load(ordering: .acquiring) }
                    try session.execute("COMMIT")
                }
                freeing()
                eventually { pid != 0 }
            }

            func letGo() { isLetGo.store(true, ordering: .releasing) }
        }
    }
}
