internal import SQLStatements

extension Ledger {
    /// Creates the ledger, or upgrades one of an older format, in the caller's transaction. Jobs of the older format stay as
    /// they are.
    func prepare(_ session: borrowing Session) throws(FerryError) {
        // Before anything is created, so that a ledger without a format is refused, not given one.
        let isThere = try exists(session)
        try session.execute(Statements.ledger)
        // Only where it is older: the ALTER TABLE blocks readers until the end of the transaction.
        let isOlder = try session.query(
            "SELECT max(version) < $1::int AS is_older FROM vecferry.format", ["\(Self.format)"]
        ).only().bool("is_older")
        if isOlder { try session.execute(Statements.ledgerUpgrade) }
        guard isOlder || !isThere else { return }
        try session.query("UPDATE vecferry.format SET written_by = $1", [Engine.version])
    }
}
