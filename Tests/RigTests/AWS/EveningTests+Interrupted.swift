import Foundation
import RigSupport
import Testing

/// Steps that end in the middle, and go on when they are run again.
extension OnAWS.EveningTests {
    /// Runs a step again and again. The answer to its first call is lost, then that to its second, and so on, until none is lost. AWS has
    /// done what each call asked for.
    ///
    /// - Returns: How it ended, and how many times it was interrupted before.
    private func interruptedAtEachCall(
        _ wanted: Int32 = 0, run: ([String: String]) throws -> Command.Ended
    ) throws -> (ended: Command.Ended, interruptions: Int) {
        let walker = "walker"
        let environment = ["AWS_ACCESS_KEY_ID": walker, "AWS_MAX_ATTEMPTS": "1"]
        for calls in 0..<60 {
            try StandIn.setFaults([
                StandIn.Fault.lost(of: walker, after: calls), BedrockStack.offering("14.9", "15.4", "15.12"),
            ])
            let ended = try run(environment)
            if !ended.said.contains("answer was lost") {
                #expect(ended.status == wanted, "\(ended.said)")
                return (ended, calls)
            }
            #expect(ended.status == 1, "\(ended.said)")
        }
        throw Psql.Failure(description: "It never ended.")
    }

    @Test func `an evening that is interrupted at each call of each step ends as one that is not`() async throws {
        try await withStack { databases, stack, bots in
            func step(_ name: String, _ arguments: String..., wanted: Int32 = 0) throws -> Int {
                let (ended, interruptions) = try interruptedAtEachCall(wanted) {
                    try stack.start(name, arguments, environment: $0).ended()
                }
                #expect(!ended.said.contains("rig-secret-8f3a"))
                return interruptions
            }
            func ferry(_ run: ([String: String]) throws -> Command.Ended) throws -> Int {
                try interruptedAtEachCall(run: run).interruptions
            }
            var interruptions = [String: Int]()
            interruptions["prepare"] = try step("prepare")
            try stack.deploy(target: databases.target, bots: bots)
            try databases.target.run(OnAWS.BotsTests.rows("B", 101...125))
            interruptions["restore"] = try step("restore", "--sslmode", "disable")
            interruptions["plan"] = try ferry {
                try vecferry(stack, "plan", "--bots-table", bots, "--existing", "keep", environment: $0)
            }
            interruptions["copy"] = try ferry {
                try vecferry(stack, "copy", "--bots-table", bots, "--existing", "keep", environment: $0)
            }
            try expectEndState(databases)
            interruptions["run-task"] = try step(
                "run-task", "--image", "x", "--execution-role", "r", "--", "plan", "--source", "@source.conf")
            let started = try ["RUNNING", "STOPPED"].map {
                try BedrockStack.text(
                    "ecs", "list-tasks", "--cluster", stack.tasks, "--started-by", "vecferry-run-task",
                    "--desired-status", $0, query: "length(taskArns)")
            }
            #expect(started.compactMap { Int($0) }.reduce(0, +) == 1)
            interruptions["bots"] = try ferry {
                try vecferry(stack, "bots", "--bots-table", bots, environment: $0)
            }
            let tool = try Ferryman.path
            let tasks = EmbeddingTasks(stack, table: bots, target: databases.target, failing: ["BAD"])
            defer { tasks.stop() }
            // The task of BAD fails each time.
            interruptions["embed-missing"] = try step("embed-missing", "--yes", "--vecferry", tool, wanted: 1)
            #expect(Set(tasks.bots.keys) == ["NEW", "BAD"])
            interruptions["verify"] = try ferry {
                try vecferry(stack, "verify", "--bots-table", bots, environment: $0)
            }
            interruptions["cleanup"] = try step("cleanup", "--yes", "--verify", tool, "--", "--bots-table", bots)
            for (step, least) in [
                ("prepare", 5), ("restore", 8), ("plan", 3), ("copy", 3), ("run-task", 7), ("bots", 3),
                ("embed-missing", 8),
                ("verify", 3), ("cleanup", 8),
            ] {
                #expect(interruptions[step] ?? 0 >= least, "\(interruptions)")
            }
            #expect(try clusters().contains(stack.newCluster) && !clusters().contains(stack.temporaryCluster))
            try expectEndState(databases, embedded: "NEW")
            // One of each was made.
            let made = try snapshots().components(separatedBy: "\"DBClusterSnapshotIdentifier\": ").dropFirst()
            #expect(made.count { $0.hasPrefix("\"vecferry-\(stack.name.lowercased())") } == 2)
        }
    }

