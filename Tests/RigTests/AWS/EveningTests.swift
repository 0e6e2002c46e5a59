import Foundation
import RigSupport
import Testing

extension OnAWS {
    /// The steps of `scripts/aws` around a copy, against a stand-in for AWS and the rig's servers.
    @Suite struct EveningTests {
        /// What the application has in the evening: DELETED is gone since the snapshot, and NEW and BAD were never embedded.
        private static var app: [[String: Any]] { ["A", "B", "C", "NEW", "BAD"].map { BotsTests.item($0) } }

        /// A stack as v0 has it, with rows of A, B, C and DELETED on the source.
        func withStack(_ body: (RigDatabases, BedrockStack, _ bots: String) async throws -> Void) async throws {
            try await Rig.withDatabases(setup: BotsTests.items, atOnce: true) { databases in
                for (bot, count) in [("A", 300), ("B", 20), ("C", 10), ("DELETED", 7)] {
                    try databases.source.run(BotsTests.rows(bot, 1...count))
                }
                let bots = try BotsTests.table(Self.app)
                let stack = try BedrockStack(source: databases.source, bots: bots)
                defer { stack.remove() }
                try StandIn.setFaults([BedrockStack.offering("14.9", "15.4", "15.12")])
                try await body(databases, stack, bots)
                try StandIn.setFaults([])
            }
        }

        /// Runs vecferry with the files that `restore` wrote.
        func vecferry(
            _ stack: BedrockStack, _ command: String, _ arguments: String..., environment: [String: String] = [:]
        ) throws -> Command.Ended {
            let variables = try StandIn.environment().merging(["PGHOSTADDR": "127.0.0.1"]) { $1 }
            let sides = ["--source", "@\(stack.directory)/source.conf", "--target", "@\(stack.directory)/target.conf"]
            return try Ferryman.run(
                [command] + sides + arguments, environment: variables.merging(environment) { $1 })
        }

        /// The rows of the target beside those of the source that should be there, as psql sees them.
        ///
        /// - Parameter embedded: The bots that were embedded again.
        func expectEndState(_ databases: RigDatabases, embedded: String...) throws {
            let kept = "SELECT id, botid, embedding FROM items WHERE botid IN ('A', 'C') ORDER BY id"
            #expect(try Psql.run(databases.target.uri, kept) == Psql.run(databases.source.uri, kept))
            let others =
                "SELECT botid, min(id), count(*) FROM items WHERE botid NOT IN ('A', 'C') GROUP BY 1 ORDER BY 1"
            let found = try databases.target.run(others).map { $0.map { $0?.trimmingCharacters(in: .whitespaces) } }
            #expect(found == [["B", "B-101", "25"]] + embedded.map { [$0, "\($0)-501", "10"] })
        }

