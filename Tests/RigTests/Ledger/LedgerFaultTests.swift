import RigSupport
import Testing

@testable import Ferry

/// Ledgers that are damaged, and those that a newer vecferry wrote.
@Suite struct LedgerFaultTests {
    private static let setup = """
        CREATE TABLE items (id int PRIMARY KEY, embedding vector(2));
        CREATE INDEX items_embedding ON items USING hnsw (embedding vector_l2_ops);
        """

    /// A format that this vecferry does not know.
    private static let newer = Ledger.format + 1

    /// A job that has ended, or one that has its last statement before it, and a change to its ledger.
    private func refusal(
        isFinished: Bool = true, _ change: (RigDatabases) throws -> Void
    ) async throws -> FerryError {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            try databases.source.run("INSERT INTO items SELECT i, ARRAY[i, i] FROM generate_series(1, 50) AS i")
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            if !isFinished {
                try databases.target.run("UPDATE vecferry.job SET state = 'loading', report = NULL, finished_at = NULL")
            }
            try change(databases)
            let before = try databases.target.fingerprint()
            let errors = [
                await #expect(throws: FerryError.self) { try await databases.engine().copy(CopyRequest()) },
                await #expect(throws: FerryError.self) { try await databases.engine().plan(CopyRequest()) },
                await #expect(throws: FerryError.self) {
                    try await databases.engine().copy(CopyRequest(), restart: true)
                },
            ]
            #expect(try databases.target.fingerprint() == before)
            #expect(errors.allSatisfy { $0 == errors[0] }, "\(errors)")
            return try #require(errors[0])
        }
    }

    /// Changes the newest job's plan as a vecferry would write it, with its hash.
    private func rewritePlan(_ databases: RigDatabases, _ change: (String) -> String) throws {
        let text = try #require(try databases.target.value("SELECT plan FROM vecferry.job"))
        let changed = change(text)
        #expect(changed != text)
        let literal = changed.replacing("'", with: "''")
        try databases.target.run(
            "UPDATE vecferry.job SET plan = '\(literal)', plan_hash = '\(TextHash.of(changed))'")
    }

    @Test func `a ledger of a newer format says which vecferry wrote it`() async throws {
        let error = try await refusal {
            try $0.target.run("UPDATE vecferry.format SET version = \(Self.newer), written_by = '9.9'")
        }
        #expect(error.code == .ledger && error.side == .target)
        #expect(
            error.message.contains(
                "format \(Self.newer), was written by vecferry 9.9; this is vecferry \(Engine.version)"))
        #expect(error.hint == "Use vecferry 9.9, or a later version.")
    }

    @Test func `a ledger of a newer format is refused also where it does not say who wrote it`() async throws {
        let error = try await refusal {
            try $0.target.run(
                "UPDATE vecferry.format SET version = \(Self.newer); ALTER TABLE vecferry.format DROP written_by")
        }
        #expect(error.message.contains("written by a newer vecferry"))
    }

    @Test(arguments: [
        ("\"format\":\(Ledger.format)", "\"format\":\(newer)"), ("{\"append\":{}}", "{\"teleport\":{}}"),
    ])
    func `a plan that a newer vecferry wrote is not called damaged`(old: String, new: String) async throws {
        let error = try await refusal(isFinished: false) { databases in
            try rewritePlan(databases) {
                $0.replacing(old, with: new).replacing(
                    "\"vecferry\":\"\(Engine.version)\"", with: "\"vecferry\":\"9.9\"")
            }
        }
        #expect(error.code == .ledger)
        #expect(error.message.contains("Job 1 in the target's ledger was written by vecferry 9.9"), "\(error)")
        #expect(!error.message.contains("damaged"))
    }

    @Test func `a report that a newer vecferry wrote is not called damaged`() async throws {
        let error = try await refusal {
            try $0.target.run(
                "UPDATE vecferry.job SET report = replace(report, '\"outcome\":\"proven\"', '\"outcome\":\"certain\"')")
        }
        #expect(error.message.contains("written by vecferry \(Engine.version)"), "\(error)")
        #expect(!error.message.contains("damaged"))
    }

    @Test(arguments: [
        "UPDATE vecferry.job SET plan = replace(plan, 'items', 'smeti')",
        "UPDATE vecferry.job SET plan = '{}', plan_hash = md5('')",
        "UPDATE vecferry.job SET report = '{}'",
        "DELETE FROM vecferry.saved_definition WHERE kind = 'index'",
        "UPDATE vecferry.saved_definition SET name = 'other' WHERE kind = 'index'",
        "ALTER TABLE vecferry.saved_definition DROP CONSTRAINT saved_definition_kind_check; "
            + "UPDATE vecferry.saved_definition SET kind = 'rule'",
        "ALTER TABLE vecferry.job DROP CONSTRAINT job_state_check; UPDATE vecferry.job SET state = 'paused'",
    ])
    func `what was changed by hand is damage`(change: String) async throws {
        let error = try await refusal { try $0.target.run(change) }
        #expect(error.code == .ledger)
        #expect(error.message.contains("ledger is damaged"), "\(error)")
        #expect(error.hint?.contains("vecferry.saved_definition") == true)
    }

    @Test func `a fact that only another vecferry knows does no harm`() async throws {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            try databases.source.run("INSERT INTO items SELECT i, ARRAY[i, i] FROM generate_series(1, 50) AS i")
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            try rewritePlan(databases) {
                $0.replacing("{\"format\"", with: "{\"colour\":\"blue\",\"format\"")
            }
            try databases.target.run(
                "UPDATE vecferry.job SET report = replace(report, '{\"copySeconds\"', '{\"a\":1,\"copySeconds\"')")
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .alreadyFinished)
        }
    }
}
