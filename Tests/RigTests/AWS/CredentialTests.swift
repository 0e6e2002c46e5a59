import Foundation
import Postgres
import RigSupport
import Synchronization
import Testing

extension OnAWS {
    /// Logins from AWS Secrets Manager and RDS, with the built program and a stand-in for AWS.
    @Suite struct CredentialTests {
        /// A secret of the stand-in, which lasts as long as the rig.
        private static func secret(_ fields: [String: Any]) throws -> String {
            let name = "db/\(UUID().uuidString)"
            let json = String(decoding: try JSONSerialization.data(withJSONObject: fields), as: UTF8.self)
            try StandIn.aws("secretsmanager", "create-secret", "--name", name, "--secret-string", json)
            return name
        }

        /// The fields of a secret that is the login of a database.
        private static func fields(_ database: RigDatabase, _ changes: [String: Any?] = [:]) throws -> [String: Any] {
            let address = try ConnectionParameters(parsing: database.uri)
            var fields: [String: Any?] = [
                "username": address["user"], "password": address["password"], "host": address["host"],
                "port": Int(address["port"] ?? ""), "dbname": address["dbname"], "engine": "postgres",
                "dbClusterIdentifier": "cluster",
            ]
            fields.merge(changes) { $1 }
            return fields.compactMapValues { $0 }
        }

        private func run(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Command.Ended {
            try Ferryman.run(arguments, environment: try StandIn.environment().merging(environment) { $1 })
        }

        private static let items = """
            CREATE TABLE items (id int PRIMARY KEY, botid text, embedding vector(2));
            """

        private func withItems(_ body: (RigDatabases) async throws -> Void) async throws {
            try await Rig.withDatabases(atOnce: true) { databases in
                try databases.source.run(
                    Self.items
                        + "INSERT INTO items SELECT i, 'bot', ARRAY[i, 1]::vector FROM generate_series(1, 2000) AS i"
                )
                try await body(databases)
            }
        }

        @Test func `secrets are all that a copy needs, and many streams ask for them few times`() async throws {
            try await withItems { databases in
                let source = try Self.secret(try Self.fields(databases.source))
                let target = try Self.secret(
                    try Self.fields(databases.target, ["port": "\(try databases.target.port)"]))
                try StandIn.setFaults([])
                // pg_dump logs in as well.
                let copied = try run(
                    [
                        "copy", "--create", "--jobs", "8", "--chunk-size", "1", "--source-secret", source,
                        "--target-secret", target,
                    ])
                #expect(copied.status == 0, "\(copied.said)")
                #expect(try databases.target.value("SELECT count(*) FROM items") == "2000")
                // Once for each side, and again where the copy took longer than an answer is kept.
                #expect((2...8).contains(try StandIn.requests("GetSecretValue")))
                #expect(!copied.said.contains("rig-secret-8f3a"))
            }
        }

        @Test func `after a rotation, the version before it still opens the snapshot`() async throws {
            try await withItems { databases in
                try databases.target.run(Self.items)
                let source = try Self.secret(try Self.fields(databases.source))
                let rotated = String(
                    decoding: try JSONSerialization.data(
                        withJSONObject: try Self.fields(
                            databases.source, ["password": "new-and-unknown", "host": "10.255.255.1"])),
                    as: UTF8.self)
                try StandIn.aws("secretsmanager", "put-secret-value", "--secret-id", source, "--secret-string", rotated)
                let address = "host=127.0.0.1 dbname=\(databases.source.name)"
                let previous = try run(
                    [
                        "plan", "--source", address, "--source-secret", "\(source):AWSPREVIOUS", "--target",
                        databases.target.uri,
                    ])
                #expect(previous.status == 0, "\(previous.said)")
                let current = try run([
                    "plan", "--source", address, "--source-secret", source, "--target", databases.target.uri,
                ])
                #expect(
                    current.status == 1 && current.said.contains("password authentication failed"), "\(current.said)")
                #expect(!current.said.contains("new-and-unknown"))
            }
        }

