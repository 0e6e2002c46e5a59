internal import SQLStatements

extension Ledger {
    /// Whether the ledger exists.
    ///
    /// - Throws: ``FerryError/Code/ledger`` where it is not to be trusted (``LedgerTrust``), has no format, or a newer one.
    func exists(_ session: borrowing Session) throws(FerryError) -> Bool {
        guard try LedgerTrust.required(session) == .ledger else { return false }
        // Format 1 lacks the column `written_by`.
        let row = try session.query(
            "SELECT max(version) AS version, max(to_jsonb(f) ->> 'written_by') AS writer FROM vecferry.format AS f"
        ).only()
        let (version, writer) = (try row.optionalInt("version"), try row.optional("writer"))
        guard let version else {
            throw FerryError(
                .ledger, "The target's ledger does not record its format.",
                hint: "Schema vecferry was changed by hand. If no job is unfinished, run DROP SCHEMA vecferry CASCADE.",
                side: .target)
        }
        guard version <= Self.format else { throw Self.newer("The target's ledger, of format \(version),", writer) }
        return true
    }

    /// Creates the ledger, or upgrades one of an older format, in the caller's transaction. Jobs of the older format stay as
    /// they are.
    func prepare(_ session: borrowing Session) throws(FerryError) {
        guard try exists(session) else { return try create(session) }
        // Only where it is older: the ALTER TABLE blocks readers until the end of the transaction.
        let isOlder = try session.query(
            "SELECT max(version) < $1::int AS is_older FROM vecferry.format", ["\(Self.format)"]
        ).only().bool("is_older")
        guard isOlder else { return }
        try define(Statements.ledgerUpgrade, session)
        try recordWriter(session)
    }

    private func create(_ session: borrowing Session) throws(FerryError) {
        if try LedgerTrust.required(session) == .none {
            try define(
                "CREATE SCHEMA vecferry; COMMENT ON SCHEMA vecferry IS "
                    + "'vecferry''s ledger; may be dropped when no job is under way'", session)
        }
        try define(Statements.ledger, session)
        try recordWriter(session)
        try shutOthersOut(session)
        try LedgerTrust.required(session)
    }

    /// Creates the record of tuning where there is none, in the caller's transaction.
    func prepareTuning(_ session: borrowing Session) throws(FerryError) { try add(Statements.tuning, session) }

    /// Creates the record of processes where there is none, in the caller's transaction.
    func prepareRuns(_ session: borrowing Session) throws(FerryError) { try add(Statements.run, session) }

    /// Creates the record of how many streams processes are asked to have where there is none, in the caller's transaction.
    func prepareStreams(_ session: borrowing Session) throws(FerryError) { try add(Statements.runStreams, session) }

    /// Creates the record of workers where there is none, in the caller's transaction.
    func prepareHosts(_ session: borrowing Session) throws(FerryError) {
        if try !isShared(session) { try add(Statements.hosts, session) }
    }

    /// Adds tables that others may not change.
    private func add(_ table: String, _ session: borrowing Session) throws(FerryError) {
        try define(table, session)
        try shutOthersOut(session)
        try LedgerTrust.required(session)
    }

    /// Takes away what the role's default privileges may have given to others.
    private func shutOthersOut(_ session: borrowing Session) throws(FerryError) {
        for grantee in try session.query(Statements.ledgerGrantees) {
            let role = try grantee.optional("role")?.quotedIdentifier ?? "PUBLIC"
            try define(
                "REVOKE ALL ON SCHEMA vecferry FROM \(role); REVOKE ALL ON ALL TABLES IN SCHEMA vecferry FROM \(role); "
                    + "REVOKE ALL ON ALL SEQUENCES IN SCHEMA vecferry FROM \(role)", session)
        }
    }

    /// Changes the schema under the session's own path, for the sake of the database's event triggers.
    private func define(_ statements: String, _ session: borrowing Session) throws(FerryError) {
        try ActingRole(owner: nil).change(on: session) { () throws(FerryError) in _ = try session.execute(statements) }
    }

    private func recordWriter(_ session: borrowing Session) throws(FerryError) {
        try session.query("UPDATE vecferry.format SET written_by = $1", [Engine.version])
    }
}
