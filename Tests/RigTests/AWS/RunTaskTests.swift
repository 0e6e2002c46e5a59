import Foundation
import RigSupport
import Testing

extension OnAWS {
    /// `scripts/aws/run-task`, with tasks that run in the image of `scripts/aws/Dockerfile`.
    @Suite struct RunTaskTests {
        /// A stack after the deploy and the restore, with rows of three bots on the source, and a Fargate that runs its tasks.
        private func withFargate(
            rows: Int = 30, _ body: (RigDatabases, BedrockStack, _ bots: String, Fargate) async throws -> Void
        ) async throws {
            try Image.built.get()
            let counts = ["A": rows, "B": rows, "DELETED": rows]
            let items = [BotsTests.item("A"), BotsTests.item("B")]
            try await OnAWS.withRestoredStack(rows: counts, items: items) { databases, stack, bots in
                let names = [
                    "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION",
                ]
                let environment = try StandIn.environment().filter { names.contains($0.key) }
                let fargate = try Fargate(
                    stack.tasks, environment: environment.merging(["PGHOSTADDR": "127.0.0.1"]) { $1 })
                defer { fargate.close() }
                try await body(databases, stack, bots, fargate)
                #expect(fargate.problem == nil)
            }
        }

        private static let sides = ["--source", "@source.conf", "--target=@target.conf"]
        private static let image = ["--image", Image.name, "--execution-role", "ecsTaskExecutionRole"]

        private func copied(_ databases: RigDatabases) throws -> Bool {
            let rows = "SELECT id, botid, embedding FROM items WHERE botid <> 'DELETED' ORDER BY id"
            return try Psql.run(databases.target.uri, rows) == Psql.run(databases.source.uri, rows)
        }