        @Test func `the evening, from the snapshot to the last cluster deleted`() async throws {
            try await withStack { databases, stack, bots in
                let prepared = try stack.run("prepare")
                #expect(prepared.status == 0, "\(prepared.said)")
                let record = try stack.file("vecferry-aws.conf")
                for line in [
                    "old_cluster=\(stack.name.lowercased())-vectorstorecluster-old", "bots_table=\(bots)",
                    "engine_version=15.3",
                ] {
                    #expect(record.contains(line), "\(record)")
                }
                let early = try stack.run("restore")
                #expect(early.status == 1 && early.errors.contains("the deploy has not happened"), "\(early.said)")

                try stack.deploy(target: databases.target, bots: bots)
                try databases.target.run(BotsTests.rows("B", 101...125))
                let again = try stack.run("prepare")
                #expect(again.status == 1 && again.errors.contains("the deploy has happened"), "\(again.said)")
                let restored = try stack.run("restore", "--sslmode", "disable")
                #expect(restored.status == 0, "\(restored.said)")
                // 15.3 is no longer offered, and 15.12 is not the next.
                #expect(restored.errors.contains("the next is 15.4"))
                #expect(restored.errors.contains("security group \(stack.securityGroup)"))
                #expect(try stack.file("source.conf").contains("secret=\(stack.secret):AWSPREVIOUS"))
                #expect(try stack.file("target.conf").contains("secret=\(stack.secret)\n"))

                let plan = try vecferry(stack, "plan", "--bots-table", bots)
                #expect(plan.status == 3 && plan.output.contains("--existing keep"), "\(plan.said)")
                let copied = try vecferry(stack, "copy", "--bots-table", bots, "--existing", "keep")
                #expect(copied.status == 0, "\(copied.said)")
                try expectEndState(databases)
                let seen = try vecferry(stack, "bots", "--bots-table", bots)
                #expect(
                    seen.output.contains("1 re-synced since, 2 needs embedding, 1 deleted in the app"), "\(seen.said)")

                let tool = try Ferryman.path
                let tasks = EmbeddingTasks(stack, table: bots, target: databases.target, failing: ["BAD"])
                defer { tasks.stop() }
                let embedded = try stack.run("embed-missing", "--yes", "--vecferry", tool)
                #expect(embedded.status == 1 && embedded.errors.contains("Embedded: 1. Failed: 1."), "\(embedded.said)")
                #expect(Set(tasks.bots.keys) == ["NEW", "BAD"])
                try expectEndState(databases, embedded: "NEW")

                let cleaned = try stack.run("cleanup", "--yes", "--verify", tool, "--", "--bots-table", bots)
                #expect(cleaned.status == 0, "\(cleaned.said)")
                #expect(try clusters().contains(stack.newCluster) && !clusters().contains(stack.temporaryCluster))
                #expect(try snapshots().contains("\(stack.temporaryCluster)-final"))
                try expectEndState(databases, embedded: "NEW")
                for file in ["vecferry-aws.conf", "source.conf", "target.conf"] {
                    #expect(try !stack.file(file).contains("rig-secret-8f3a"))
                }
                #expect(!(prepared.said + restored.said + cleaned.said).contains("rig-secret-8f3a"))
            }
        }

        func clusters() throws -> String { try StandIn.aws("rds", "describe-db-clusters") }
        func snapshots() throws -> String { try StandIn.aws("rds", "describe-db-cluster-snapshots") }

