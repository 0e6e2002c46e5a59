import Foundation
import Postgres
import RigSupport
import Testing

/// One case of bad input, and the expected result.
struct BadInput: CustomTestStringConvertible, Sendable {
    /// What a case finds prepared, and what it may put down to be cleaned up.
    struct Scene {
        let databases: RigDatabases
        let folder: URL
        /// A role on the side, with a password, that may do nothing yet.
        let sourceRole: TestRole
        let targetRole: TestRole
    }

    let testDescription: String
    let status: Int32
    /// What standard error and output must contain.
    let says: [String]
    /// Brings the fault about; returns the arguments behind `copy`, and variables.
    let given: @Sendable (Scene) throws -> (arguments: [String], environment: [String: String])

    /// If only the proof fails, the job has continued from the ledger.
    var changesNothing: Bool { status != 4 }

    init(
        _ description: String, _ status: Int32, _ says: [String],
        given: @escaping @Sendable (Scene) throws -> (arguments: [String], environment: [String: String])
    ) {
        testDescription = description
        self.status = status
        self.says = says
        self.given = given
    }

    /// A case that gives another address for one side.
    static func address(
        _ description: String, _ status: Int32, _ says: [String], source: (@Sendable (Scene) throws -> String)? = nil,
        target: (@Sendable (Scene) throws -> String)? = nil
    ) -> BadInput {
        BadInput(description, status, says) { scene in
            var environment: [String: String] = [:]
            if let source { environment["VECFERRY_SOURCE"] = try source(scene) }
            if let target { environment["VECFERRY_TARGET"] = try target(scene) }
            return ([], environment)
        }
    }

    /// A case that gives other arguments.
    static func arguments(_ arguments: String..., says: [String], status: Int32 = 64) -> BadInput {
        BadInput(arguments.joined(separator: " "), status, says) { _ in (arguments, [:]) }
    }

    /// A case with a file for `--bots`.
    static func bots(_ description: String, _ bytes: [UInt8], _ status: Int32, _ says: [String]) -> BadInput {
        BadInput(description, status, says) { scene in
            let file = scene.folder.appending(path: "bots")
            try Data(bytes).write(to: file)
            return (["--bots", file.path], [:])
        }
    }

    /// A case of a ledger that was tampered with while its job was unfinished.
    static func ledger(_ description: String, _ sql: String, _ status: Int32, _ says: [String]) -> BadInput {
        BadInput(description, status, says) { scene in
            let died = try scene.databases.startCopy(environment: ["VECFERRY_FAIL_POINT": "after-copy"])
            #expect(died.ended().status == 137)
            try scene.databases.target.run(sql)
            return (["--chunk-size", "1"], [:])
        }
    }
}

extension BadInput {
    /// Those that leave both databases as they are: they share a scene.
    static let harmless: [BadInput] = addresses + options + servers
    /// Those that first change something, each in a scene of its own.
    static let prepared: [BadInput] = rights + ledgers

    private static let addresses: [BadInput] = [
        .address(
            "a malformed URI", 64, ["--source", "port", "--help"],
            source: { _ in "postgresql://u:\(TestRole.password)@h:x1/db" }),
        .address(
            "a malformed conninfo string", 64, ["--target"],
            target: { _ in "host=h password=\(TestRole.password) nonsense" }),
        .address(
            "no URI and no key=value pairs", 64, ["--source is neither a URI", "nor key=value pairs"],
            source: { _ in "\(TestRole.password)" }),
        .address(
            "no password", 1, ["source: No password was given.", "--source-password-command"],
            source: { $0.sourceRole.uri.replacing(":\(TestRole.password)@", with: "@") }),
        .address(
            "an unknown host", 1, ["source:", "Check the host name in --source"],
            source: { _ in "postgresql://u:\(TestRole.password)@no-such-host.invalid/db" }),
        .address(
            "a port that nobody listens on", 1, ["target:", "Connection refused", "Check host and port in --target"],
            target: { "postgresql://u:\(TestRole.password)@127.0.0.1:\(try freePort())/\($0.databases.target.name)" }),
        .address(
            "a wrong password of the source", 1, ["source:", "28P01", "password of the source"],
            source: { $0.sourceRole.uri.replacing(TestRole.password, with: "wrong-\(TestRole.password)") }),
        .address(
            "a wrong password of the target", 1, ["target:", "28P01", "password of the target"],
            target: { $0.targetRole.uri.replacing(TestRole.password, with: "wrong-\(TestRole.password)") }),
        .address(
            "an unknown database", 1, ["source:", "does not exist", "Check the database name in --source"],
            source: { $0.databases.source.uri.replacing($0.databases.source.name, with: "nowhere") }),
        .address(
            "one database for both", 3, ["Source and target are the same database"], source: { $0.databases.target.uri }
        ),
        .address(
            "source and target swapped", 3, ["target", "already holds 600 rows", "swapped"],
            source: { $0.databases.target.uri }, target: { $0.databases.source.uri }),
        .address(
            "TLS of a server without it", 1, ["source:", "SSL", "sslmode"],
            source: { $0.databases.source.uri + "?sslmode=require" }),
    ]

