import Foundation
import Platform
import RigSupport
import Testing

/// A rig of its own, whose servers a test may crash.
struct OwnServers: SuiteTrait, TestScoping {
    @TaskLocal static var current: OwnServers?

    private(set) var environment: [String: String] = [:]

    func provideScope(
        for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void
    ) async throws {
        let script = try Rig.variable("VECFERRY_RIG")
        // Beside the rig that everybody uses, below the same folder: the unpacked servers are shared.
        let root = URL(filePath: script).deletingLastPathComponent().deletingLastPathComponent()
        var own = self
        own.environment = ["VECFERRY_RIG_DIR": root.appending(path: ".rig/faults-\(getpid())").path]
        try own.rig("up")
        defer {
            _ = try? own.rig("down", "--purge")
            own.environment["VECFERRY_RIG_DIR"].map { _ = try? FileManager.default.removeItem(atPath: $0) }
        }
        for line in try own.rig("env").split(separator: "\n") {
            let parts = line.dropFirst("export ".count).split(separator: "=", maxSplits: 1)
            if parts.count == 2 { own.environment[String(parts[0])] = String(parts[1]) }
        }
        try await Self.$current.withValue(own) { try await body() }
    }

    @discardableResult
    func rig(_ arguments: String...) throws -> String {
        let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("VECFERRY_") }
        let ended = try Command(
            try Rig.variable("VECFERRY_RIG"), arguments, environment: inherited.merging(environment) { $1 }
        ).ended()
        guard ended.status == 0 else { throw Psql.Failure(description: ended.said) }
        if arguments.first == "restart" { Figures.count(.servers) }
        return ended.output
    }

    /// The data folder of one of the two servers.
    func data(_ name: String) -> URL {
        URL(filePath: environment["VECFERRY_RIG_DIR"] ?? "").appending(path: "\(name)/data")
    }

    /// Runs `body` with databases on these servers.
    static func withDatabases<Result>(
        rows: Int = 1500, _ body: (OwnServers, RigDatabases) async throws -> Result
    ) async throws -> Result {
        let own = try #require(current)
        return try await Rig.withDatabases(
            on: (own.environment["VECFERRY_SOURCE"] ?? "", own.environment["VECFERRY_TARGET"] ?? ""),
            setup: Cargo.schema
        ) { databases in
            try databases.source.run(Cargo.rows(rows))
            return try await body(own, databases)
        }
    }
}

extension Trait where Self == OwnServers {
    static var ownServers: OwnServers { OwnServers() }
}