        @Test func `nothing is deleted that was not verified, or that restore did not make`() async throws {
            try await withStack { databases, stack, bots in
                #expect(try stack.run("prepare").status == 0)
                try stack.deploy(target: databases.target, bots: bots)
                #expect(try stack.run("restore", "--sslmode", "disable").status == 0)
                // Nothing was copied.
                let tool = try Ferryman.path
                let unverified = try stack.run("cleanup", "--yes", "--verify", tool)
                #expect(
                    unverified.status == 1 && unverified.errors.contains("nothing is deleted"), "\(unverified.said)")
                let unasked = try stack.run("cleanup", "--force")
                #expect(unasked.status == 1 && unasked.errors.contains("Add --yes"), "\(unasked.said)")
                #expect(try clusters().contains(stack.temporaryCluster))
                // Someone else's cluster under that name.
                let arn = try BedrockStack.text(
                    "rds", "describe-db-clusters", "--db-cluster-identifier", stack.temporaryCluster,
                    query: "DBClusters[0].DBClusterArn")
                try StandIn.aws(
                    "rds", "remove-tags-from-resource", "--resource-name", arn, "--tag-keys", "vecferry:stack")
                let foreign = try stack.run("cleanup", "--force", "--yes")
                #expect(foreign.status == 1 && foreign.errors.contains("lacks the tags"), "\(foreign.said)")
                let taken = try stack.run("restore")
                #expect(taken.status == 1 && taken.errors.contains("Another cluster has the name"), "\(taken.said)")
                #expect(try clusters().contains(stack.temporaryCluster))
                try StandIn.aws(
                    "rds", "add-tags-to-resource", "--resource-name", arn, "--tags",
                    "Key=vecferry:stack,Value=\(stack.name)")
                #expect(try stack.run("cleanup", "--force", "--yes", "--no-final-snapshot").status == 0)
                #expect(try !clusters().contains(stack.temporaryCluster))
                #expect(try !snapshots().contains("\(stack.temporaryCluster)-final"))
            }
        }

        @Test
        func
            `after a deploy without a record, the final snapshot of the old cluster is found, and gets a new password`()
            async throws
        {
            try await withStack { databases, stack, bots in
                let old = "\(stack.name.lowercased())-vectorstorecluster-old"
                // As CloudFormation names it.
                let snapshot = "\(stack.name.lowercased())-snapshot-vectorstorecluster-1abc"
                try StandIn.aws(
                    "rds", "create-db-cluster-snapshot", "--db-cluster-identifier", old,
                    "--db-cluster-snapshot-identifier", snapshot)
                try stack.deploy(target: databases.target, bots: bots)
                try StandIn.aws("rds", "delete-db-cluster", "--db-cluster-identifier", old, "--skip-final-snapshot")
                let prepared = try stack.run("prepare", "--after")
                #expect(prepared.status == 0 && prepared.errors.contains(snapshot), "\(prepared.said)")
                let restored = try stack.run("restore", "--sslmode", "disable")
                #expect(restored.status == 0 && restored.errors.contains("one of its own"), "\(restored.said)")
                let source = try stack.file("source.conf")
                #expect(source.contains("secret=arn:") && !source.contains(stack.secret), "\(source)")
                // Again, it keeps the same one.
                #expect(try stack.run("restore", "--sslmode", "disable").status == 0)
                #expect(try stack.file("source.conf") == source)
            }
        }

        @Test func `what stands in the way is named, and nothing is left half made`() async throws {
            try await withStack { databases, stack, bots in
                func said(_ step: String, _ arguments: String..., environment: [String: String] = [:]) throws -> String
                {
                    let ended = try stack.start(step, arguments, environment: environment).ended()
                    #expect(ended.status == 1, "\(ended.said)")
                    return ended.errors
                }
                #expect(try stack.run("prepare", "--nonsense").status == 64)
                #expect(try stack.run("prepare", "--region").status == 64)
                #expect(try said("restore").contains("Run scripts/aws/prepare first"))
                #expect(try said("cleanup").contains("names no temporary cluster"))
                #expect(try said("prepare", "--stack", "Nope").contains("--region and --profile"))
                #expect(try said("prepare", "--profile", "nope").contains("Sign in to AWS"))
                #expect(try said("prepare", environment: ["PATH": "/nowhere:/bin:/usr/bin"]).contains("not in PATH"))
                #expect(try said("prepare", "--region", "eu-west-1").contains("does not exist"))
                let denied =
                    "User: arn:aws:iam::1:user/u is not authorized to perform: rds:CreateDBClusterSnapshot on resource: x"
                try StandIn.setFaults([StandIn.Fault("CreateDBClusterSnapshot", "AccessDenied", denied)])
                #expect(
                    try said("prepare").contains(
                        "Allow the action rds:CreateDBClusterSnapshot (scripts/aws/policies/prepare.json)"))
                // It was recorded before it was refused, and is made the next time.
                try StandIn.setFaults([])
                #expect(try stack.run("prepare").status == 0)
                try StandIn.setFaults([Self.stackAnswer(stack, status: "UPDATE_IN_PROGRESS", outputs: [:])])
                #expect(try said("prepare").contains("is being changed (UPDATE_IN_PROGRESS)"))
                // Bedrock Chat v2 and v3 have no cluster.
                try StandIn.setFaults([
                    Self.stackAnswer(stack, status: "UPDATE_COMPLETE", outputs: ["FrontendURL": "x"])
                ])
                #expect(try said("prepare").contains("v2 and v3 keep"))

                try stack.deploy(target: databases.target, bots: bots)
                try StandIn.setFaults([BedrockStack.offering("14.9", "16.1")])
                #expect(try said("restore").contains("offers no Aurora PostgreSQL 15.3"))
                try StandIn.setFaults([
                    BedrockStack.offering("15.3"),
                    StandIn.Fault(
                        "RestoreDBClusterFromSnapshot", "KMSKeyNotAccessibleFault",
                        "The specified KMS key is not accessible"),
                ])
                #expect(try said("restore").contains("Share the key"))
                #expect(try !clusters().contains(stack.temporaryCluster))
            }
        }

        /// A stack in a state, with outputs of its own.
        private static func stackAnswer(
            _ stack: BedrockStack, status: String, outputs: [String: String]
        ) -> StandIn.Fault {
            let members = outputs.map {
                "<member><OutputKey>\($0.key)</OutputKey><OutputValue>\($0.value)</OutputValue></member>"
            }
            return StandIn.Fault(
                "DescribeStacks",
                answer: """
                    <DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>\(stack.name)</StackName>\
                    <StackId>arn:aws:cloudformation:\(StandIn.region):123456789012:stack/\(stack.name)/1</StackId>\
                    <CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>\(status)</StackStatus>\
                    <Outputs>\(members.joined())</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>
                    """)
        }

        /// The stack of v0.4.0 to v0.4.4 has no outputs of its database, and that of every version such resources; with a schedule, and a
        /// published API beside it.
        @Test func `an early stack is known by its resources, and what would stop the deploy or the copy is told`()
            async throws
        {
            try await withStack { _, stack, _ in
                let old = "\(stack.name.lowercased())-vectorstorecluster-old"
                let resources = [
                    ("VectorStoreCluster1A2B", "AWS::RDS::DBCluster", old),
                    ("VectorStoreClusterSecret9F", "AWS::SecretsManager::Secret", stack.secret),
                    ("DatabaseConversationTable77", "AWS::DynamoDB::Table", "EarlyTable"),
                    ("VectorStoreStopSchedule1", "AWS::Scheduler::Schedule", "stop-at-night"),
                ].map { id, type, name in
                    """
                    <member><LogicalResourceId>\(id)</LogicalResourceId><ResourceType>\(type)</ResourceType>\
                    <PhysicalResourceId>\(name)</PhysicalResourceId><ResourceStatus>CREATE_COMPLETE</ResourceStatus>\
                    <LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp></member>
                    """
                }
                let published = "ApiPublishmentStack01HX"
                try StandIn.setFaults([
                    Self.stackAnswer(stack, status: "UPDATE_COMPLETE", outputs: ["FrontendURL": "https://x"]),
                    StandIn.Fault(
                        "ListStackResources",
                        answer: """
                            <ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>\(resources.joined())\
                            </StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>
                            """),
                    StandIn.Fault(
                        "ListStacks",
                        answer: """
                            <ListStacksResponse><ListStacksResult><StackSummaries><member><StackName>\(published)</StackName>\
                            <CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus></member>\
                            </StackSummaries></ListStacksResult></ListStacksResponse>
                            """),
                ])
                let prepared = try stack.run("prepare")
                #expect(
                    prepared.status == 0 && prepared.errors.contains(published)
                        && prepared.errors.contains("stop-at-night"), "\(prepared.said)")
                let record = try stack.file("vecferry-aws.conf")
                for line in [
                    "old_cluster=\(old)", "secret=\(stack.secret)", "bots_table=EarlyTable",
                    "published_apis=\(published)",
                ] {
                    #expect(record.contains(line), "\(record)")
                }
            }
        }

        @Test func `a stopped cluster is started only if told to`() async throws {
            try await withStack { _, stack, _ in
                let old = "\(stack.name.lowercased())-vectorstorecluster-old"
                try StandIn.aws("rds", "stop-db-cluster", "--db-cluster-identifier", old)
                let refused = try stack.run("prepare")
                #expect(refused.status == 1 && refused.errors.contains("Add --start"), "\(refused.said)")
                let prepared = try stack.run("prepare", "--start")
                #expect(prepared.status == 0, "\(prepared.said)")
            }
        }
    }
}
