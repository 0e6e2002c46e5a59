internal import Postgres
internal import SQLStatements

/// The role under which the rows of a table change, so that its owner's code (in checks, defaults, index expressions) runs as the
/// owner and not as the operator. Logical replication does the same since PostgreSQL 16 (release notes, "Logical Replication").
///
/// It keeps code from using rights that it does not ask for. It does not lock the code in: a function may set the role back, where
/// the operator's session may.
struct ActingRole: Sendable, Equatable {
    /// The owner; nil where the session's own role acts, since it is the owner, or may not act as the owner.
    let owner: String?

    /// The statements that enter the role, within a transaction.
    var entering: [String] { owner.map { ["SET LOCAL ROLE \($0.quotedIdentifier)"] } ?? [] }

    /// The statements that enter the role in order to change rows or definitions: the owner's code may name things without a schema,
    /// and read views of its own, which `sql/session.sql` forbids.
    var enteringToChange: [String] {
        [
            "SET LOCAL search_path TO DEFAULT", Self.path(of: owner, isLocal: true),
            Self.setting(refusing: "", isLocal: true),
        ]
            + entering
    }

    private static func path(of owner: String?, isLocal: Bool) -> String {
        Statements.ownPath.replacing(":owner", with: owner?.quotedLiteral ?? "NULL").replacing(
            ":local", with: "\(isLocal)")
    }

    /// The statements that leave it, one each, before any other statement of the transaction.
    var leaving: [String] {
        // Deferred triggers would run at COMMIT, as the operator. And code may have changed the settings of
        // `sql/session.sql` by which later statements are read.
        let role = owner == nil ? [] : ["SET CONSTRAINTS ALL IMMEDIATE", "RESET ROLE"]
        return role + [
            "SET search_path TO pg_catalog, pg_temp", "SET client_encoding TO 'UTF8'",
            "SET standard_conforming_strings TO on", Self.setting(refusing: "view, foreign-table", isLocal: false),
        ]
    }

    /// A statement that sets which relations are refused besides the system's, on servers that have the setting.
    private static func setting(refusing kinds: String, isLocal: Bool) -> String {
        let name = "'restrict_nonsystem_relation_kind'"
        return "SELECT pg_catalog.set_config(\(name), '\(kinds)', \(isLocal)) "
            + "WHERE pg_catalog.current_setting(\(name), true) IS NOT NULL"
    }

    /// Runs `body`, which only reads, under the role, in the session's transaction, which an error ends.
    func read<Result>(
        on session: borrowing Session, _ body: () throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        owner == nil ? try body() : try run(entering, on: session, body)
    }

    /// Runs `body`, which changes rows or definitions, under the role and the path of the app's own statements, in the session's
    /// transaction, which an error ends.
    func change<Result>(
        on session: borrowing Session, _ body: () throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        try run(enteringToChange, on: session, body)
    }

    /// Runs one statement under the path of the session's own statements, outside of any transaction.
    static func inOwnPath(_ statement: String, on session: borrowing Session) throws(FerryError) {
        try session.execute("SET search_path TO DEFAULT; \(path(of: nil, isLocal: false))")
        try session.define(statement)
        try session.execute("SET search_path TO pg_catalog, pg_temp")
    }

    private func run<Result>(
        _ entering: [String], on session: borrowing Session, _ body: () throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        try session.execute(entering.joined(separator: "; "))
        let result = try body()
        try session.execute(leaving.joined(separator: "; "))
        return result
    }
}

extension ActingRole {
    /// The owner of a table, as which its rows change.
    ///
    /// - Parameter relations: The table with its partitions, and the tables that are read while the rows change.
    /// - Returns: nil unless all have one owner, and the session's role may act as that.
    static func owner(of relations: [Relation]) -> String? {
        guard let owner = relations.first?.owner,
            relations.allSatisfy({ $0.owner == owner && $0.rights.actAsOwner })
        else { return nil }
        return owner
    }
}
