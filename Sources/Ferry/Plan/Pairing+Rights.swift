/// What the roles may do on both sides, and the code of others that would run.
extension Pairing {
    func sourceRights() -> [Note] {
        let user = survey.source.server.user
        var notes: [Note] = []
        if !source.rights.useSchema {
            let schema = source.name.schema
            notes.append(
                note(
                    .blocker, .noPermission, .source, "The role \(user) lacks USAGE on schema \(schema).",
                    "GRANT USAGE ON SCHEMA \(schema.sqlIdentifier) TO \(user.sqlIdentifier)."))
        }
        // Chunks are ranges of ctid, which the right to read some columns does not cover.
        for leaf in sourceLeaves where !leaf.rights.select {
            notes.append(
                note(
                    .blocker, .noPermission, .source, "The role \(user) lacks SELECT on \(leaf.name).",
                    "GRANT SELECT ON \(leaf.name.sql) TO \(user.sqlIdentifier)."))
        }
        if sourceTree.contains(where: \.rights.rowSecurityActive) {
            notes.append(policyNote(.source, user))
        }
        if survey.source.server.isInRecovery, let unlogged = sourceLeaves.first(where: \.isUnlogged) {
            notes.append(
                note(
                    .blocker, .unlogged, .source,
                    "\(unlogged.name) is UNLOGGED, and the server is a standby, which does not have its rows.",
                    "Give --source the address of the primary, or leave the table out with --exclude-table '\(source.name.sql)'."
                ))
        }
        return notes
    }

    private func policyNote(_ side: Side, _ user: String) -> Note {
        note(
            .blocker, .rowSecurity, side, "A row-level security policy would hide rows from the role \(user).",
            "Connect as the table's owner or as a role with BYPASSRLS.")
    }

    func targetRights(_ load: LoadMode) -> [Note] {
        guard let target else {
            let schema = source.name.schema
            let user = survey.target.server.user
            guard let mayCreate = survey.mayCreateIn[schema] else {
                if survey.target.server.mayCreateSchema { return [] }
                let database = survey.target.server.database
                return [
                    note(
                        .blocker, .noPermission, .target, "The role \(user) may not create schema \(schema).",
                        "GRANT CREATE ON DATABASE \(database.sqlIdentifier) TO \(user.sqlIdentifier).")
                ]
            }
            if mayCreate { return [] }
            return [
                note(
                    .blocker, .noPermission, .target, "The role \(user) may not create tables in schema \(schema).",
                    "GRANT CREATE ON SCHEMA \(schema.sqlIdentifier) TO \(user.sqlIdentifier).")
            ]
        }
        let user = survey.target.server.user
        var missing: [String] = []
        if !target.rights.insert { missing.append("INSERT") }
        if !target.rights.select { missing.append("SELECT") }
        if load == .truncate, !target.rights.truncate { missing.append("TRUNCATE") }
        if case .replaceBots = load, !target.rights.delete { missing.append("DELETE") }
        if load == .replaceKeys, !target.rights.delete { missing.append("DELETE") }
        var notes: [Note] = []
        if !target.rights.useSchema {
            notes.append(
                note(
                    .blocker, .noPermission, .target, "The role \(user) lacks USAGE on schema \(target.name.schema).",
                    "GRANT USAGE ON SCHEMA \(target.name.schema.sqlIdentifier) TO \(user.sqlIdentifier)."))
        }
        if !missing.isEmpty {
            let rights = missing.joined(separator: ", ")
            notes.append(
                note(
                    .blocker, .noPermission, .target, "The role \(user) lacks \(rights) on the table.",
                    "GRANT \(rights) ON \(target.name.sql) TO \(user.sqlIdentifier)."))
        }
        if load.isKeyed, !survey.mayCreateTemporary {
            notes.append(
                note(
                    .blocker, .noPermission, .target,
                    "The role \(user) may not create temporary tables, which merging rows by key requires.",
                    "GRANT TEMPORARY ON DATABASE \(survey.target.server.database.sqlIdentifier) TO \(user.sqlIdentifier)."
                ))
        }
        for leaf in targetLeaves where leaf.oid != target.oid && !leaf.rights.select {
            notes.append(
                note(
                    .blocker, .noPermission, .target,
                    "The role \(user) lacks SELECT on \(leaf.name), which reading the rows back requires.",
                    "GRANT SELECT ON \(leaf.name.sql) TO \(user.sqlIdentifier)."))
        }
        if targetTree.contains(where: \.rights.rowSecurityActive) {
            notes.append(policyNote(.target, user))
        }
        let needsOwner = targetTree.contains { !$0.foreignKeys.isEmpty } || !triggerPlans().isEmpty
        if needsOwner, !target.rights.own {
            notes.append(
                note(
                    .blocker, .notOwner, .target,
                    "The copy drops foreign keys and disables triggers for the load, which only the owner "
                        + "\(target.owner) may do.",
                    "GRANT \(target.owner.sqlIdentifier) TO \(user.sqlIdentifier)."))
        }
        return notes
    }

    // MARK: Code of others

    /// The owner as which rows are loaded: of the table and all its partitions, and of what a deletion by bots reads.
    func actingOwner(for load: LoadMode) -> String? {
        guard let target else { return nil }
        var relations = [target] + survey.target.tree(below: target)
        if case .replaceBots = load {
            relations += (table.botScope?.parents ?? []).compactMap { survey.target.relation($0) }
        }
        return ActingRole.owner(of: relations)
    }

    /// Names the functions of other roles that run while rows are loaded.
    func foreignFunctions(_ load: LoadMode) -> [Note] {
        guard let target else { return [] }
        let functions = ([target] + survey.target.tree(below: target)).flatMap(\.foreignFunctions)
        let owner = actingOwner(for: load)
        return Dictionary(grouping: functions, by: \.owner).sorted { $0.key < $1.key }.map { role, functions in
            let names = Set(functions.map(\.name)).sorted()
            let shown = names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", \u{2026}" : "")
            let of = "of the role \(role)"
            guard let owner else {
                return note(
                    .warning, .foreignCode, .target,
                    "Loading rows runs \(Count.of(names.count, "function")) \(of) with your rights: \(shown).",
                    "Read what they do first, or connect as the role that owns the table, \(target.owner).")
            }
            return note(
                .info, .foreignCode, .target,
                "Loading rows runs \(Count.of(names.count, "function")) \(of), as the table's owner \(owner): \(shown).",
                "They could still set the role back to yours: if you don't trust \(role), connect as \(owner).")
        }
    }

    func triggerPlans() -> [TriggerPlan] { targetTree.flatMap(\.triggerPlans) }
}
