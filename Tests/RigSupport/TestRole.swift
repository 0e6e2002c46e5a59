/// A role for one test, with a password of its own.
public struct TestRole: Sendable {
    /// Every such role's password.
    public static let password = "role-secret-4c1d"

    public let name: String
    /// The database, as this role.
    public let uri: String
    private let database: RigDatabase

    /// Makes it on the database's server.
    public init(on database: RigDatabase, _ options: String) throws {
        name = "r\(UInt64.random(in: 0...UInt64.max))"
        self.database = database
        try database.run("CREATE ROLE \(name) \(options) PASSWORD '\(Self.password)'")
        let rest = database.uri.split(separator: "@")[1]
        uri = "postgresql://\(name):\(Self.password)@\(rest)"
    }

    /// Gives what it owns to the superuser, and drops it.
    public func drop() {
        _ = try? database.run("REASSIGN OWNED BY \(name) TO postgres; DROP OWNED BY \(name); DROP ROLE \(name)")
    }
}
