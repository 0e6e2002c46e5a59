import Foundation
import RigSupport
import Testing

extension OnAWS {
    /// The policies of `scripts/aws/policies`, enforced by the stand-in's IAM.
    @Suite struct PolicyTests {
        /// A user of the stand-in's IAM who has one of the policies, less some actions.
        private static func user(_ policy: String, without: String...) throws -> [String: String] {
            let name = "\(policy)-\(UUID().uuidString.prefix(8))"
            var text = try String(contentsOfFile: "scripts/aws/policies/\(policy).json", encoding: .utf8)
            // moto compares no resources of RDS.
            text = text.replacing(#/"Resource": \[[^\]]*\]/#, with: "\"Resource\": \"*\"")
            for action in without { text = text.replacing("\"\(action)\"", with: "\"\(action)Not\"") }
            try StandIn.aws("iam", "create-user", "--user-name", name)
            let arn = try BedrockStack.text(
                "iam", "create-policy", "--policy-name", name, "--policy-document", text, query: "Policy.Arn")
            try StandIn.aws("iam", "attach-user-policy", "--user-name", name, "--policy-arn", arn)
            let key = try BedrockStack.text(
                "iam", "create-access-key", "--user-name", name, query: "AccessKey.[AccessKeyId,SecretAccessKey]"
            ).split(separator: "\t").map(String.init)
            return ["AWS_ACCESS_KEY_ID": key[0], "AWS_SECRET_ACCESS_KEY": key[1]]
        }

        /// Enforces policies for a while.
        private func enforcing<Result>(_ body: () throws -> Result) throws -> Result {
            try StandIn.enforceIAM(true)
            defer { try? StandIn.enforceIAM(false) }
            return try body()
        }

        @Test func `each step and vecferry itself need the actions of their policies, and no others`() async throws {
            try await EveningTests().withStack { databases, stack, bots in
                let (prepare, restore, cleanup) = (
                    try Self.user("prepare"), try Self.user("restore"), try Self.user("cleanup")
                )
                let vecferry = try Self.user("vecferry")
                let half = try Self.user("restore", without: "rds:CreateDBInstance")
                func step(_ name: String, _ user: [String: String], _ arguments: String...) throws -> Command.Ended {
                    try enforcing { try stack.start(name, arguments, environment: user).ended() }
                }
                let prepared = try step("prepare", prepare)
                #expect(prepared.status == 0, "\(prepared.said)")
                try stack.deploy(target: databases.target, bots: bots)
                let denied = try step("restore", prepare, "--sslmode", "disable")
                #expect(
                    denied.status == 1 && denied.errors.contains("Allow the action rds:RestoreDBClusterFromSnapshot"),
                    "\(denied.said)")
                let partly = try step("restore", half, "--sslmode", "disable")
                #expect(
                    partly.status == 1 && partly.errors.contains("Allow the action rds:CreateDBInstance"),
                    "\(partly.said)")
                let restored = try step("restore", restore, "--sslmode", "disable", "--new-password")
                #expect(restored.status == 0, "\(restored.said)")
                #expect(try step("restore", restore, "--sslmode", "disable").status == 0)
                let environment = try StandIn.environment().merging(vecferry) { $1 }.merging(["PGHOSTADDR": "127.0.0.1"]
                ) { $1 }
                let sides = [
                    "--source", "@\(stack.directory)/source.conf", "--target", "@\(stack.directory)/target.conf",
                ]
                let copied = try enforcing {
                    try Ferryman.run(["copy", "--bots-table", bots] + sides, environment: environment)
                }
                #expect(copied.status == 0, "\(copied.said)")
                let unlisted = try enforcing {
                    try Ferryman.run(
                        ["bots", "--bots-table", bots] + sides, environment: environment.merging(cleanup) { $1 })
                }
                // moto says so in another form than DynamoDB.
                #expect(
                    unlisted.status == 1 && unlisted.errors.contains("aws dynamodb scan failed"), "\(unlisted.said)")
                // moto's own tasks end at once, and write no log.
                let run = try Self.user("run-task")
                let ran = try step(
                    "run-task", run, "--image", "x", "--execution-role", "r", "--", "plan", "--source-secret",
                    "\(stack.name)-secret")
                #expect(ran.status == 0, "\(ran.said)")
                try StandIn.aws(
                    "ecs", "run-task", "--cluster", stack.tasks, "--task-definition", stack.tasks, "--launch-type",
                    "FARGATE",
                    "--started-by", "vecferry-run-task", "--network-configuration",
                    "awsvpcConfiguration={subnets=[\(stack.subnet)],securityGroups=[\(stack.securityGroup)]}")
                #expect(try step("run-task", run, "--stop").status == 0)
                // Of a bot that needs embedding, whose task says nothing.
                let list = "\(stack.directory)/bots.txt"
                try "NEW\n".write(toFile: list, atomically: true, encoding: .utf8)
                let embedded = try step("embed-missing", try Self.user("embed-missing"), "--bots", list, "--yes")
                #expect(
                    embedded.status == 1 && embedded.errors.contains("unknown: the task has ended"), "\(embedded.said)")
                let cleaned = try step("cleanup", cleanup, "--force", "--yes")
                #expect(cleaned.status == 0, "\(cleaned.said)")
            }
        }
    }
}