    @Test func `a step that ends in the middle goes on when it is run again`() async throws {
        try await withStack { databases, stack, bots in
            // The snapshot is being made when the terminal is closed.
            let creating = """
                <DescribeDBClusterSnapshotsResponse><DescribeDBClusterSnapshotsResult><DBClusterSnapshots><DBClusterSnapshot>\
                <Status>creating</Status><PercentProgress>7</PercentProgress></DBClusterSnapshot></DBClusterSnapshots>\
                </DescribeDBClusterSnapshotsResult></DescribeDBClusterSnapshotsResponse>
                """
            let offering = BedrockStack.offering("15.3")
            try StandIn.setFaults([offering, StandIn.Fault("DescribeDBClusterSnapshots", answer: creating)])
            let waiting = try stack.start("prepare")
            #expect(eventually { waiting.errorsSoFar.contains("creating 7") || !waiting.isRunning })
            waiting.signal(SIGHUP)
            #expect(waiting.ended().status != 0)
            try StandIn.setFaults([offering])
            let prepared = try stack.run("prepare")
            #expect(prepared.status == 0 && prepared.errors.contains("has been begun before"), "\(prepared.said)")
            #expect(
                try snapshots().components(
                    separatedBy: "\"DBClusterSnapshotIdentifier\": \"vecferry-\(stack.name.lowercased())"
                ).count == 2)

            try stack.deploy(target: databases.target, bots: bots)
            // A failure at each call in turn; then all goes well.
            for operation in [
                "DescribeDBEngineVersions", "RestoreDBClusterFromSnapshot", "CreateDBInstance", "DescribeSecret",
            ] {
                try StandIn.setFaults([
                    StandIn.Fault(
                        operation, "ExpiredToken", "The security token included in the request is expired"),
                    offering,
                ])
                let failed = try stack.run("restore", "--sslmode", "disable")
                #expect(
                    failed.status == 1 && failed.errors.contains("Sign in to AWS again"),
                    "\(operation): \(failed.said)")
                #expect(!failed.errors.contains("Wrote"))
            }
            try StandIn.setFaults([offering])
            let restored = try stack.run("restore", "--sslmode", "disable")
            #expect(restored.status == 0 && restored.errors.contains("has been begun before"), "\(restored.said)")
            let copied = try vecferry(stack, "copy", "--bots-table", bots)
            #expect(copied.status == 0, "\(copied.said)")
            let tool = try Ferryman.path
            for operation in ["DeleteDBInstance", "DeleteDBCluster"] {
                try StandIn.setFaults([StandIn.Fault(operation, "Throttling", "Rate exceeded", times: 1_000)])
                let failed = try stack.start(
                    "cleanup", ["--yes", "--verify", tool, "--", "--bots-table", bots],
                    environment: ["AWS_MAX_ATTEMPTS": "1"]
                ).ended()
                #expect(
                    failed.status == 1 && failed.errors.contains("Wait a minute"), "\(operation): \(failed.said)")
            }
            try StandIn.setFaults([])
            let cleaned = try stack.run("cleanup", "--yes", "--verify", tool, "--", "--bots-table", bots)
            #expect(cleaned.status == 0, "\(cleaned.said)")
            #expect(try !clusters().contains(stack.temporaryCluster))
        }
    }
}
