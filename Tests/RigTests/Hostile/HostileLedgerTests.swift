import Foundation
import Postgres
import RigSupport
import Testing

@testable import Ferry

/// What another role leaves in the target in the ledger's place neither runs as the operator nor is believed.
@Suite struct HostileLedgerTests {
    private static let setup = "CREATE TABLE items (id int PRIMARY KEY, embedding vector(2))"
    private static let rows = "INSERT INTO items SELECT i, ARRAY[i, i] FROM generate_series(1, 500) AS i"
    private static let schema = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../sql/ledger/schema.sql").path

    /// Two databases with 500 rows on the source, and a role that may create schemas on the target.
    private static func withMallory(
        on pair: ServerPair, _ body: (RigDatabases, TestRole) async throws -> Void
    ) async throws {
        try await Rig.withDatabases(on: try pair.servers, setup: setup) { databases in
            try databases.source.run(rows)
            try await databases.target.withRole { role in
                try databases.target.run("GRANT CREATE ON DATABASE \(databases.target.name) TO \(role.name)")
                try await body(databases, role)
            }
        }
    }

    /// Runs every command that uses the ledger, and expects each to refuse it for the same reason, and to leave the target as
    /// it is.
    private static func expectRefusals(
        _ databases: RigDatabases, naming words: [String], location: SourceLocation = #_sourceLocation
    ) async throws {
        let before = try databases.target.fingerprint()
        let engine = try databases.engine()
        var repair = VerifyRequest()
        repair.repair = .apply
        let errors = [
            await #expect(throws: FerryError.self) { try await engine.plan(CopyRequest()) },
            await #expect(throws: FerryError.self) { try await engine.copy(CopyRequest()) },
            await #expect(throws: FerryError.self) { try await engine.copy(CopyRequest(), restart: true) },
            await #expect(throws: FerryError.self) { try await engine.targetAlone.planIndexes(IndexStepRequest()) },
            await #expect(throws: FerryError.self) { try await engine.targetAlone.index(IndexStepRequest()) },
            await #expect(throws: FerryError.self) { try await engine.verify(repair) },
        ]
        for error in errors {
            #expect(error?.code == .ledger, "\(String(describing: error))", sourceLocation: location)
            let said = "\(error.map { "\($0)" } ?? "")"
            #expect(!said.contains("ran as"), "\(said)", sourceLocation: location)
            for word in words { #expect(said.contains(word), "\(said)", sourceLocation: location) }
            #expect(error?.hint?.contains("GRANT") == false, sourceLocation: location)
        }
        #expect(try databases.target.fingerprint() == before, sourceLocation: location)
        // Without a repair, the ledger is not needed.
        let report = try await engine.verify(VerifyRequest())
        #expect(report.outcome == .differs, sourceLocation: location)
        #expect(report.notes.contains { $0.code == .ledgerNotRead }, sourceLocation: location)
    }

    @Test(arguments: ServerPair.allCases)
    func `a view in a stranger's schema is not read`(on pair: ServerPair) async throws {
        try await Self.withMallory(on: pair) { databases, role in
            try HostileScript.run("ledger-view", as: role.uri)
            try await Self.expectRefusals(databases, naming: ["Schema vecferry belongs to the role \(role.name)"])
        }
    }

    @Test(arguments: ServerPair.allCases)
    func `a stranger's ledger does not mark chunks as finished`(on pair: ServerPair) async throws {
        try await Self.withMallory(on: pair) { databases, role in
            try Psql.run(role.uri, "CREATE SCHEMA vecferry")
            try Psql.run(role.uri, script: Self.schema)
            try HostileScript.run("ledger-trigger", as: role.uri)
            try await Self.expectRefusals(databases, naming: ["Schema vecferry belongs to the role \(role.name)"])
        }
    }

    @Test(arguments: ServerPair.allCases)
    func `a stranger's table in the operator's schema is not written to`(on pair: ServerPair) async throws {
        try await Self.withMallory(on: pair) { databases, role in
            try databases.target.run("CREATE SCHEMA vecferry; GRANT USAGE, CREATE ON SCHEMA vecferry TO \(role.name)")
            try HostileScript.run("ledger-table", as: role.uri)
            try await Self.expectRefusals(databases, naming: ["vecferry.chunk belongs to the role \(role.name)"])
        }
    }

    /// Being a member of a role does not make what its other members do one's own.
    @Test func `a ledger of a role that the operator is a member of is not trusted`() async throws {
        try await Self.withMallory(on: .rig) { databases, role in
            try await databases.target.withRole { other in
                try databases.target.run("GRANT \(role.name) TO \(other.name)")
                try databases.target.run(
                    "GRANT ALL ON items TO \(other.name); GRANT CREATE ON DATABASE \(databases.target.name) TO \(other.name)"
                )
                try HostileScript.run("ledger-view", as: role.uri)
                var engine = try databases.engine()
                engine.target = Endpoint(
                    .target, try ConnectionParameters(parsing: other.uri), interrupt: engine.workers.interrupt)
                let error = await #expect(throws: FerryError.self) { try await engine.copy(CopyRequest()) }
                #expect(error?.code == .ledger && error?.message.contains("belongs to the role") == true)
            }
        }
    }

    /// Each change lets someone else in, or could run code when the ledger is used.
    @Test(arguments: [
        ("GRANT CREATE ON SCHEMA vecferry TO PUBLIC", "Every role has the privilege CREATE on schema vecferry"),
        ("GRANT TRIGGER ON vecferry.chunk TO $role", "has the privilege TRIGGER on vecferry.chunk"),
        ("GRANT INSERT ON vecferry.saved_definition TO $role", "has the privilege INSERT on vecferry.saved_definition"),
        (
            "GRANT UPDATE (statements) ON vecferry.saved_definition TO $role",
            "has the privilege UPDATE (statements) on vecferry.saved_definition"
        ),
        ("GRANT UPDATE ON SEQUENCE vecferry.job_id_seq TO $role", "has the privilege UPDATE on vecferry.job_id_seq"),
        ("ALTER TABLE vecferry.job OWNER TO $role", "vecferry.job belongs to the role"),
        (
            "CREATE TABLE child () INHERITS (vecferry.chunk)",
            "vecferry.chunk, which belongs to postgres, is not a plain table"
        ),
        ("ALTER TABLE vecferry.chunk ENABLE ROW LEVEL SECURITY", "vecferry.chunk, which belongs to postgres, is not"),
        (
            "CREATE POLICY all_rows ON vecferry.chunk",
            "vecferry.chunk has a policy that vecferry did not create: all_rows"
        ),
        (
            "CREATE RULE noted AS ON INSERT TO vecferry.chunk DO ALSO SELECT 1",
            "vecferry.chunk has a rule that vecferry did not create: noted"
        ),
        (
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; "
                + "CREATE TRIGGER noted BEFORE UPDATE ON vecferry.job EXECUTE FUNCTION f()",
            "vecferry.job has a trigger that vecferry did not create: noted"
        ),
        (
            "ALTER TABLE vecferry.format RENAME TO other; CREATE VIEW vecferry.format AS SELECT * FROM vecferry.other",
            "vecferry.format, which belongs to postgres, is not a plain table"
        ),
    ])
    func `a ledger that others can change is refused`(change: String, words: String) async throws {
        try await Self.withMallory(on: .rig) { databases, role in
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            try databases.target.run("DELETE FROM items WHERE id = 1")
            try databases.target.run(change.replacing("$role", with: role.name))
            try await Self.expectRefusals(databases, naming: ["can't be trusted", words])
        }
    }

    @Test func `default privileges let nobody into a new ledger`() async throws {
        try await Self.withMallory(on: .rig) { databases, role in
            try databases.target.run(
                """
                ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO \(role.name);
                ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO PUBLIC;
                ALTER DEFAULT PRIVILEGES GRANT ALL ON SCHEMAS TO \(role.name)
                """)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .alreadyFinished)
            #expect(throws: (any Error).self) { try Psql.run(role.uri, "SELECT FROM vecferry.job") }
        }
    }