        @Test func `a file with an address and a secret is a side, and a secret may be a file`() async throws {
            try await withItems { databases in
                let folder = FileManager.default.temporaryDirectory.appending(path: "vecferry-\(UUID().uuidString)")
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                defer { try? FileManager.default.removeItem(at: folder) }
                // An odd password, as generators make them.
                let password = #"a'b\c "d" =é%&{}$"#
                let role = "odd_\(databases.target.name)"
                try databases.target.run(
                    """
                    CREATE ROLE "\(role)" LOGIN PASSWORD \(password.quotedLiteral); GRANT CREATE ON SCHEMA public TO "\(role)";
                    GRANT CREATE ON DATABASE \(databases.target.name) TO "\(role)"
                    """)
                let json = folder.appending(path: "secret.json")
                try JSONSerialization.data(
                    withJSONObject: try Self.fields(
                        databases.target,
                        ["username": role, "password": password, "dbname": nil, "engine": "aurora-postgresql"])
                ).write(to: json)
                let source = try Self.secret(try Self.fields(databases.source, ["host": "10.255.255.1"]))
                let sourceFile = folder.appending(path: "source.conf"),
                    targetFile = folder.appending(path: "target.conf")
                try "# The restored cluster\nhost=127.0.0.1\nsecret=\(source)\n".write(
                    to: sourceFile, atomically: true, encoding: .utf8)
                try "dbname=\(databases.target.name)\nsecret=file:\(json.path)\n".write(
                    to: targetFile, atomically: true, encoding: .utf8)
                let copied = try run([
                    "copy", "--create", "--source", "@\(sourceFile.path)", "--target", "@\(targetFile.path)",
                ])
                #expect(copied.status == 0, "\(copied.said)")
                #expect(try databases.target.value("SELECT count(*) FROM items") == "2000")
                // What the command line says comes first.
                let other = try run(
                    [
                        "plan", "--source", "@\(sourceFile.path)", "--source-secret", "nope", "--target",
                        "@\(targetFile.path)",
                    ])
                #expect(other.status == 1 && other.said.contains("can't find the specified secret"), "\(other.said)")
                try databases.target.run(#"DROP OWNED BY "\#(role)" CASCADE; DROP ROLE "\#(role)""#)
            }
        }

        @Test func `what keeps a secret from being read is said, and the secret is not shown`() async throws {
            try await withItems { databases in
                try databases.target.run(Self.items)
                let target = ["--target", databases.target.uri]
                func said(
                    _ secret: String, _ environment: [String: String] = [:], address: String? = nil
                ) throws -> String {
                    let arguments =
                        ["plan", "--source-secret", secret] + (address.map { ["--source", $0] } ?? []) + target
                    let ended = try run(arguments, environment)
                    #expect([1, 64].contains(ended.status) && !ended.said.contains("rig-secret-8f3a"), "\(ended.said)")
                    return ended.said
                }
                #expect(try said("nope").contains("AWS_REGION"))
                let mysql = try Self.secret(try Self.fields(databases.source, ["engine": "mysql"]))
                #expect(try said(mysql).contains("another engine (mysql)"))
                let bare = try Self.secret(try Self.fields(databases.source, ["host": nil]))
                #expect(try said(bare).contains("names no host"))
                #expect(
                    try said(bare, address: "host=127.0.0.1 user=somebody").contains("the login of the user postgres"))
                let bytes = "bytes/\(UUID().uuidString)"
                try StandIn.aws(
                    "secretsmanager", "create-secret", "--name", bytes, "--secret-binary", "cmlnLXNlY3JldC04ZjNh")
                #expect(try said(bytes).contains("stored as bytes"))

                let good = try Self.secret(try Self.fields(databases.source))
                #expect(try said(good, ["PATH": "/nowhere"]).contains("Install AWS's command line"))
                #expect(
                    try said(good, ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""]).contains("Sign in to AWS"))
                #expect(try said(good, ["AWS_PROFILE": "nope"]).contains("AWS_PROFILE"))
                #expect(
                    try said(good, ["AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"])
                        .contains("Could not connect to the endpoint"))
                let wrongRegion = try said(good, ["AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"])
                #expect(wrongRegion.contains("region and account of the stack"))
                for (code, message, hint) in [
                    (
                        "ExpiredTokenException", "The security token included in the request is expired",
                        "Sign in to AWS again"
                    ),
                    (
                        "AccessDeniedException",
                        "User: u is not authorized to perform: secretsmanager:GetSecretValue on resource: r",
                        "Allow the action secretsmanager:GetSecretValue"
                    ),
                    ("AccessDeniedException", "Access to KMS is not allowed", "Allow"),
                ] {
                    try StandIn.setFaults([StandIn.Fault("GetSecretValue", code, message)])
                    #expect(try said(good).contains(hint))
                }
                // aws itself tries again where a request came too soon.
                try StandIn.setFaults([
                    StandIn.Fault("GetSecretValue", "ThrottlingException", "Rate exceeded", times: 1)
                ])
                #expect(try run(["plan", "--source-secret", good] + target).status == 0)
                try StandIn.setFaults([])
            }
        }

        @Test func `a token of RDS is the password`() throws {
            let tokens = Mutex<[String]>([])
            let server = try FakeServer(.login { token in tokens.withLock { $0.append(token) } })
            defer { server.close() }
            let ended = try run(
                [
                    "plan", "--source-iam", "--source",
                    "host=127.0.0.1 port=\(server.port) user=ferry dbname=d sslmode=disable",
                    "--target", try Rig.variable("VECFERRY_TARGET"), "--retries", "0",
                ])
            #expect(ended.status == 1, "\(ended.said)")
            let token = try #require(tokens.withLock { $0 }.first)
            #expect(token.hasPrefix("127.0.0.1:\(server.port)/?Action=connect&DBUser=ferry"), "\(token)")
            #expect(token.contains("X-Amz-Signature="))
            #expect(!ended.said.contains("X-Amz-Signature"))
            let missing = try run([
                "plan", "--source-iam", "--source", "dbname=d", "--target", try Rig.variable("VECFERRY_TARGET"),
            ])
            #expect(
                missing.status == 64 && missing.said.contains("--source-iam needs one host and a user"),
                "\(missing.said)")
        }
    }
}
