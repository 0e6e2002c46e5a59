import RigSupport
import Testing

@testable import Ferry

/// The rows that a repair leaves alone.
@Suite struct VerifyRepairScopeTests {
    private var repair: VerifyRequest {
        var request = VerifyRequest()
        request.repair = .apply
        return request
    }

    @Test func `a missing row does not overwrite the row of another bot that has its key`() async throws {
        let setup = "CREATE TABLE items (id int PRIMARY KEY, botid text, embedding vector(2))"
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run("INSERT INTO items VALUES (5, 'a', '[1,1]'), (6, 'a', '[1,1]')")
            try databases.target.run("INSERT INTO items VALUES (5, 'z', '[9,9]')")
            var request = repair
            request.selection.bots = ["a"]
            let error = try await databases.engine().verifyError(request)
            #expect(error.side == .target && error.table?.name == "items" && error.cause?.sqlState == "23505")
            #expect(error.hint?.contains("No row of the batch") == true)
            #expect(try databases.target.run("SELECT id::text, botid FROM items") == [["5", "z"]])
        }
    }

    @Test func `rows of inheritance children stay as they are`() async throws {
        let setup = """
            CREATE TABLE t (id int PRIMARY KEY, name text, v vector(2)); CREATE TABLE child () INHERITS (t);
            """
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.both("INSERT INTO t SELECT i, 'parent', ARRAY[i, 1]::vector FROM generate_series(1, 3) AS i")
            try databases.target.run(
                """
                INSERT INTO child VALUES (1, 'child', '[7,7]'), (2, 'child', '[7,7]');
                DELETE FROM ONLY t WHERE id = 1; UPDATE ONLY t SET name = 'other' WHERE id = 2
                """)
            var request = repair
            request.selection.tables = ["t"]
            let report = try await databases.verify(request)
            #expect(report.outcome == .same)
            #expect(try databases.target.value("SELECT string_agg(name, ' ') FROM child") == "child child")
            #expect(
                try databases.target.value("SELECT string_agg(name, ' ') FROM ONLY t") == "parent parent parent")
        }
    }

    @Test(arguments: [RepairMode.apply, .dryRun])
    func `nothing is repaired while a copy is unfinished`(_ mode: RepairMode) async throws {
        try await VerifyFixture.withProvenCopy { databases in
            try databases.target.run(
                """
                UPDATE vecferry.job SET state = 'loading';
                UPDATE vecferry.chunk SET finished_at = NULL WHERE pair = 0;
                DELETE FROM items
                """)
            var request = repair
            request.repair = mode
            let error = try await databases.engine().verifyError(request)
            #expect(error.code == .blocked && error.message.contains("not finished"))
            #expect(error.hint?.contains("vecferry copy again") == true)
            #expect(try databases.target.value("SELECT count(*) FROM items") == "0")
            // To look is allowed.
            #expect(try await databases.verify().outcome == .differs)
        }
    }

    @Test(arguments: [ExistingRows.keep, .replace])
    func `rows that a copy by key left to the target are reported, and not repaired`(
        _ existing: ExistingRows
    ) async throws {
        let setup = "CREATE TABLE t (id int PRIMARY KEY, name text, v vector(2))"
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run("INSERT INTO t VALUES (1, 's', '[1,1]'), (2, 's', '[1,1]')")
            try databases.target.run("INSERT INTO t VALUES (2, 't', '[2,2]'), (7, 't', '[2,2]')")
            var copy = CopyRequest()
            copy.existing = existing
            #expect(try await databases.engine().copy(copy).outcome == .proven)
            let before = try databases.target.fingerprint()
            let report = try await databases.verify()
            let note = try #require(report.notes.first { $0.code == .mergedByKey })
            #expect(note.table?.name == "t" && note.level == .warning)
            #expect(try report.table("t").counts.extra == 1)
            for mode in [RepairMode.apply, .dryRun] {
                var request = repair
                request.repair = mode
                let error = try await databases.engine().verifyError(request)
                #expect(error.code == .blocked && error.table?.name == "t")
                #expect(error.hint?.contains("--exclude-table") == true)
            }
            #expect(try databases.target.fingerprint() == before)
        }
    }

    @Test func `a ledger that can't be read is no leave to repair`() async throws {
        try await VerifyFixture.withProvenCopy { databases in
            try databases.target.run("DELETE FROM log WHERE message = 'line 4'")
            let error = try await refusal(databases, repair)
            #expect(error.code == .ledger && error.hint == "Connect as postgres.")
            #expect(try databases.target.value("SELECT count(*) FROM log WHERE message = 'line 4'") == "0")
        }
    }

    /// Hours may pass between the comparison's begin and the first row that is repaired.
    @Test(arguments: [RepairMode.apply, .dryRun])
    func `a role without temporary tables learns that before anything is compared`(_ mode: RepairMode) async throws {
        try await Rig.withDatabases(setup: "CREATE TABLE t (id int PRIMARY KEY, v vector(2))") { databases in
            try databases.source.run("INSERT INTO t VALUES (1, '[1,1]')")
            try databases.target.run("REVOKE TEMPORARY ON DATABASE \(databases.target.name) FROM PUBLIC")
            var request = repair
            request.repair = mode
            let error = try await refusal(databases, request) { event in
                if case .compared = event { Issue.record("Rows were compared.") }
            }
            let grant = "GRANT TEMPORARY ON DATABASE \(databases.target.name) TO"
            #expect(error.code == .blocked && error.side == .target && error.hint?.contains(grant) == true)
        }
    }

    /// What a role that may read and write all tables of schema public, and nothing else, is refused with.
    private func refusal(
        _ databases: RigDatabases, _ request: VerifyRequest, events: @escaping EventSink = { _ in }
    ) async throws -> FerryError {
        let role = "r\(databases.target.name)"
        try databases.target.run(
            "CREATE ROLE \(role) LOGIN PASSWORD 'verify-test'; GRANT ALL ON ALL TABLES IN SCHEMA public TO \(role)")
        defer { _ = try? databases.target.run("DROP OWNED BY \(role); DROP ROLE \(role)") }
        var engine = try databases.engine(events: events)
        var parameters = engine.target.parameters
        parameters["user"] = role
        parameters["password"] = "verify-test"
        engine.target = Endpoint(.target, parameters, interrupt: engine.workers.interrupt)
        return try await engine.verifyError(request)
    }
}