    private static let rights: [BadInput] = [
        BadInput("no CONNECT", 1, ["source:", "42501", "sql/grants/source.sql"]) { scene in
            try scene.databases.source.run("REVOKE CONNECT ON DATABASE \(scene.databases.source.name) FROM PUBLIC")
            return ([], ["VECFERRY_SOURCE": scene.sourceRole.uri])
        },
        .address("no SELECT", 3, ["source, public.items", "SELECT"], source: { $0.sourceRole.uri }),
        BadInput("no INSERT", 3, ["target, public.items", "INSERT"]) { scene in
            let (database, role) = (scene.databases.target, scene.targetRole.name)
            try database.run(
                "GRANT CREATE ON DATABASE \(database.name) TO \(role); GRANT SELECT ON ALL TABLES IN SCHEMA public TO \(role)"
            )
            return ([], ["VECFERRY_TARGET": scene.targetRole.uri])
        },
        .address(
            "no CREATE for the ledger", 3, ["target:", "ledger", "CREATE SCHEMA vecferry AUTHORIZATION"],
            target: { $0.targetRole.uri }),
        BadInput("a role that may not log in", 1, ["source:", "28000"]) { scene in
            try scene.databases.source.run("ALTER ROLE \(scene.sourceRole.name) NOLOGIN")
            return ([], ["VECFERRY_SOURCE": scene.sourceRole.uri])
        },
        BadInput("a policy that hides rows", 3, ["source, public.items", "polic"]) { scene in
            let (database, role) = (scene.databases.source, scene.sourceRole.name)
            try database.run(
                "GRANT SELECT ON ALL TABLES IN SCHEMA public TO \(role); ALTER TABLE items ENABLE ROW LEVEL SECURITY; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO \(role)"
            )
            return ([], ["VECFERRY_SOURCE": scene.sourceRole.uri])
        },
        BadInput("a password command that fails", 1, ["source:", "password command", "--source-password-command"]) {
            scene in
            let secret = scene.folder.appending(path: "secret")
            try TestRole.password.write(to: secret, atomically: true, encoding: .utf8)
            return (["--source-password-command", "cat \(secret.path) >&2; exit 3"], [:])
        },
        BadInput("a password command that prints nothing", 1, ["target:", "printed nothing"]) { _ in
            (["--target-password-command", "true"], [:])
        },
    ]

    private static let options: [BadInput] = [
        .arguments("--table", "itmes", says: ["source:", "itmes", "matches no table"], status: 3),
        .arguments("--jobs", "0", says: ["--jobs", "1 to 64"]),
        .arguments("--jobs", "10000", says: ["--jobs", "1 to 64"]),
        .arguments("--chunk-size", "0", says: ["--chunk-size"]),
        .arguments("--stall-timeout", "0", says: ["--stall-timeout"]),
        .arguments("--existing", "nonsense", says: ["--existing", "truncate"]),
        .arguments("--sauce", "x", says: ["--sauce"]),
        .arguments("--bots", "/no/such/file", says: ["--bots", "can't be read"]),
        .arguments("--bot-column", "nope", says: ["nope"], status: 3),
        .arguments("--convert", "items=halfvec", says: ["--convert", "items=halfvec", "table.column=halfvec"]),
        .arguments("--convert", "items.embedding=bit", says: ["--convert", "items.embedding=bit"]),
        .arguments("--convert", "items.nope=halfvec", says: ["--convert names items.nope"], status: 3),
        .arguments("--convert", "items.id=halfvec", says: ["only values of the type vector"], status: 3),
        .bots("an empty --bots file", [], 64, ["--bots", "lists no bot"]),
        .bots("a --bots file of comments only", Array("# none\n\n".utf8), 64, ["--bots", "lists no bot"]),
        .bots("a binary --bots file", [0x7F, 0x45, 0x4C, 0x46, 0, 1, 2, 0xFF], 64, ["--bots", "not UTF-8"]),
        .bots("a bot id longer than the column", Array("01234567890123456789012345678901234567890\n".utf8), 3, ["26"]),
    ]

