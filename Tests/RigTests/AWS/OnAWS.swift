import RigSupport
import Testing

/// The tests that the stand-in for AWS serves, one after the other: its faults, and the count of its requests, are the same for all.
@Suite(.serialized) enum OnAWS {
    /// A stack after prepare, the deploy and restore, with these rows on the source.
    ///
    /// - Parameters:
    ///   - rows: The number of rows of each bot.
    ///   - items: What the application's table has.
    static func withRestoredStack(
        rows: [String: Int], items: [[String: Any]],
        _ body: (RigDatabases, BedrockStack, _ bots: String) async throws -> Void
    ) async throws {
        try await Rig.withDatabases(setup: BotsTests.items, atOnce: true) { databases in
            for (bot, count) in rows { try databases.source.run(BotsTests.rows(bot, 1...count)) }
            let bots = try BotsTests.table(items)
            let stack = try BedrockStack(source: databases.source, bots: bots)
            defer { stack.remove() }
            try StandIn.setFaults([BedrockStack.offering("15.3")])
            #expect(try stack.run("prepare").status == 0)
            try stack.deploy(target: databases.target, bots: bots)
            #expect(try stack.run("restore", "--sslmode", "disable").status == 0)
            try await body(databases, stack, bots)
            try StandIn.setFaults([])
        }
    }
}
