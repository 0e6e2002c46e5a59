internal import Postgres
internal import SQLStatements

/// Collects the statements that create the tables which the target lacks: pg_dump's, from the pre-data section. Constraints
/// and indexes come after the load, from the plan.
struct TableCreation {
    let plan: Plan
    let source: Endpoint
    let target: Endpoint

    /// A step of the creation.
    enum Step: Sendable {
        /// One statement.
        case statement(String)
        /// All that pg_dump wrote about some objects.
        case script(String)

        /// Runs the step in the session's transaction.
        func run(on target: borrowing Session) throws(FerryError) {
            switch self {
            case .statement(let statement): try target.define(statement)
            case .script(let script): try target.execute(script)
            }
        }
    }

    /// - Parameter snapshot: The snapshot that the job reads in, so that pg_dump sees the same tables.
    /// - Returns: The steps in order, to be run in one transaction.
    func steps(in snapshot: Snapshot, on target: borrowing Session) throws(FerryError) -> [Step] {
        let reading = try snapshot.join(source)
        let catalog = try CatalogReader().read(reading)
        let created = plan.pairs.filter(\.isCreated).compactMap { catalog.relation($0.name) }
        let relations = created.flatMap { root in
            [root] + catalog.tree(below: root)
        }
        let types = try missingTypes(of: relations, reading, target)
        let sequences = try sequences(of: relations, target)
        var statements = try schemas(
            Set(relations.map(\.name.schema) + types.map(\.schema) + sequences.map(\.schema)), target)
        if plan.target.vectorVersion == nil, let schema = plan.source.vectorSchema {
            statements.append("CREATE EXTENSION IF NOT EXISTS vector SCHEMA \(schema.quotedIdentifier)")
        }
        let dump = PgDump(
            source: source, serverVersion: plan.source.versionNumber, snapshot: snapshot,
            hasStandardStrings: try hasStandardStrings(reading))
        try dump.requireNewEnough()
        var steps = statements.map(Step.statement)
        if !types.isEmpty { steps.append(.script(try dump.types(types.map(\.oid)))) }
        steps += types.compactMap(\.comment).map(Step.statement)
        // To pg_dump, an identifier in double quotes is a pattern that matches itself.
        let patterns = (relations.map(\.name) + sequences).map(\.quoted)
        steps.append(.script(try dump.tables(patterns)))
        return steps
    }

    /// Whether a session on this server has `standard_conforming_strings` on, unless it sets it.
    private func hasStandardStrings(_ session: borrowing Session) throws(FerryError) -> Bool {
        try session.query(
            "SELECT reset_val = 'on' AS is_on FROM pg_catalog.pg_settings WHERE name = 'standard_conforming_strings'"
        ).only().bool("is_on")
    }

    private struct UserType {
        var oid: OID
        var schema: String
        /// The COMMENT statement.
        var comment: String?
    }

    private func missingTypes(
        of relations: [Relation], _ source: borrowing Session, _ target: borrowing Session
    ) throws(FerryError) -> [UserType] {
        let oids = Set(relations.flatMap(\.columns).flatMap(\.userTypes) + relations.compactMap(\.ofType)).sorted()
        guard !oids.isEmpty else { return [] }
        var missing: [UserType] = []
        for row in try source.query(Statements.userTypes, [ArrayText.format(oids.map { "\($0)" })])
        where try !isThere("to_regtype($1) IS NOT NULL", try row.string("name"), target) {
            let comment = try row.optional("comment")
            guard comment?.hasPrefix("COMMENT ON TYPE ") != false else {
                throw source.unexpected("The server's comment of a type is not a COMMENT statement.")
            }
            missing.append(
                UserType(oid: try row.int("oid", as: OID.self), schema: try row.string("schema"), comment: comment))
        }
        return missing
    }

    /// - Parameter condition: An SQL condition on `$1`, the name.
    private func isThere(_ condition: String, _ name: String, _ target: borrowing Session) throws(FerryError) -> Bool {
        try target.query("SELECT \(condition) AS is_there", [name]).only().bool("is_there")
    }

    private func schemas(_ wanted: Set<String>, _ target: borrowing Session) throws(FerryError) -> [String] {
        var names = wanted
        if plan.target.vectorVersion == nil, let schema = plan.source.vectorSchema { names.insert(schema) }
        var statements: [String] = []
        // IF NOT EXISTS requires the right to create schemas even where the schema exists.
        for name in names.sorted()
        where try !isThere("EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)", name, target) {
            statements.append("CREATE SCHEMA \(name.quotedIdentifier)")
        }
        return statements
    }

    /// The sequences that defaults use and the target lacks: pg_dump includes only those that a column owns.
    private func sequences(
        of relations: [Relation], _ target: borrowing Session
    ) throws(FerryError) -> [QualifiedName] {
        var seen: Set<QualifiedName> = []
        var missing: [QualifiedName] = []
        for name in relations.flatMap(\.sequences).map(\.name) where seen.insert(name).inserted {
            if try !isThere("to_regclass($1) IS NOT NULL", name.quoted, target) { missing.append(name) }
        }
        return missing
    }
}
