internal import SQLStatements

/// What is in schema `vecferry`, and whether it is this role's own or a superuser's.
///
/// Whoever may make the schema, or change what is in it, could have vecferry run statements with the operator's rights, or
/// find chunks finished that are not. So nothing in it is read before `pg_catalog` shows that nobody else can.
struct LedgerTrust {
    /// The content of the schema.
    enum Content {
        /// The schema does not exist.
        case none
        /// The schema is empty.
        case schema
        /// The schema holds a ledger, whole or damaged.
        case ledger
    }

    /// The content of the schema.
    var content: Content
    /// Why the ledger must not be used: someone else can change it, or the role may not read it.
    var refusal: FerryError?

    /// Reads `pg_catalog`, and nothing of the schema.
    init(_ session: borrowing Session) throws(FerryError) {
        let row = try session.query(Statements.ledgerTrust).only()
        let hasFormat = try row.bool("has_format")
        let hasSchema = try row.bool("has_schema")
        content = hasFormat ? .ledger : hasSchema ? .schema : .none
        if let fault = try row.optional("fault") {
            refusal = Self.refusal(
                fault, kind: try row.string("kind"), relation: try row.optional("relation"),
                detail: try row.optional("detail") ?? "", role: try row.string("role"))
        } else if try row.optional("may_read") == "f" {
            let (owner, user) = (try row.string("owner"), try row.string("user"))
            refusal = FerryError(
                .ledger, "The role \(user) may not read the target's ledger, which belongs to \(owner).",
                hint: "Connect as \(owner).", side: .target)
        } else if try row.bool("has_relations"), !hasFormat {
            refusal = Ledger.damaged("a table or a column is missing")
        }
    }

    /// Checks the schema.
    ///
    /// - Throws: ``refusal``.
    @discardableResult
    static func required(_ session: borrowing Session) throws(FerryError) -> Content {
        let trust = try LedgerTrust(session)
        if let refusal = trust.refusal { throw refusal }
        return trust.content
    }

    /// The error for one row of `sql/ledger/trust.sql`.
    static func refusal(
        _ fault: String, kind: String, relation: String?, detail: String, role: String
    ) -> FerryError {
        let object = relation.map { QualifiedName(schema: "vecferry", name: $0).sql } ?? "vecferry"
        let what = relation == nil ? "Schema vecferry" : object
        let suspicion = "Find out who changed it. If no job is unfinished, run DROP SCHEMA vecferry CASCADE."
        let (message, hint): (String, String)
        switch fault {
        case "owner":
            message = "\(what) belongs to the role \(role), which could have statements run as you."
            hint =
                "If \(role) ran vecferry here before, connect as \(role). Otherwise find out what the schema is for, then have "
                + "a superuser run DROP SCHEMA vecferry CASCADE."
        case "kind": (message, hint) = ("\(what), which belongs to \(role), is not a plain table.", suspicion)
        case "privilege":
            let grantee = role == "PUBLIC" ? role : role.sqlIdentifier
            message =
                "\(role == "PUBLIC" ? "Every role" : "The role \(role)") has the privilege \(detail) on "
                + "\(relation == nil ? "schema " : "")\(object), and could have statements run as you."
            hint = "Check what is in the schema, then run REVOKE \(detail) ON \(kind) \(object) FROM \(grantee)."
        default: (message, hint) = ("\(what) has a \(fault) that vecferry did not create: \(detail).", suspicion)
        }
        return FerryError(.ledger, "The target's ledger can't be trusted. \(message)", hint: hint, side: .target)
    }
}
