/// A user's trigger or rule that is enabled.
public struct Trigger: Sendable {
    /// The name, as the catalog has it.
    public var name: String
    /// When it fires, as `pg_trigger.tgenabled`: `O` origin, `A` always, `R` replica.
    public var enabled: String
    /// Whether it fires for each row, not for each statement.
    public var isForEachRow: Bool
    /// Whether it is a rule, which fires on INSERT, UPDATE and DELETE, and not on COPY.
    public var isRule = false
}

/// A function that neither the session's role nor a superuser owns.
public struct ForeignFunction: Sendable, Hashable {
    /// The qualified name, quoted by its server.
    public var name: String
    /// The role that owns it.
    public var owner: String
}