    private static let servers: [BadInput] = [
        .address(
            "a web server", 1, ["source:", "another service listens there"],
            source: { _ in "postgresql://u:\(TestRole.password)@127.0.0.1:\(try FakeServer(.http).port)/db" }),
        .address(
            "a web server, without trying TLS", 1, ["target:", "another service listens there"],
            target: { _ in
                "postgresql://u:\(TestRole.password)@127.0.0.1:\(try FakeServer(.http).port)/db?sslmode=disable"
            }),
        .address(
            "PostgreSQL 9.6", 1, ["source:", "PostgreSQL 9.6", "requires PostgreSQL 12", "Upgrade"],
            source: { _ in
                "postgresql://u:\(TestRole.password)@127.0.0.1:\(try FakeServer(.postgreSQL(version: "9.6.24")).port)/db"
            }),
        .address(
            "PostgreSQL 11", 1, ["target:", "PostgreSQL 11", "requires PostgreSQL 12"],
            target: { _ in
                "postgresql://u:\(TestRole.password)@127.0.0.1:\(try FakeServer(.postgreSQL(version: "11.22")).port)/db"
            }),
        .address(
            "a server that never answers", 1,
            ["source:", "The server at 127.0.0.1:", " did not answer within 1 second."],
            source: { _ in
                "postgresql://u:\(TestRole.password)@127.0.0.1:\(try FakeServer(.silent).port)/db?connect_timeout=1"
            }),
    ]

    private static let ledgers: [BadInput] = [
        .ledger(
            "a ledger of a newer vecferry", "UPDATE vecferry.format SET version = 99", 1,
            ["target:", "format 99", "later version"]),
        .ledger("a ledger without its format", "DELETE FROM vecferry.format", 1, ["target:", "format"]),
        .ledger(
            "another plan in the ledger", "UPDATE vecferry.job SET plan = replace(plan, 'items', 'smeti')", 1,
            ["ledger is damaged", "saved_definition"]),
        .ledger(
            "a chunk gone from the ledger", "DELETE FROM vecferry.chunk WHERE number = 0", 1, ["ledger is damaged"]),
        .ledger(
            "a chunk moved in the ledger",
            "UPDATE vecferry.chunk SET end_page = end_page + 1 WHERE end_page IS NOT NULL", 1, ["ledger is damaged"]),
        .ledger("a sum in the ledger that is none", "UPDATE vecferry.chunk SET sum = 'x'", 1, ["ledger is damaged"]),
        .ledger("a table gone from the ledger", "DROP TABLE vecferry.saved_definition", 1, ["ledger is damaged"]),
        .ledger(
            "a column gone from the ledger", "ALTER TABLE vecferry.job DROP COLUMN report", 1, ["ledger is damaged"]),
        BadInput("a finished chunk opened again", 4, ["public.items", "--restart"]) { scene in
            let died = try scene.databases.startCopy(environment: ["VECFERRY_FAIL_POINT": "after-copy"])
            #expect(died.ended().status == 137)
            try scene.databases.target.run(
                "UPDATE vecferry.chunk SET finished_at = NULL, sum = NULL WHERE pair = 0 AND number = 0")
            // Whether the source was written to must not hang on who else uses its server.
            try scene.databases.source.run("CREATE TABLE other ()")
            return (["--chunk-size", "1"], [:])
        },
        BadInput("an unfinished job with other options", 1, ["target:", "which is not finished, began", "--restart"]) {
            scene in
            let died = try scene.databases.startCopy(environment: ["VECFERRY_FAIL_POINT": "after-copy"])
            #expect(died.ended().status == 137)
            return (["--chunk-size", "2"], [:])
        },
    ]
}
