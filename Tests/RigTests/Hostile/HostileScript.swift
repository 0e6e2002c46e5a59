import Foundation
import RigSupport

/// A script of `Scripts/`, run with psql.
enum HostileScript {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scripts")

    /// - Parameters:
    ///   - name: The file's name, without `.sql`.
    ///   - uri: The database and the role.
    static func run(_ name: String, as uri: String, variables: [String: String] = [:]) throws {
        try Psql.run(uri, script: folder.appending(path: "\(name).sql").path, variables: variables)
    }
}

extension RigDatabase {
    /// Runs a block with a role of this server that may log in and nothing else, and drops it afterwards.
    func withRole<Result>(_ options: String = "LOGIN", _ body: (TestRole) async throws -> Result) async throws -> Result
    {
        let role = try TestRole(on: self, options)
        defer { role.drop() }
        return try await body(role)
    }
}
