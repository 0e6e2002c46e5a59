/// Decides which constraints of a table are dropped for the load or added after it, and which stay.
///
/// A foreign key is dropped only if the catalog shows that it can be put back, and a check only if it is NOT VALID on both sides.
struct ConstraintPlanner {
    /// The facts of both servers.
    let survey: Survey
    /// The source's table and all partitions below it.
    let sourceTree: [Relation]
    /// The target's table and all partitions below it; nil where the job creates it.
    let targetTree: [Relation]?
    /// The names of all tables that are copied.
    let chosen: Set<QualifiedName>

    private var table: QualifiedName { sourceTree[0].name }

    /// Makes the plans, and notes on what is left out or stays.
    func plan() -> (plans: [ConstraintPlan], notes: [Note]) {
        guard let targetTree else { return created() }
        var plans: [ConstraintPlan] = []
        var notes: [Note] = []
        for relation in targetTree {
            for key in relation.foreignKeys {
                let owner = validator(of: key, on: relation)
                guard owner == nil ? key.mayAdd : key.ownerMayAdd else {
                    notes.append(unreferenced(key, owner ?? survey.target.server.user))
                    continue
                }
                plans.append(
                    ConstraintPlan(
                        relation: relation.name, name: key.name, definition: key.definition, after: key.after,
                        exists: true, owner: owner))
            }
        }
        for relation in targetTree {
            for check in relation.lateChecks where isUnchecked(check, of: relation) {
                guard comesOff(check.name, of: relation) else {
                    notes.append(unchecked(check, relation))
                    continue
                }
                plans.append(
                    ConstraintPlan(
                        relation: relation.name, name: check.name, definition: check.definition, after: check.after,
                        exists: true))
            }
        }
        // Those of the partitions are inherited from this table.
        notes += targetTree[0].inheritedForeignKeys.map { inherited($0, by: targetTree[0]) }
        return (plans, notes)
    }

    // MARK: Checks that are NOT VALID

    /// Whether rows of the source may violate a check, since the source never made it either.
    private func isUnchecked(_ check: LateCheck, of relation: Relation) -> Bool {
        survey.source.relation(relation.name)?.lateChecks.contains { $0.name == check.name } == true
    }

    /// Whether a check can be dropped for the load: the role owns the table, and what the table inherits it from loses it too.
    private func comesOff(_ name: String, of relation: Relation) -> Bool {
        guard relation.rights.own else { return false }
        return (relation.inherits + [relation.parent].compactMap(\.self)).allSatisfy { oid in
            guard let parent = survey.target.relations[oid] else { return false }
            guard let check = parent.lateChecks.first(where: { $0.name == name }) else { return true }
            let root = survey.target.ancestors(of: parent).last ?? parent
            return chosen.contains(root.name) && isUnchecked(check, of: parent) && comesOff(name, of: parent)
        }
    }

    private func unchecked(_ check: LateCheck, _ relation: Relation) -> Note {
        note(
            .warning, .notValid,
            "The check \(check.name) of \(relation.name) is NOT VALID and stays during the load: rows of the source that violate it "
                + "are refused.",
            "If there are any, drop the check on the target, and add it again NOT VALID after the copy.")
    }

    // MARK: Tables to be created

    private func created() -> ([ConstraintPlan], [Note]) {
        var plans: [ConstraintPlan] = []
        var notes: [Note] = []
        for relation in sourceTree {
            for key in relation.foreignKeys {
                guard let referenced = survey.source.relations[key.referenced]?.name else { continue }
                let existing = survey.target.relation(referenced)
                guard chosen.contains(referenced) || existing != nil else {
                    notes.append(
                        note(
                            .warning, .foreignKeyLeftOut,
                            "The foreign key \(key.name) is not created: it references \(referenced), which is not copied.",
                            "Add --table '\(referenced.sql)'."))
                    continue
                }
                if let existing, !existing.rights.reference {
                    let user = survey.target.server.user
                    notes.append(
                        note(
                            .blocker, .noPermission, "The role \(user) lacks REFERENCES on \(referenced).",
                            "GRANT REFERENCES ON \(referenced.sql) TO \(user.sqlIdentifier)."))
                }
                plans.append(
                    ConstraintPlan(
                        relation: relation.name, name: key.name, definition: key.definition, after: key.after,
                        exists: false))
            }
            plans += relation.lateChecks.map {
                ConstraintPlan(
                    relation: relation.name, name: $0.name, definition: $0.definition, after: $0.after, exists: false)
            }
        }
        return (plans, notes)
    }

    // MARK: Keys that stay

    /// The owner as which a foreign key is added. The check of its rows runs as the role that adds it, and casts its columns: only
    /// the casts of PostgreSQL's own types are nobody's (ri_triggers.c, RI_Initial_Check).
    private func validator(of key: ForeignKey, on relation: Relation) -> String? {
        let isBuiltIn =
            relation.hasBuiltIn(key.columns)
            && survey.target.relations[key.referenced]?.hasBuiltIn(key.referencedColumns) == true
        return isBuiltIn ? nil : ActingRole.owner(of: [relation])
    }

    private func unreferenced(_ key: ForeignKey, _ role: String) -> Note {
        guard let referenced = survey.target.relations[key.referenced] else {
            return note(.blocker, .keyStays, "The foreign key \(key.name) could not be put back.", nil)
        }
        let schema = referenced.name.schema.sqlIdentifier
        let use = referenced.rights.useSchema ? "" : "GRANT USAGE ON SCHEMA \(schema) TO \(role.sqlIdentifier); "
        return stays(
            key, "the role \(role) lacks REFERENCES on \(referenced.name) and could not put it back", referenced,
            "\(use)GRANT REFERENCES ON \(referenced.name.sql) TO \(role.sqlIdentifier).")
    }

    private func inherited(_ key: ForeignKey, by partition: Relation) -> Note {
        let root = survey.target.ancestors(of: partition).last?.name ?? partition.name
        guard let referenced = survey.target.relations[key.referenced] else {
            return note(.blocker, .keyStays, "The foreign key \(key.name) belongs to \(root).", nil)
        }
        return stays(
            key, "it belongs to the partitioned table \(root)", referenced,
            "Copy \(root) whole with --table '\(root.sql)', or first \(referenced.name), in a job of its own.")
    }

    /// A blocker where rows that the key refers to are copied at the same time, else a warning.
    private func stays(_ key: ForeignKey, _ reason: String, _ referenced: Relation, _ hint: String) -> Note {
        let line = [referenced] + survey.target.ancestors(of: referenced)
        let own = targetTree.map { $0 + survey.target.ancestors(of: $0[0]) } ?? []
        let comes = line.contains { relation in
            chosen.contains(relation.name) || own.contains { $0.oid == relation.oid }
        }
        guard comes else {
            return note(
                .warning, .keyStays,
                "The foreign key \(key.name) stays during the load, because \(reason). A row that references no row of "
                    + "\(referenced.name) fails.", hint)
        }
        return note(
            .blocker, .keyStays,
            "The foreign key \(key.name) has to stay during the load, because \(reason). The rows of \(referenced.name) that it "
                + "references are copied at the same time.", hint)
    }

    private func note(_ level: Note.Level, _ code: Note.Code, _ message: String, _ hint: String?) -> Note {
        Note(level: level, code: code, side: .target, table: table, message: message, hint: hint)
    }
}
