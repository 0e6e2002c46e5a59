internal import SQLStatements

extension Ledger {
    /// Makes the ledger, or brings one of an older format to this one, in the caller's transaction. Jobs of the older format
    /// stay as they are.
    func prepare(_ session: borrowing Session) throws(FerryError) {
        // Before anything is made, so that one without its format is not given one.
        let isThere = try exists(session)
        try session.execute(Statements.ledger)
        // Only where it is older: the change keeps others from reading the table until the end of the transaction.
        let isOlder = try session.query(
            "SELECT max(version) < $1::int AS is_older FROM vecferry.format", ["\(Self.format)"]
        ).only().bool("is_older")
        if isOlder { try session.execute(Statements.ledgerUpgrade) }
        guard isOlder || !isThere else { return }
        try session.query("UPDATE vecferry.format SET written_by = $1", [Engine.version])
    }
}
