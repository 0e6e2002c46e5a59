import Postgres
import RigSupport
import Synchronization
import Testing

@testable import Ferry

/// Sessions break while rows are repaired: no row is deleted that was not compared, and none is inserted twice.
@Suite struct VerifyRepairFaultTests {
    private let retry = RetryPolicy(attempts: 5, firstDelay: .milliseconds(20), longestDelay: .milliseconds(50))

    private var repair: VerifyRequest {
        var request = VerifyRequest()
        request.repair = .apply
        return request
    }

    /// The place of a row that is extra is free for others as soon as nothing protects it.
    @Test func `with its snapshot lost a repair deletes nothing`() async throws {
        let setup = "CREATE TABLE t (id int PRIMARY KEY, name text, v vector(2))"
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.both("INSERT INTO t SELECT i, 'same', ARRAY[i, 1]::vector FROM generate_series(1, 9) AS i")
            try databases.target.run("INSERT INTO t VALUES (100, 'extra', '[1,1]')")
            let target = databases.target
            let state = Mutex((isRepair: false, isDone: false))
            let place = try target.value("SELECT ctid FROM t WHERE id = 100")
            let engine = try databases.engine(retry: retry) { event in
                let strikes = state.withLock { state in
                    if case .began(.repair) = event { state.isRepair = true }
                    guard state.isRepair, !state.isDone, case .compared(.source, _, _, _, _) = event else {
                        return false
                    }
                    state.isDone = true
                    return true
                }
                guard strikes else { return }
                // Until the other side's rows have been looked for too.
                Pause.milliseconds(1000)
                _ = try? target.run(
                    """
                    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name ~ '^vecferry( |$)' AND query LIKE 'LOCK TABLE%'
                    """)
                for statement in [
                    "DELETE FROM t WHERE id = 100", "VACUUM t", "INSERT INTO t VALUES (200, 'new', '[2,2]')",
                ] { _ = try? target.run(statement) }
            }
            let error = try await engine.verifyError(repair)
            #expect(error.code == .sourceChanged && error.side == .target)
            #expect(try target.value("SELECT ctid FROM t WHERE id = 200") == place)
        }
    }

    /// Under READ COMMITTED a DELETE by place that waits for an update takes the row's new version, unless the server is of
    /// late 2025 or newer (PostgreSQL 16.11, release notes). The rig's older server plays the target.
    @Test func `a row that changes while its deletion waits for it stays`() async throws {
        let servers = (source: try Rig.variable("VECFERRY_TARGET"), target: try Rig.variable("VECFERRY_SOURCE"))
        let setup = "CREATE TABLE t (id int PRIMARY KEY, name text, v vector(2))"
        try await Rig.withDatabases(on: servers, setup: setup) { databases in
            try databases.both("INSERT INTO t SELECT i, 'same', ARRAY[i, 1]::vector FROM generate_series(1, 9) AS i")
            try databases.target.run("INSERT INTO t VALUES (100, 'extra', '[1,1]')")
            let target = databases.target
            let hasChanged = Fault()
            let changer = Meanwhile { isWanted in
                let connection = try target.connect()
                try connection.execute("BEGIN; UPDATE t SET name = 'changed' WHERE id = 100")
                hasChanged.strike()
                let hasWaited = try eventually {
                    try !isWanted()
                        || target.value(
                            """
                            SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'
                            AND datname = current_database() AND application_name ~ '^vecferry( |$)'
                            """) == "1"
                }
                try connection.execute("COMMIT")
                return hasWaited && isWanted()
            }
            defer { changer.cancel() }
            #expect(eventually { hasChanged.hasStruck })
            let report = try await databases.engine(retry: retry).verify(repair)
            changer.cancel()
            _ = try await changer.value
            #expect(try target.value("SELECT name FROM t WHERE id = 100") == "changed")
            #expect(report.outcome == .differs)
            #expect(report.repair?.tables.first?.deleted == 0)
        }
    }

    /// The server commits, and the answer does not arrive.
    @Test(arguments: ["missing", "extra"])
    func `rows of a table without a key are repaired once`(_ kind: String) async throws {
        try await VerifyFixture.withProvenCopy { databases in
            try databases.target.run(
                kind == "missing"
                    ? "DELETE FROM log WHERE message = 'line 4'" : "INSERT INTO log VALUES ('new', '[1,1]')")
            var engine = try databases.engine(retry: retry)
            let port = try #require(engine.target.parameters["port"].flatMap { Int($0) })
            let fault = Fault()
            // The length of what follows the answer to COMMIT is no longer what libpq takes.
            let proxy = try Proxy(to: [port]) { _ in
                fault.hasStruck ? .none : .flip(.toClient, marker: Array("COMMIT\0".utf8), offset: 1)
            }
            defer { proxy.close() }
            var parameters = engine.target.parameters
            parameters["port"] = "\(proxy.port)"
            // Or the proxy could not read along.
            parameters["sslmode"] = "disable"
            engine.target = Endpoint(.target, parameters, interrupt: engine.workers.interrupt)
            engine.workers.events = { event in
                if case .retry = event { fault.strike() }
            }
            let report = try await engine.verify(repair)
            #expect(proxy.strikes == 1)
            #expect(report.outcome == .same)
            let done = try #require(report.repair?.tables.first)
            #expect((kind == "missing" ? done.inserted : done.deleted) == (kind == "missing" ? 3 : 1))
        }
    }

    private final class Fault: Sendable {
        private let state = Mutex(false)
        var hasStruck: Bool { state.withLock { $0 } }
        func strike() { state.withLock { $0 = true } }
    }
}
