/// Finds what would keep a table from being created as the source has it.
struct CreationCheck {
    /// The facts of both servers.
    let survey: Survey
    /// The source's table and all partitions below it.
    let tree: [Relation]
    /// The names of all tables that are copied.
    let chosen: Set<QualifiedName>

    /// The blockers and warnings.
    func notes() -> [Note] { parents() + needs() + names() + leftOut() }

    /// Blockers for tables from which the table inherits, or whose partition it is, and that will not be there.
    private func parents() -> [Note] {
        let own = Set(tree.map(\.oid))
        return tree.flatMap { relation in
            (relation.inherits + [relation.parent].compactMap(\.self)).compactMap { oid -> Note? in
                guard !own.contains(oid), let parent = survey.source.relations[oid]?.name,
                    !chosen.contains(parent), survey.target.relation(parent) == nil
                else { return nil }
                let isPartition = relation.parent == oid
                return note(
                    .blocker, .parentMissing,
                    "\(relation.name) \(isPartition ? "is a partition of" : "inherits from") \(parent), which the target lacks.",
                    isPartition
                        ? "Add --table '\(parent.sql)' to copy that table whole, or create \(relation.name) on the target as a table "
                            + "of its own."
                        : "Add --table '\(parent.sql)'.")
            }
        }
    }

    /// Blockers for functions and the like that definitions name and the target lacks.
    private func needs() -> [Note] {
        let own = Set(tree.map(\.oid))
        let missing = survey.needs.filter { own.contains($0.relation) && !$0.isThere && !$0.takesOwnRow }
        return Dictionary(grouping: missing) { "\($0.kind) \($0.name)" }.sorted { $0.key < $1.key }.map {
            object, needs in
            let users = Set(needs.map(\.user)).sorted()
            let shown = users.prefix(3).joined(separator: ", ") + (users.count > 3 ? ", \u{2026}" : "")
            let isFunction = needs[0].kind == "function"
            let definition =
                isFunction
                ? "On the source, SELECT pg_get_functiondef('\(needs[0].name)'::regprocedure) shows its definition."
                : "pg_dump --schema-only of the source shows its definition."
            return note(
                .blocker, .objectMissing, "The target lacks the \(object). It is needed by: \(shown).",
                "Create it there first. \(definition)")
        }
    }

    /// Blockers for names that something else has on the target.
    private func names() -> [Note] {
        let wanted = Set(
            tree.map(\.name) + tree.flatMap(\.indexes).map(\.name)
                + tree.flatMap(\.sequences).filter(\.isOwned).map(\.name))
        return survey.takenNames.filter { wanted.contains($0.key) }.sorted { $0.key.description < $1.key.description }
            .map { name, kind in
                note(
                    .blocker, .nameTaken, "The target already has another object of the name \(name) (\(kind)).",
                    "Rename or drop it if nothing needs it.")
            }
    }

    /// Warns of what belongs to the table and is not created with it.
    private func leftOut() -> [Note] {
        var parts: [String] = []
        for kind in tree.flatMap(\.leftOut) where !parts.contains(kind) { parts.append(kind) }
        let own = Set(tree.map(\.oid))
        let checks = survey.needs.filter { own.contains($0.relation) && $0.takesOwnRow }.map(\.user)
        parts += Set(checks).sorted().map { "\($0), whose function takes a row of the table" }
        guard !parts.isEmpty else { return [] }
        return [
            note(
                .warning, .leftOut, "Not created on the target: \(parts.joined(separator: ", ")).",
                "Create them after the copy, from the output of pg_dump --section=post-data.")
        ]
    }

    private func note(_ level: Note.Level, _ code: Note.Code, _ message: String, _ hint: String) -> Note {
        Note(level: level, code: code, side: .target, table: tree[0].name, message: message, hint: hint)
    }
}
