internal import Postgres

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

    /// The statements that enter the role in order to change rows: the owner's code may read views of its own, which
    /// `sql/session.sql` forbids.
    var enteringToChange: [String] { [Self.setting(refusing: "", isLocal: true)] + entering }

    /// The statements that leave it, one each, before any other statement of the transaction.
    var leaving: [String] {
        guard owner != nil else { return [] }
        // Deferred triggers would run at COMMIT, as the operator. And code may have changed the settings of
        // `sql/session.sql` by which later statements are read.
        return [
            "SET CONSTRAINTS ALL IMMEDIATE", "RESET ROLE", "SET search_path TO pg_catalog, pg_temp",
            "SET client_encoding TO 'UTF8'", "SET standard_conforming_strings TO on",
            Self.setting(refusing: "view, foreign-table", isLocal: false),
        ]
    }

    /// A statement that sets which relations are refused besides the system's, on servers that have the setting.
    private static func setting(refusing kinds: String, isLocal: Bool) -> String {
        let name = "'restrict_nonsystem_relation_kind'"
        return "SELECT set_config(\(name), '\(kinds)', \(isLocal)) WHERE current_setting(\(name), true) IS NOT NULL"
    }

    /// Runs `body`, which only reads, under the role, in the session's transaction, which an error ends.
    func read<Result>(
        on session: borrowing Session, _ body: () throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        owner == nil ? try body() : try run(entering, on: session, body)
    }

    /// Runs `body`, which changes rows, under the role, in the session's transaction, which an error ends.
    func change<Result>(
        on session: borrowing Session, _ body: () throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        try run(enteringToChange, on: session, body)
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
