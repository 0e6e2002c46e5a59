internal import Postgres
internal import SQLStatements

/// Collects the statements that create the tables which the target lacks: pg_dump's, from the pre-data section. Constraints
/// and indexes come after the load, from the plan.
struct TableCreation {
    let plan: Plan
    let source: Endpoint
    let target: Endpoint

    /// - Parameters:
    ///   - pairs: The pairs whose tables are created.
    ///   - snapshot: The snapshot that the job reads in, so that pg_dump sees the same tables.
    /// - Returns: The definitions, to be run in one transaction.
    func scripts(
        of pairs: [TablePair], in snapshot: Snapshot, on target: borrowing Session
    ) throws(FerryError) -> CreationScripts {
        let reading = try snapshot.join(source)
        let catalog = try CatalogReader().read(reading)
        var trees: [(pair: TablePair, relations: [Relation])] = []
        for pair in pairs {
            guard let root = catalog.relation(pair.name) else { continue }
            trees.append((pair, [root] + catalog.tree(below: root)))
        }
        let relations = trees.flatMap(\.relations)
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
        let owned = Set(relations.flatMap(\.sequences).filter(\.isOwned).map(\.name))
        let loose = sequences.filter { !owned.contains($0) }.map {
            CreationScripts.Part(pair: nil, name: $0, patterns: [$0.quoted], types: [])
        }
        return try CreationScripts(
            statements: statements, types: types, parts: loose + inOrder(trees), dump: dump)
    }

    /// Sorts the tables: one comes after those from which it inherits, and after the owners of the sequences that it uses.
    private func inOrder(_ trees: [(pair: TablePair, relations: [Relation])]) -> [CreationScripts.Part] {
        var places: [OID: Int] = [:]
        var owners: [QualifiedName: Int] = [:]
        for (place, tree) in trees.enumerated() {
            for relation in tree.relations {
                places[relation.oid] = place
                for sequence in relation.sequences where sequence.isOwned { owners[sequence.name] = place }
            }
        }
        var parts: [CreationScripts.Part] = []
        var seen: Set<Int> = []
        func visit(_ place: Int) {
            guard seen.insert(place).inserted else { return }
            let (pair, relations) = trees[place]
            for relation in relations {
                for parent in relation.inherits { if let before = places[parent] { visit(before) } }
                for sequence in relation.sequences { if let before = owners[sequence.name] { visit(before) } }
            }
            parts.append(
                CreationScripts.Part(
                    // To pg_dump, an identifier in double quotes is a pattern that matches itself.
                    pair: pair.number, name: pair.name, patterns: relations.map(\.name.quoted),
                    types: Set(relations.flatMap(\.columns).flatMap(\.userTypes) + relations.compactMap(\.ofType)),
                    changes: conversions(of: pair, inherited: inherited(relations[0], trees))))
        }
        for place in trees.indices { visit(place) }
        return parts
    }

    /// The statements that give columns the type to which their values are converted. What uses a column, as a check, is parsed again by
    /// the server, which refuses what does not exist for the other type.
    ///
    /// - Parameter inherited: The columns that follow those of a parent.
    private func conversions(of pair: TablePair, inherited: Set<String>) -> [String] {
        let schema = (plan.target.vectorSchema ?? plan.source.vectorSchema ?? "public").quotedIdentifier
        return pair.convertedColumns.filter { !inherited.contains($0.name) }.map { column in
            let (name, type) = (column.name.quotedIdentifier, "\(schema).\(column.targetType)")
            return "ALTER TABLE \(pair.name.quoted) ALTER COLUMN \(name) TYPE \(type) USING \(name)::\(type)"
        }
    }

    /// The converted columns of the tables from which one inherits.
    private func inherited(_ relation: Relation, _ trees: [(pair: TablePair, relations: [Relation])]) -> Set<String> {
        let parents = trees.filter { tree in tree.relations.contains { relation.inherits.contains($0.oid) } }
        return Set(parents.flatMap(\.pair.convertedColumns).map(\.name))
    }

    /// Whether a session on this server has `standard_conforming_strings` on, unless it sets it.
    private func hasStandardStrings(_ session: borrowing Session) throws(FerryError) -> Bool {
        try session.query(
            "SELECT reset_val = 'on' AS is_on FROM pg_catalog.pg_settings WHERE name = 'standard_conforming_strings'"
        ).only().bool("is_on")
    }

    private func missingTypes(
        of relations: [Relation], _ source: borrowing Session, _ target: borrowing Session
    ) throws(FerryError) -> [CreationScripts.UserType] {
        let oids = Set(relations.flatMap(\.columns).flatMap(\.userTypes) + relations.compactMap(\.ofType)).sorted()
        guard !oids.isEmpty else { return [] }
        var missing: [CreationScripts.UserType] = []
        for row in try source.query(Statements.userTypes, [ArrayText.format(oids.map { "\($0)" })])
        where try !isThere("to_regtype($1) IS NOT NULL", try row.string("name"), target) {
            let comment = try row.optional("comment")
            guard comment?.hasPrefix("COMMENT ON TYPE ") != false else {
                throw source.unexpected("The server's comment of a type is not a COMMENT statement.")
            }
            missing.append(
                CreationScripts.UserType(
                    oid: try row.int("oid", as: OID.self), name: try row.string("name"),
                    schema: try row.string("schema"),
                    comment: comment))
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