        @Test func `a copy runs as a task with secrets that ECS hands over, and its log and exit code come here`()
            async throws
        {
            try await withFargate { databases, stack, bots, fargate in
                let ended = try stack.start(
                    "run-task", Self.image + ["--", "vecferry", "copy", "--exclude-bot", "DELETED"] + Self.sides
                ).ended()
                #expect(ended.status == 0 && ended.output.contains("Proven"), "\(ended.said)")
                #expect(try copied(databases))
                let task = try #require(fargate.all.first?.value)
                #expect(task.definition.networkMode == "awsvpc")
                #expect(
                    task.definition.executionRoleArn == "arn:aws:iam::123456789012:role/ecsTaskExecutionRole")
                let container = task.definition.containerDefinitions[0]
                #expect(container.stopTimeout == 120)
                #expect(container.secrets?.map(\.name) == ["VECFERRY_SOURCE_LOGIN", "VECFERRY_TARGET_LOGIN"])
                #expect(container.secrets?.first?.valueFrom == "\(stack.secret)::AWSPREVIOUS:")
                #expect(!task.command.joined().contains("rig-secret-8f3a") && !ended.said.contains("rig-secret-8f3a"))
                // Nothing is left of it.
                let left = try StandIn.aws(
                    "ecs", "list-task-definitions", "--family-prefix", "vecferry-\(stack.name.lowercased())",
                    "--status", "ACTIVE", "--query", "length(taskDefinitionArns)")
                #expect(left.trimmingCharacters(in: .whitespacesAndNewlines) == "0")
                // What the operator gave once is known, and vecferry's own exit code is this one's.
                let blocked = try stack.start(
                    "run-task",
                    [
                        "--", "plan", "--truncate", "--source-secret=\(stack.secret)", "--target",
                        "dbname=x sslrootcert=/a.pem",
                    ]
                        + ["--source", "@source.conf"]
                ).ended()
                #expect(blocked.status == 64 && blocked.output.contains("--truncate"), "\(blocked.said)")
                let second = try #require(fargate.all.values.first { $0.command.first == "plan" })
                #expect(second.command.contains("dbname=x sslrootcert=/etc/ssl/rds/global-bundle.pem"))
                // An option comes before the file.
                #expect(
                    second.definition.containerDefinitions[0].secrets?.map(\.valueFrom) == ["\(stack.secret):::"])
            }
        }

        @Test func `a stopped task resumes on the next run, with a role of its own`() async throws {
            try await withFargate(rows: 1_000) { databases, stack, bots, fargate in
                try databases.both("ALTER TABLE items ADD note text")
                try databases.source.run(
                    "UPDATE items SET note = (SELECT string_agg(md5(id || i), '') FROM generate_series(1, 50) AS i)")
                // Slowly, so that it is stopped in the middle.
                let port = try #require(Int(try databases.source.value("SHOW port") ?? ""))
                let proxy = try Proxy(to: [port]) { _ in .throttle(bytesPerSecond: 150_000) }
                defer { proxy.close() }
                let source = "\(stack.directory)/source.conf"
                try stack.file("source.conf").replacing(#/port=\d+/#, with: "port=\(proxy.port)").write(
                    toFile: source, atomically: true, encoding: .utf8)
                let arguments =
                    Self.image + ["--task-role", "vecferry", "--"]
                    + ["copy", "--bots-table", bots, "--jobs", "1", "--chunk-size", "1"] + Self.sides
                let first = try stack.start("run-task", arguments)
                #expect(
                    eventually(within: 60) {
                        !first.isRunning
                            || (try? databases.target.value("SELECT count(*) FROM items")).flatMap { Int($0) } ?? 0 > 0
                    })
                // The operator's terminal is closed, and the task goes on.
                first.signal(SIGHUP)
                let left = first.ended()
                #expect(left.status == 129 && left.errors.contains("keeps running"), "\(left.said)")
                let other = try stack.start("run-task", ["--", "plan"] + Self.sides).ended()
                #expect(other.status == 1 && other.errors.contains("Another vecferry task is running"), "\(other.said)")
                let again = try stack.start("run-task", arguments)
                #expect(
                    eventually { again.errorsSoFar.contains("is already running") || !again.isRunning })
                let stopped = try stack.run("run-task", "--stop")
                #expect(stopped.status == 0, "\(stopped.said)")
                let ended = again.ended()
                #expect(ended.status == 143, "\(ended.said)")
                let some = try #require(Int(try databases.target.value("SELECT count(*) FROM items") ?? ""))
                #expect((1..<2_000).contains(some))
                proxy.redirect(to: port)
                try stack.file("source.conf").replacing(#/port=\d+/#, with: "port=\(port)").write(
                    toFile: source, atomically: true, encoding: .utf8)
                let resumed = try stack.start("run-task", arguments).ended()
                #expect(resumed.status == 0 && resumed.output.contains("Proven"), "\(resumed.said)")
                #expect(try copied(databases))
                #expect(fargate.all.count == 2)
                #expect(
                    fargate.all.values.allSatisfy { $0.definition.containerDefinitions[0].secrets?.isEmpty != false })
                #expect(fargate.all.values.allSatisfy { $0.definition.taskRoleArn?.hasSuffix("role/vecferry") == true })
            }
        }

        @Test func `with --count a copy and its workers are tasks, and --stop stops all of them`() async throws {
            try await withFargate(rows: 1_000) { databases, stack, bots, fargate in
                try databases.both("ALTER TABLE items ADD note text")
                try databases.source.run(
                    "UPDATE items SET note = (SELECT string_agg(md5(id || i), '') FROM generate_series(1, 50) AS i)")
                // So that they are stopped in the middle.
                let port = try #require(Int(try databases.source.value("SHOW port") ?? ""))
                let proxy = try Proxy(to: [port]) { _ in .throttle(bytesPerSecond: 100_000) }
                defer { proxy.close() }
                let conf = try stack.file("source.conf")
                func point(to port: Int) throws {
                    try conf.replacing(#/port=\d+/#, with: "port=\(port)").write(
                        toFile: "\(stack.directory)/source.conf", atomically: true, encoding: .utf8)
                }
                try point(to: proxy.port)
                let copy = ["copy", "--exclude-bot", "DELETED", "--jobs", "1", "--chunk-size", "1"] + Self.sides
                func tasks(_ command: String) -> [Fargate.Task] {
                    fargate.all.values.filter { $0.command.first == command }
                }
                let first = try stack.start("run-task", Self.image + ["--count", "3", "--"] + copy)
                let several = "SELECT count(DISTINCT worker) > 1 FROM vecferry.claim"
                #expect(
                    eventually(within: 90) {
                        !first.isRunning
                            || tasks("worker").count == 2 && (try? databases.target.value(several)) == "t"
                    })
                #expect(tasks("copy").first?.command.last == "--workers")
                for worker in tasks("worker") {
                    let expected = ["--jobs", "1", "--source-secret", "env:VECFERRY_SOURCE_LOGIN"]
                    #expect(expected.allSatisfy(worker.command.contains), "\(worker.command)")
                    #expect(!worker.command.contains { ["--exclude-bot", "--chunk-size", "--workers"].contains($0) })
                }
                // The same command follows the copy, and starts one more worker.
                first.signal(SIGINT)
                #expect(first.ended().status == 130)
                let again = try stack.start("run-task", Self.image + ["--count", "4", "--"] + copy)
                #expect(eventually(within: 60) { !again.isRunning || tasks("worker").count == 3 })
                #expect(again.errorsSoFar.contains("is already running"))
                let stopped = try stack.run("run-task", "--stop")
                #expect(stopped.status == 0 && stopped.errors.contains("Stopping 3 workers"), "\(stopped.said)")
                #expect(again.ended().status == 143)
                #expect(eventually(within: 60) { tasks("worker").allSatisfy { $0.code != nil } })
                #expect(try !copied(databases))
                proxy.redirect(to: port)
                try point(to: port)
                let resumed = try stack.start("run-task", Self.image + ["--count", "2", "--"] + copy).ended()
                #expect(resumed.status == 0 && resumed.output.contains("Proven"), "\(resumed.said)")
                #expect(try copied(databases))
                #expect(tasks("copy").count == 2 && tasks("worker").count == 4)
                #expect(eventually(within: 60) { tasks("worker").allSatisfy { $0.code != nil } })
            }
        }

        @Test func `the image runs as no root, verifies certificates with its bundle, and has pg_dump and aws`() throws
        {
            try Image.built.get()
            func ran(
                _ arguments: [String], options: [String] = [], environment: [String: String] = [:]
            ) throws
                -> Command.Ended
            {
                try Image.start(
                    arguments, name: "vecferry-\(UUID().uuidString)", environment: environment, options: options
                ).ended()
            }
            let tools = try ran(
                ["-c", "id -u; pg_dump --version; aws --version; ls -l /etc/ssl/rds/global-bundle.pem"],
                options: ["--entrypoint", "/bin/sh"])
            #expect(tools.status == 0 && tools.output.hasPrefix("10001\n"), "\(tools.said)")
            #expect(tools.output.contains("pg_dump (PostgreSQL)") && tools.output.contains("aws-cli/"), "\(tools.said)")
            let version = try ran(["--version"])
            #expect(version.status == 0, "\(version.said)")
            let address = try Rig.variable("VECFERRY_RIG_TLS")
            for (bundle, status) in [
                ("/etc/ssl/rds/global-bundle.pem", Int32(0)), ("/etc/ssl/certs/ca-certificates.crt", 1),
            ] {
                let uri = "\(address)?sslmode=verify-full&sslrootcert=\(bundle)"
                let planned = try ran(["undo", "--target", uri])
                #expect(planned.status == status, "\(planned.said)")
            }
        }

        @Test func `what can't be done in a task is said before it is started`() async throws {
            try await withFargate { databases, stack, bots, fargate in
                func said(_ arguments: [String], options: [String] = Self.image, status: Int32 = 1) throws -> String {
                    let ended = try stack.start("run-task", options + ["--"] + arguments).ended()
                    #expect(ended.status == status, "\(ended.said)")
                    return ended.errors
                }
                #expect(try said([], status: 64).contains("arguments after --"))
                let count = ["--count", "2"] + Self.image
                #expect(try said(["plan"], options: count, status: 64).contains("--count is for copy"))
                #expect(try said(["copy"], options: ["--count", "0"], status: 64).contains("from 1 to 999"))
                #expect(try said(["plan"], options: [], status: 64).contains("--image"))
                #expect(try said(["plan"], options: ["--image", "x"], status: 64).contains("--execution-role"))
                for address in ["postgresql://u:rig-secret-8f3a@h/d", "host=h password = rig-secret-8f3a"] {
                    let refused = try said(["plan", "--source", address])
                    #expect(refused.contains("holds a password") && !refused.contains("rig-secret-8f3a"), "\(refused)")
                }
                #expect(try said(["bots", "--bots-scan", "x.json"]).contains("a file of this machine"))
                #expect(try said(["bots", "--write-list=x"]).contains("lost when it ends"))
                #expect(try said(["plan", "--source-password-command", "pass"]).contains("--source-secret"))
                for secret in ["file:x", "env:X"] {
                    #expect(try said(["plan", "--target-secret", secret]).contains("ARN or the name"))
                }
                #expect(try said(["plan", "--source", "@nope.conf"]).contains("can't be read"))
                #expect(try said(["plan", "--source-secret", "nope"]).contains("Check the name"))
                #expect(fargate.all.isEmpty)
                #expect(try stack.run("run-task", "--stop").errors.contains("No vecferry task is running"))
                try StandIn.setFaults([
                    StandIn.Fault(
                        "RunTask",
                        answer: #"{"tasks": [], "failures": [{"arn": "x", "reason": "RESOURCE:MEMORY"}]}"#)
                ])
                #expect(try said(["plan"] + Self.sides).contains("did not start the task: RESOURCE:MEMORY"))
            }
        }
    }
}