    @Test func `a schema that the database's owner made for the operator is used`() async throws {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            try databases.source.run(Self.rows)
            try await databases.target.withRole { operating in
                try databases.target.run(
                    "ALTER TABLE items OWNER TO \(operating.name); CREATE SCHEMA vecferry AUTHORIZATION \(operating.name)"
                )
                var engine = try databases.engine()
                engine.target = Endpoint(
                    .target, try ConnectionParameters(parsing: operating.uri), interrupt: engine.workers.interrupt)
                #expect(try await engine.plan(CopyRequest()).isReady)
                #expect(try await engine.copy(CopyRequest()).outcome == .proven)
            }
        }
    }

    // MARK: Proven without the ledger's word

    /// As a superuser's hand, or a fault in the ledger itself, could do it.
    @Test func `entries that are marked as finished while a copy runs prove nothing`() async throws {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            try databases.source.run(Self.rows)
            let engine = try databases.engine { event in
                guard case .began(.copy) = event else { return }
                _ = try? databases.target.run(
                    "UPDATE vecferry.chunk SET finished_at = now(), rows = 0, sum = repeat('0', 32), kept_rows = 0")
            }
            let error = await #expect(throws: FerryError.self) { try await engine.copy(CopyRequest()) }
            #expect(error?.code == .ledger && error?.message.contains("differs from the rows that were copied") == true)
            let state = try databases.target.value("SELECT state FROM vecferry.job")
            #expect(state == "loading")
        }
    }

    @Test func `a resumed copy counts the rows of the chunks that the ledger calls finished`() async throws {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            try databases.source.run(Self.rows)
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            try databases.target.run(
                """
                UPDATE vecferry.job SET state = 'loading', report = NULL, finished_at = NULL;
                UPDATE vecferry.chunk SET rows = 0, sum = repeat('0', 32); TRUNCATE items
                """)
            let engine = try databases.engine()
            try await Meanwhile { _ in
                let source = try engine.source.connect()
                let target = try engine.target.connect()
                let job = try #require(try Ledger().newestJob(target))
                let entries = try Ledger().chunks(job, target)
                let error = #expect(throws: FerryError.self) {
                    try SourceCount(plan: job.plan).check(entries, on: source)
                }
                #expect(error?.code == .ledger)
                let words = "it has 0 rows for chunk 0 of public.items, where the source has 500"
                #expect(error?.message.contains(words) == true)
            }.value
            // Unless another test has written to the source's server meanwhile, when all of it is read again.
            do {
                #expect(try await engine.copy(CopyRequest()).outcome == .differs)
            } catch {
                #expect((error as? FerryError)?.code == .ledger)
            }
        }
    }
}
