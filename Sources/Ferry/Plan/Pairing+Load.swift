/// How rows are loaded into a table that may hold others, and which.
extension Pairing {
    /// The relations that rows are read from, cut into chunks.
    func parts() -> [SourcePart] {
        sourceLeaves.map { SourcePart($0, chunkBytes: request.chunkBytes, server: survey.source.server) }
    }

    /// A blocker for a primary key that can't tell which rows are the same (PostgreSQL documentation, "INSERT": ON CONFLICT takes no
    /// deferrable constraint).
    private var deferrableKey: Note? {
        for (side, relation) in [(Side.target, target), (.source, source)] {
            guard let relation, let key = relation.indexes.first(where: { $0.isPrimary && !$0.isKey }),
                let text = key.parts.addConstraint, text.contains(" DEFERRABLE")
            else { continue }
            let list = key.columns.map(\.sqlIdentifier).joined(separator: ", ")
            let name = key.name.name.sqlIdentifier
            return note(
                .blocker, .noKey, side,
                "The table holds rows, and its primary key \(key.name.name) is DEFERRABLE, so it can't match rows to the other "
                    + "side's.",
                "On the \(side), run ALTER TABLE \(relation.name.sql) DROP CONSTRAINT \(name), ADD CONSTRAINT \(name) PRIMARY KEY "
                    + "(\(list)), or choose --existing truncate.")
        }
        return nil
    }

    /// The rows that are copied: counted where they were, else as the server estimates them; -1 if it can't.
    func estimatedRows(_ filter: BotFilter) -> Int {
        if let bots = survey.sourceBots[source.name] {
            return bots.filter { filter.selects($0.key) }.values.reduce(0, +)
        }
        guard sourceLeaves.allSatisfy({ $0.estimatedRows >= 0 }) else { return -1 }
        return sourceLeaves.reduce(0) { $0 + $1.estimatedRows }
    }

    /// The rows of bots that stay on the target.
    func keptRows(_ load: LoadMode) -> Int {
        let bots = survey.targetBots[source.name] ?? [:]
        switch load {
        case .keepBots: return bots.values.reduce(0, +)
        case .replaceBots(let replaced): return bots.filter { !replaced.contains($0.key) }.values.reduce(0, +)
        case .append, .truncate, .keepKeys, .replaceKeys: return 0
        }
    }

    func loading(
        _ columns: [ColumnPair], _ notes: inout [Note]
    ) -> (load: LoadMode, filter: BotFilter, readBack: BotFilter) {
        if request.existing == .fail, !isEmpty {
            // An empty source and a full target are most often swapped.
            let isSourceEmpty = sourceLeaves.allSatisfy { $0.pages == 0 }
            let swapped =
                isSourceEmpty ? " The source's table is empty: check whether --source and --target are swapped." : ""
            let overlap = survey.targetBots[source.name].map {
                BotOverlap(source: survey.sourceBots[source.name] ?? [:], target: $0).text
            }
            let unit = table.botScope == nil ? "rows with the same key" : "bots"
            notes.append(
                note(
                    .blocker, .notEmpty, .target, "The table already holds \(overlap ?? "rows").",
                    "Choose --existing keep to keep its \(unit), --existing replace to replace them, or --existing "
                        + "truncate to empty the table." + swapped))
        }
        if table.botScope != nil { return bots.decide(isEmpty: isEmpty) }
        guard !isEmpty else { return (.append, .all, .all) }
        switch request.existing {
        case .fail: return (.append, .all, .all)
        case .truncate: return (.truncate, .all, .all)
        case .keep, .replace:
            let names = Set(columns.map(\.name))
            // Rows that share a key on the source would overwrite or hide each other.
            guard let key = target?.key, names.isSuperset(of: key.columns), source.hasKey(on: key.columns) else {
                if let note = deferrableKey { notes.append(note); return (.append, .all, .all) }
                notes.append(
                    note(
                        .blocker, .noKey, .target,
                        "The table holds rows, and has neither a bot column nor a key that both sides share, so its rows "
                            + "can't be matched to the source's.",
                        "Choose --existing truncate, or leave the table out with --exclude-table '\(source.name.sql)'.")
                )
                return (.append, .all, .all)
            }
            return (request.existing == .keep ? .keepKeys : .replaceKeys, .all, .all)
        }
    }

