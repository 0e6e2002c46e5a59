import Foundation
import Postgres
import RigSupport
import Testing

@testable import Ferry

/// The smallest rights, encryption and secrets.
@Suite struct PrivilegeTests {
    private static let grants = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "sql/grants")

    /// As Aurora's master is: no superuser, not the databases' owner; with what `sql/grants` gives, and nothing else.
    @Test(arguments: [[], ["--existing", "truncate"]])
    func `the whole job runs with the rights of sql grants`(arguments: [String]) async throws {
        try await BadInputTests.withScene { scene in
            let (databases, source, target) = (scene.databases, scene.sourceRole, scene.targetRole)
            let owner = try TestRole(on: databases.target, "NOLOGIN")
            defer { owner.drop() }
            try databases.target.run(
                """
                DO $$ DECLARE t regclass; BEGIN
                    FOR t IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') LOOP
                        EXECUTE format('ALTER TABLE %s OWNER TO \(owner.name)', t);
                    END LOOP; END $$;
                """)
            if !arguments.isEmpty {
                try databases.target.run("INSERT INTO items (id) VALUES ('old'); DELETE FROM audit")
            }
            try databases.both(
                "REVOKE ALL ON DATABASE \(databases.source.name) FROM PUBLIC; REVOKE ALL ON SCHEMA public FROM PUBLIC"
            )
            try Psql.run(
                databases.source.uri, script: Self.grants.appending(path: "source.sql").path,
                variables: ["role": source.name])
            try Psql.run(
                databases.target.uri, script: Self.grants.appending(path: "target.sql").path,
                variables: ["role": target.name, "owner": owner.name])
            let environment = ["VECFERRY_SOURCE": source.uri, "VECFERRY_TARGET": target.uri]
            let ended = try databases.startCopy(arguments, environment: environment).ended()
            #expect(ended.status == 0, "\(ended.said)")
            try databases.expectWhole()
            let verified = try Ferryman.run(["verify"], environment: environment)
            #expect(verified.status == 0, "\(verified.said)")
        }
    }

    /// A policy that was switched on after the plan.
    @Test func `a policy makes a session's read fail, on either side, instead of hiding rows`() async throws {
        try await BadInputTests.withScene { scene in
            let (databases, source, target) = (scene.databases, scene.sourceRole, scene.targetRole)
            let engine = try databases.hastyEngine(source: source.uri, target: target.uri, told: Told())
            for (database, role, endpoint) in [
                (databases.source, source, engine.source), (databases.target, target, engine.target),
            ] {
                try database.run(
                    """
                    GRANT SELECT ON items TO \(role.name); ALTER TABLE items ENABLE ROW LEVEL SECURITY;
                    CREATE POLICY hiding ON items USING (false)
                    """)
                let session = try endpoint.connect()
                let error = #expect(throws: FerryError.self) {
                    try session.query("SELECT count(*) FROM public.items")
                }
                #expect(error?.cause?.sqlState == "42501")
            }
        }
    }

    // MARK: TLS

    @Test func `verify-full with a CA file works, and the wrong name or CA is refused`() async throws {
        let server = try Rig.variable("VECFERRY_RIG_TLS")
        let (ca, wrong) = (try Rig.variable("VECFERRY_RIG_TLS_CA"), try Rig.variable("VECFERRY_RIG_TLS_WRONG_CA"))
        try await Rig.withDatabases(
            on: (server, try Rig.variable("VECFERRY_TARGET")), options: "?sslmode=verify-full&sslrootcert=\(ca)",
            setup: Cargo.schema
        ) { databases in
            try databases.source.run(Cargo.rows(300))
            let proven = try databases.startCopy().ended()
            #expect(proven.status == 0, "\(proven.said)")
            #expect(!proven.said.contains("not encrypted"), "\(proven.said)")
            // The rig's psql knows no TLS.
            let rows = try databases.sameRows("SELECT * FROM items ORDER BY id")
            #expect(rows == 300)
            for (uri, words) in [
                (databases.source.uri.replacing(ca, with: wrong), "certificate verify failed"),
                (databases.source.uri.replacing("@localhost:", with: "@127.0.0.1:"), "does not match host name"),
            ] {
                let refused = try databases.startCopy(["--retries", "0"], environment: ["VECFERRY_SOURCE": uri])
                    .ended()
                #expect(refused.status == 1, "\(refused.said)")
                #expect(
                    refused.errors.contains(words) && refused.errors.contains("sslrootcert in --source"),
                    "\(refused.said)")
            }
        }
    }

    // MARK: Passwords

    @Test func `passwords come from commands for each connection, and are found nowhere`() async throws {
        try await BadInputTests.withScene { scene in
            let databases = scene.databases
            let log = scene.folder.appending(path: "asked").path
            let secret = scene.folder.appending(path: "secret").path
            let password = try #require(try ConnectionParameters(parsing: databases.source.uri)["password"])
            try password.write(toFile: secret, atomically: true, encoding: .utf8)
            let bare = { (uri: String) in uri.replacing(":\(password)@", with: "@") }
            let copy = try databases.startCopy(
                [
                    "--verbose", "--log-level", "trace", "--json", "--source-password-command",
                    "echo s >> \(log); cat \(secret)",
                    "--target-password-command", "echo t >> \(log); cat \(secret)",
                ],
                environment: [
                    "VECFERRY_SOURCE": bare(databases.source.uri), "VECFERRY_TARGET": bare(databases.target.uri),
                ])
            let ended = copy.ended()
            #expect(ended.status == 0, "\(ended.said)")
            let asked = try String(contentsOfFile: log, encoding: .utf8)
            #expect(asked.filter { $0 == "s" }.count >= 3 && asked.filter { $0 == "t" }.count >= 4, "\(asked)")
            BadInputTests.expectNoSecret(in: ended.said)
        }
    }

    @Test func `a password on the command line is found nowhere once vecferry has begun`() async throws {
        try await Cargo.withDatabases(rows: 1000) { databases in
            let proxy = try Proxy(to: [try databases.source.port]) { _ in .throttle(bytesPerSecond: 320_000) }
            defer { proxy.close() }
            let copy = try Ferryman.start([
                "copy", "--chunk-size", "1", "--verbose", "--log-level", "trace", "--json",
                "--source", try databases.source.uri(port: proxy.port), "--target=\(databases.target.uri)",
            ])
            // Its first connection comes after it has looked after its arguments.
            #expect(eventually { proxy.connections > 0 })
            let sampler = Meanwhile { _ in
                var samples: [String] = []
                while copy.isRunning {
                    samples.append(copy.commandLine())
                    pause(seconds: 0.02)
                }
                return samples.filter { !$0.isEmpty }
            }
            let samples = try await sampler.value
            let ended = copy.ended()
            #expect(ended.status == 0, "\(ended.said)")
            #expect(samples.count > 3)
            BadInputTests.expectNoSecret(in: samples.joined(separator: "\n"))
            BadInputTests.expectNoSecret(in: ended.said)
            let ledger = databases.ledger()
            #expect(ledger.count > 1000)
            BadInputTests.expectNoSecret(in: ledger)
        }
    }
}
