public import Ferry
internal import Platform
public import Postgres
internal import Synchronization

/// The two servers of `scripts/rig env`.
public enum Rig {
    /// A test that needs the rig and has none fails with this.
    public struct Missing: Error, CustomStringConvertible {
        public let variable: String
        public var description: String {
            "\(variable) is not set: start the rig with scripts/rig up and eval \"$(scripts/rig env)\", or run scripts/test."
        }
    }

    /// A variable of the rig's environment.
    public static func variable(_ name: String) throws -> String {
        guard let value = getenv(name) else { throw Missing(variable: name) }
        return String(cString: value)
    }

    /// Whether the long forms of tests are asked for.
    public static var isSoak: Bool { getenv("VECFERRY_SOAK") != nil }

    /// The databases that are kept for now; nil where each is dropped when its test ends.
    @TaskLocal private static var kept: KeptDatabases?

    /// Runs `body`, and drops the databases of ``withDatabases(on:options:setup:onTargetServer:atOnce:_:)`` in it when it has ended.
    public static func keepingDatabases(during body: () async throws -> Void) async throws {
        let kept = KeptDatabases()
        do {
            try await $kept.withValue(kept) { try await body() }
            await kept.drop()
        } catch {
            await kept.drop()
            throw error
        }
    }

    /// Runs `body` with a new database on each server, and drops both afterwards, also when it throws. It may wait on its thread, which
    /// is its own.
    ///
    /// - Parameters:
    ///   - servers: URIs of other servers than the rig's, each with a database.
    ///   - options: What the source's URI ends in, such as `?sslmode=verify-full`.
    ///   - setup: SQL for both; pgvector is created first.
    ///   - sourceEncoding: The encoding of the source; the target's is UTF-8.
    ///   - onTargetServer: Whether the target's server plays both parts, for what only its pgvector has.
    ///   - atOnce: Whether it goes past the tests that queue. For those that run one after the other in any case, since the last of them
    ///     would be alone for long.
    public static func withDatabases<Result>(
        on servers: (source: String, target: String)? = nil, options: String = "", setup: String = "",
        sourceEncoding: String = "UTF8", onTargetServer: Bool = false, atOnce: Bool = false,
        _ body: (RigDatabases) async throws -> Result
    ) async throws -> Result {
        // Each test opens several sessions, and the servers take a hundred.
        if !atOnce { await Gate.databases.enter() }
        defer { if !atOnce { Gate.databases.leave() } }
        let name = "t\(UInt64.random(in: 0...UInt64.max))"
        let source = try RigDatabase(
            server: try servers?.source ?? variable(onTargetServer ? "VECFERRY_TARGET" : "VECFERRY_SOURCE"),
            name: onTargetServer ? "\(name)_source" : name, options: options)
        let target = try RigDatabase(server: try servers?.target ?? variable("VECFERRY_TARGET"), name: name)
        let databases = RigDatabases(source: source, target: target)
        do {
            try source.create(setup, encoding: sourceEncoding)
            try target.create(setup)
            let result = try await withTaskExecutorPreference(OwnThread()) { try await body(databases) }
            await leave(databases)
            return result
        } catch {
            await leave(databases)
            throw error
        }
    }
}

extension Rig {
    private static func leave(_ databases: RigDatabases) async {
        if let kept { kept.add(databases) } else { await databases.drop() }
    }
}

/// Databases whose tests have ended.
private final class KeptDatabases: Sendable {
    private let all = Mutex<[RigDatabases]>([])

    func add(_ databases: RigDatabases) { all.withLock { $0.append(databases) } }

    func drop() async { for databases in all.withLock({ $0 }) { await databases.drop() } }
}

/// A source and a target for one test.
public struct RigDatabases: Sendable {
    public let source: RigDatabase
    public let target: RigDatabase

    /// Runs SQL on both.
    public func both(_ sql: String) throws {
        try source.run(sql)
        try target.run(sql)
    }

    /// An engine between the two, which collects its events.
    public func engine(
        streams: Int = 2, interrupt: Interrupt = Interrupt(), retry: RetryPolicy = .standard,
        events: @escaping EventSink = { _ in }
    ) throws -> Engine {
        Engine(
            source: Endpoint(.source, try ConnectionParameters(parsing: source.uri), interrupt: interrupt),
            target: Endpoint(.target, try ConnectionParameters(parsing: target.uri), interrupt: interrupt),
            streams: streams,
            retry: retry, interrupt: interrupt, events: events)
    }

    /// On a thread of its own, since it may wait for what another test is about to end.
    func drop() async {
        let databases = self
        try? await Meanwhile { _ in
            databases.source.drop()
            databases.target.drop()
        }.value
    }
}

/// One database that a test has for itself.
public struct RigDatabase: Sendable {
    let server: String
    public let name: String
    public let uri: String

    init(server: String, name: String, options: String = "") throws {
        self.server = server
        self.name = name
        // The rig's URIs end in the name of the database.
        guard let slash = server.lastIndex(of: "/") else { throw Rig.Missing(variable: "a URI with a database") }
        uri = server[...slash] + name + options
    }

    /// Opens a session as the rig's superuser.
    public func connect() throws -> Connection {
        try Connection(try ConnectionParameters(parsing: uri), applicationName: "vecferry-test", interrupt: Interrupt())
    }

    /// Runs statements, and returns the rows of the last one.
    @discardableResult
    public func run(_ sql: String) throws -> [[String?]] {
        let connection = try connect()
        guard let rows = try connection.execute(sql).last else { return [] }
        // By position: columns without a name have the same one.
        return try rows.map { row in try rows.columns.indices.map { try row.optional(at: $0) } }
    }

    /// The single value that a query returns.
    public func value(_ sql: String) throws -> String? { try run(sql).first?.first ?? nil }

    /// The port of its server.
    public var port: Int {
        get throws { Int(try ConnectionParameters(parsing: uri)["port"] ?? "") ?? 5432 }
    }

    /// Its address by another port, such as a proxy's, which can read along: nothing is encrypted unless the address says so.
    public func uri(port: Int) throws -> String {
        uri.replacing(":\(try self.port)/", with: ":\(port)/") + "?sslmode=disable"
    }

    func create(_ setup: String, encoding: String = "UTF8") throws {
        let connection = try Connection(
            try ConnectionParameters(parsing: server), applicationName: "vecferry-test", interrupt: Interrupt())
        try connection.execute(
            "CREATE DATABASE \(name) TEMPLATE template0 ENCODING '\(encoding)'"
                + (encoding == "UTF8" ? "" : " LC_COLLATE 'C' LC_CTYPE 'C'"))
        try run("CREATE EXTENSION vector")
        if !setup.isEmpty { try run(setup) }
    }

    func drop() {
        let connection = try? Connection(
            try ConnectionParameters(parsing: server), applicationName: "vecferry-test", interrupt: Interrupt())
        guard let connection else { return }
        _ = try? connection.execute("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
    }
}