    /// A foreign key from outside the selection stays while rows are deleted: it would forbid that, or delete the rows that
    /// reference them, which no option asked for.
    func clearing(_ load: LoadMode) -> [Note] {
        guard load.deletesRows else { return [] }
        let own = Set(targetTree.map(\.oid))
        let others = survey.target.relations.values.filter { other in
            other.foreignKeys.contains { own.contains($0.referenced) } && !chosen.contains(other.name)
                && !survey.target.ancestors(of: other).contains { chosen.contains($0.name) }
        }
        guard let other = others.map(\.name).min(by: { $0.description < $1.description }) else { return [] }
        return [
            note(
                .blocker, .referenced, .target,
                "\(other) references the table and is not copied, so no row of the table can be deleted.",
                "Add --table '\(other.sql)', or choose --existing keep.")
        ]
    }

    /// A blocker if the target lacks a table in which the bot of a row is found, and bots are selected or kept there.
    func botPath(_ filter: BotFilter, _ readBack: BotFilter, _ load: LoadMode) -> [Note] {
        guard target != nil, let scope = table.botScope, !(filter.isAll && readBack.isAll && load == .append) else {
            return []
        }
        let created = request.create ? chosen : []
        guard let missing = scope.parents.first(where: { survey.target.relation($0) == nil && !created.contains($0) })
        else {
            let isMade = scope.parents.contains(where: created.contains)
            guard !isMade, !scope.exists(from: table.relation.name, in: survey.target) else { return [] }
            return [
                note(
                    .blocker, .botPathMissing, .target,
                    "The bot of a row is found in \(scope.parents.map(\.description).joined(separator: ", ")), but not by "
                        + "the source's columns and types.",
                    "Give the tables the same columns on both sides, or copy the table in a job without --bot, --bots and "
                        + "--existing.")
            ]
        }
        return [
            note(
                .blocker, .botPathMissing, .target,
                "The bot of a row is found in \(missing), which does not exist on the target.",
                "Create \(missing) there, or copy the table in a job without --bot, --bots and --existing.")
        ]
    }

    /// A blocker if the load deletes rows, or changes them, and a publication of the target could not send that.
    func unidentified(_ load: LoadMode) -> [Note] {
        // TRUNCATE needs no identity.
        guard load.deletesRows, load != .truncate,
            let relation = targetLeaves.first(where: { $0.unidentifiedChanges.contains("DELETE") })
        else { return [] }
        return [
            note(
                .blocker, .noReplicaIdentity, .target,
                "\(relation.name) is published and has no replica identity, so no row of it can be deleted.",
                "Run ALTER TABLE \(relation.name.sql) REPLICA IDENTITY FULL, or choose --existing truncate.")
        ]
    }

    /// Blockers for values that can't be converted, in rows that are copied.
    func unconvertible(_ filter: BotFilter) -> [Note] {
        survey.outOfRange[source.name, default: []].compactMap { finding in
            let selected = finding.rows.filter { filter.selects($0.bot) }
            let count = selected.reduce(0) { $0 + $1.count }
            guard count > 0 else { return nil }
            let keys = selected.flatMap(\.keys)
            let shown = keys.prefix(OutOfRange.shown).joined(separator: "; ")
            return note(
                .blocker, .notConvertible, .source,
                "\(Count.of(count, "row")) \(count == 1 ? "has" : "have") values beyond the range of half precision in the column "
                    + "\(finding.column), which pgvector refuses (from \(Count.of(Int(HalfPrecision.limit))) on): "
                    + "\(shown)\(count > min(keys.count, OutOfRange.shown) ? "; \u{2026}" : "").",
                table.botScope == nil
                    ? "Correct or delete these rows on the source, or leave out --convert."
                    : "Leave out their bots with --exclude-bot, correct or delete these rows on the source, or leave out --convert."
            )
        }
    }

    /// Warns of columns that may hold the numbers of large objects, which stay on the source.
    func largeObjects() -> [Note] {
        guard let count = survey.source.objects.first(where: { $0.kind == "large object" })?.rows, count > 0 else {
            return []
        }
        let columns = source.columns.filter(\.isOID).map(\.name)
        guard !columns.isEmpty else { return [] }
        let named =
            "The \(columns.count == 1 ? "column" : "columns") \(columns.joined(separator: ", ")) may refer to large objects"
        return [
            note(
                .warning, .largeObjects, .source,
                "\(named): the source has \(Count.of(count)), which are not copied.",
                "Copy them with pg_dump --large-objects (--blobs before version 16) and pg_restore, which keep their numbers."
            )
        ]
    }
}
