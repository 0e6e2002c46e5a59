import Foundation
import Postgres

/// Hosts on this machine, each a network namespace of its own (`scripts/rig.d/cluster`).
public final class Cluster: Sendable {
    private let folder: String
    /// The address at which the hosts reach the rig's servers.
    public let address: String

    /// - Parameter ports: Ports on 127.0.0.1 that the hosts may reach.
    public init(hosts count: Int, reaching ports: [Int]) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "vecferry-cluster-\(UUID().uuidString)").path
        address = try Self.run(["up", folder, "\(count)"] + ports.map(\.description)).trimmingCharacters(
            in: .whitespacesAndNewlines)
    }

    /// Starts Slurm on all of them.
    public func startSlurm() throws { try Self.run(["slurm", folder]) }

    /// Runs a program of Slurm's, and returns its output.
    @discardableResult
    public func slurm(_ program: String, _ arguments: [String], environment: [String: String] = [:]) throws -> String {
        var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("VECFERRY_") }
        variables["SLURM_CONF"] = folder + "/slurm.conf"
        let ended = try Command(
            "/usr/bin/" + program, arguments, environment: variables.merging(environment) { $1 }
        ).ended()
        guard ended.status == 0 else { throw Psql.Failure(description: ended.said) }
        return ended.output
    }

    /// What Slurm wrote to a file of its folder.
    public func log(_ name: String) -> String {
        (try? String(contentsOfFile: folder + "/" + name, encoding: .utf8)) ?? ""
    }

    /// The folder for Slurm's output.
    public var outputFolder: String { folder }

    /// Takes a host's link down.
    public func cut(_ host: String) throws { try Self.run(["cut", folder, host]) }

    /// Takes a host's link up again.
    public func heal(_ host: String) throws { try Self.run(["heal", folder, host]) }

    /// Ends all that runs there.
    public func close() { _ = try? Self.run(["down", folder]) }

    @discardableResult
    private static func run(_ arguments: [String]) throws -> String {
        let script = try Rig.variable("VECFERRY_RIG") + ".d/cluster"
        let ended = try Command.run(script, arguments)
        guard ended.status == 0 else { throw Psql.Failure(description: ended.said) }
        return ended.output
    }
}
