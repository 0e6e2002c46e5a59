/// Decides which sequences of a table are set after the load, and from what, so that the next INSERT on the target works.
struct SequencePlanner {
    /// The facts of both servers.
    let survey: Survey
    /// The source's table and all partitions below it, which may have sequences of their own.
    let sourceTree: [Relation]
    /// The target's table and all partitions below it; nil where the job creates it.
    let targetTree: [Relation]?
    /// Whether the target's table is empty.
    let isEmpty: Bool

    /// The types whose values a sequence can go on from.
    private static let types: Set = ["smallint", "integer", "bigint"]

    private typealias Use = (relation: Relation, sequence: ColumnSequence)

    /// Makes the plans, and blockers for sequences that the roles may not read or set.
    func plan() -> (plans: [SequencePlan], notes: [Note]) {
        var plans: [SequencePlan] = []
        var notes: [Note] = []
        let sources = uses(sourceTree)
        func add(_ source: Use, to target: ColumnSequence?, named name: QualifiedName) {
            if let note = refusal(source.sequence, target) {
                notes.append(note)
            } else {
                plans.append(
                    SequencePlan(
                        column: source.sequence.column, source: .sequence(source.sequence.name), target: name,
                        keepsHigher: !isEmpty || isShared(name)))
            }
        }
        guard let targetTree else {
            for source in sources { add(source, to: nil, named: source.sequence.name) }
            return (plans, notes)
        }
        let targets = uses(targetTree)
        for target in targets {
            if let source = sources.first(where: { $0.sequence.name == target.sequence.name })
                ?? counterpart(of: target, among: sources)
            {
                add(source, to: target.sequence, named: target.sequence.name)
            } else if target.sequence.feedsDefault {
                // The source's ids come from elsewhere, and those of the target would begin at 1.
                guard let column = sourceTree[0].column(target.sequence.column) else { continue }
                guard Self.types.contains(column.type) else {
                    notes.append(unset(target.sequence, column))
                    continue
                }
                if let note = refusal(nil, target.sequence) {
                    notes.append(note)
                    continue
                }
                plans.append(
                    SequencePlan(
                        column: target.sequence.column, source: .column(of: target.relation.name),
                        target: target.sequence.name, keepsHigher: true))
            }
        }
        // The source's default takes its values from them, and on the target something else does.
        for source in sources
        where !targets.contains(where: { $0.sequence.name == source.sequence.name })
            && survey.target.sequences.contains(source.sequence.name)
        {
            add(source, to: nil, named: source.sequence.name)
        }
        return (plans, notes)
    }

    private func uses(_ tree: [Relation]) -> [Use] {
        var seen: Set<QualifiedName> = []
        return tree.flatMap { relation in relation.sequences.map { (relation, $0) } }
            .sorted { $0.1.feedsDefault && !$1.1.feedsDefault }
            .filter { seen.insert($0.1.name).inserted }
    }

    /// The source's sequence of the same column: the one that feeds its default, if there are several.
    private func counterpart(of target: Use, among sources: [Use]) -> Use? {
        sources.first {
            $0.relation.name == target.relation.name && $0.sequence.column == target.sequence.column
                && (!target.sequence.feedsDefault || $0.sequence.feedsDefault)
        }
    }

    /// Whether the target has the sequence before its table is created: something else uses it.
    private func isShared(_ name: QualifiedName) -> Bool { targetTree == nil && survey.target.sequences.contains(name) }

    private func unset(_ sequence: ColumnSequence, _ column: Column) -> Note {
        Note(
            level: .warning, code: .sequenceNotSet, side: .target, table: sourceTree[0].name,
            message:
                "The sequence \(sequence.name) is not set: the source has none for the column \(column.name), whose type is "
                + "\(column.type).",
            hint: "Before new rows come, set it with SELECT setval('\(sequence.name.sql)', \u{2026}).")
    }

    private func refusal(_ source: ColumnSequence?, _ target: ColumnSequence?) -> Note? {
        func note(_ side: Side, _ message: String, _ hint: String) -> Note {
            Note(
                level: .blocker, code: .noPermission, side: side, table: sourceTree[0].name, message: message,
                hint: hint)
        }
        if let source, !source.maySelect {
            let user = survey.source.server.user
            return note(
                .source, "The role \(user) lacks SELECT on sequence \(source.name).",
                "GRANT SELECT ON SEQUENCE \(source.name.sql) TO \(user.sqlIdentifier).")
        }
        if let target, !target.mayUpdate || !target.maySelect {
            let user = survey.target.server.user
            return note(
                .target, "The role \(user) needs SELECT and UPDATE on sequence \(target.name).",
                "GRANT SELECT, UPDATE ON SEQUENCE \(target.name.sql) TO \(user.sqlIdentifier).")
        }
        return nil
    }
}
