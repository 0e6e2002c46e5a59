internal import SQLStatements

/// The session that holds vecferry's lock on a target.
public struct LockHolding: Sendable, Equatable {
    /// A command that takes the lock, by the name that its application's name ends in.
    public enum Command: String, CaseIterable, Sendable {
        /// `copy`; `index`; `tune --apply`; `undo`; `verify --repair`.
        case copy, index, tune, undo
        case repair = "verify --repair"
    }

    /// The command; nil where the role may not see it, or an older vecferry holds the lock.
    public var command: Command?
    /// The process id of the server's backend.
    public var backend: Int
    /// The role; nil where the role that asks may not see it.
    public var user: String?
    /// The address that the target sees, of the host or of a pooler; nil where the role may not see it.
    public var client: String?
    /// When the session began; nil where the role may not see it.
    public var since: String?
    /// Seconds since the session began; nil where the role may not see it.
    public var age: Double?
    /// Seconds since it last asked the server for something. A copy does so every two seconds, so that a longer silence means that its
    /// process or its line is gone.
    public var silence: Double?

    /// Takes what the server says.
    public init(
        command: Command?, backend: Int, user: String?, client: String?, since: String?, age: Double?, silence: Double?
    ) {
        self.command = command
        self.backend = backend
        self.user = user
        self.client = client
        self.since = since
        self.age = age
        self.silence = silence
    }

    /// Whether a process that began to work so many seconds ago may be the holder's: it has taken the lock first. One that had to take it
    /// again is not known.
    func isOf(processOfAge seconds: Double) -> Bool { command == .copy && age.map { seconds <= $0 } ?? false }

    /// Reads who holds the lock; nil where nobody does.
    static func read(_ session: borrowing Session) throws(FerryError) -> LockHolding? {
        guard let row = try session.query(Statements.lockHolder).first else { return nil }
        let application = try row.optional("application") ?? ""
        return LockHolding(
            command: Command.allCases.first { application.hasSuffix(" \($0.rawValue)") },
            backend: try row.int("pid"), user: try row.optional("user"), client: try row.optional("client"),
            since: try row.optional("since"), age: try row.optionalDouble("age"),
            silence: try row.optionalDouble("silence"))
    }
}

extension LockHolding: CustomStringConvertible {
    /// `process 4711 of postgres from 10.0.1.5, connected since 2026-11-29 09:38:05 UTC`
    public var description: String {
        "process \(backend) of \(user ?? "another user") from \(client ?? "an unknown address"), "
            + "connected since \(since ?? "an unknown time")"
    }
}
