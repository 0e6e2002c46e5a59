import Foundation
import RigSupport
import Synchronization
import Testing

/// The application's embedding tasks, as far as anyone sees them: each takes its keys from the variable EVENT, replaces its bot's rows, says
/// how it went in the bot's item, and ends with 0 in any case.
final class EmbeddingTasks: Sendable {
    private let stack: BedrockStack
    private let table: String
    private let target: RigDatabase
    private let failing: Set<String>
    private let isOver = Atomic<Bool>(false)
    private let seen = Mutex<[String: [String]]>([:])

    /// - Parameter failing: The bots whose embedding fails.
    init(_ stack: BedrockStack, table: String, target: RigDatabase, failing: Set<String>) {
        (self.stack, self.table, self.target, self.failing) = (stack, table, target, failing)
        Thread.detachNewThread { [self] in
            while !isOver.load(ordering: .relaxed) {
                try? work()
                Thread.sleep(forTimeInterval: 0.1)
            }
        }
    }

    /// The bots whose tasks ran, with the command and the environment of each.
    var bots: [String: [String]] { seen.withLock { $0 } }

    func stop() { isOver.store(true, ordering: .relaxed) }

    private struct Tasks: Decodable {
        struct Task: Decodable { var overrides: Overrides }
        struct Overrides: Decodable { var containerOverrides: [Override] }
        struct Override: Decodable {
            struct Variable: Decodable {
                var name: String
                var value: String
            }
            var command: [String]
            var environment: [Variable]
        }
        var taskArns: [String]?
        var tasks: [Task]?
    }

    private func work() throws {
        for state in ["RUNNING", "STOPPED"] {
            let listed = try StandIn.call(
                .ecs, "ListTasks",
                ["cluster": stack.tasks, "desiredStatus": state, "startedBy": "vecferry-embed-missing"], Tasks.self)
            for arn in listed.taskArns ?? [] where seen.withLock({ !$0.values.joined().contains(arn) }) {
                try embed(arn)
            }
        }
    }

    private func embed(_ arn: String) throws {
        let described = try StandIn.call(.ecs, "DescribeTasks", ["cluster": stack.tasks, "tasks": [arn]], Tasks.self)
        guard let override = described.tasks?.first?.overrides.containerOverrides.first,
            let event = override.environment.first(where: { $0.name == "EVENT" })?.value,
            let keys = try JSONSerialization.jsonObject(with: Data(event.utf8)) as? [String: [String: String]],
            let bot = keys["SK"]?["S"]?.components(separatedBy: "#BOT#").last
        else { return }
        if !failing.contains(bot) {
            try target.run("DELETE FROM items WHERE botid = '\(bot)';" + OnAWS.BotsTests.rows(bot, 501...510))
        }
        let values = [
            ":s": ["S": failing.contains(bot) ? "FAILED" : "SUCCEEDED"],
            ":r": ["S": failing.contains(bot) ? "the document can't be read" : ""],
            ":t": ["S": String(arn.split(separator: "/").last ?? "")],
        ]
        try StandIn.call(
            .dynamodb, "UpdateItem",
            [
                "TableName": table, "Key": keys, "ExpressionAttributeValues": values,
                "UpdateExpression": "SET SyncStatus = :s, SyncStatusReason = :r, LastExecId = :t",
            ])
        seen.withLock { $0[bot] = [arn] + override.command }
    }
}

extension OnAWS {
    /// `scripts/aws/embed-missing`.
    @Suite struct EmbedMissingTests {
        private func withStack(
            _ body: (RigDatabases, BedrockStack, _ bots: String) async throws -> Void
        ) async throws {
            let items = [
                BotsTests.item("A"), BotsTests.item("NEW"), BotsTests.item("BAD", title: "Bad \"quotes\" \\"),
                BotsTests.item("MAP", sitemaps: 1), BotsTests.item("NONE", files: 0), BotsTests.item("MORE"),
            ]
            try await OnAWS.withRestoredStack(rows: ["A": 30], items: items) { databases, stack, bots in
                try databases.target.run(BotsTests.rows("A", 1...30))
                try await body(databases, stack, bots)
            }
        }

        @Test func `exactly the bots without rows are embedded, and each outcome is the application's`() async throws {
            try await withStack { databases, stack, bots in
                let tool = try Ferryman.path
                let unasked = try stack.run("embed-missing", "--vecferry", tool)
                #expect(unasked.status == 1 && unasked.errors.contains("Bots to embed: 3"), "\(unasked.said)")
                let tasks = EmbeddingTasks(stack, table: bots, target: databases.target, failing: ["BAD"])
                defer { tasks.stop() }
                let ended = try stack.run("embed-missing", "--vecferry", tool, "--yes", "--at-most", "2")
                #expect(ended.status == 1, "\(ended.said)")
                #expect(ended.errors.contains("MAP  Bot MAP: impossible, since it has a sitemap"))
                #expect(ended.errors.contains("Embedded: 2. Failed: 1. Impossible: 1."))
                #expect(ended.errors.contains("FAILED: the document can't be read"))
                #expect(ended.errors.contains("their rows were copied: 1."))
                #expect(Set(tasks.bots.keys) == ["NEW", "BAD", "MORE"])
                #expect(tasks.bots["NEW"]?.contains("embedding/main.py") == true)
                #expect(
                    tasks.bots["NEW"]?.last == #"{"PK": {"S": "user-1"}, "SK": {"S": "user-1#BOT#NEW"}}"#)
                let rows = try databases.target.run("SELECT botid, count(*) FROM items GROUP BY 1 ORDER BY 1")
                #expect(
                    rows.map { "\($0[0]?.trimmingCharacters(in: .whitespaces) ?? "") \($0[1] ?? "")" } == [
                        "A 30", "MORE 10", "NEW 10",
                    ])
                // Only what failed is left.
                let again = try stack.run("embed-missing", "--vecferry", tool, "--yes")
                #expect(again.status == 1 && again.errors.contains("Embedded: 0. Failed: 1."), "\(again.said)")
            }
        }

        @Test func `interrupted, it waits for the tasks that it had started`() async throws {
            try await withStack { databases, stack, bots in
                let tool = try Ferryman.path
                let first = try stack.start("embed-missing", ["--vecferry", tool, "--yes", "--at-most", "1"])
                #expect(eventually { first.errorsSoFar.contains("started, task") || !first.isRunning })
                first.signal(SIGHUP)
                #expect(first.ended().status != 0)
                let started = try StandIn.aws(
                    "ecs", "list-tasks", "--cluster", stack.tasks, "--query", "length(taskArns)")
                #expect(started.trimmingCharacters(in: .whitespacesAndNewlines) == "1")
                let second = try stack.start("embed-missing", ["--vecferry", tool, "--yes"])
                #expect(
                    eventually {
                        second.errorsSoFar.contains("its task is already running") || !second.isRunning
                    })
                let tasks = EmbeddingTasks(stack, table: bots, target: databases.target, failing: [])
                defer { tasks.stop() }
                let ended = second.ended()
                #expect(ended.status == 0 && ended.errors.contains("Embedded: 3. Failed: 0."), "\(ended.said)")
                #expect(ended.errors.components(separatedBy: "started, task").count == 3)
                #expect(Set(tasks.bots.keys) == ["NEW", "BAD", "MORE"])
            }
        }
    }
}
