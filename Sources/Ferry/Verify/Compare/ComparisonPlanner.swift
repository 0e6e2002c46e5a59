/// Pairs the tables of two databases for a comparison. It does no I/O.
struct ComparisonPlanner {
    /// The options of the comparison.
    let request: VerifyRequest
    /// The source, whose selected tables each need a counterpart.
    let source: Catalog
    /// The target with the counterparts.
    let target: Catalog
    /// The expressions of generated columns, by side, table and column.
    var generation: [Side: [OID: [String: String]]] = [:]
    /// The plans of earlier copies.
    let memory: LedgerMemory

    /// The plan of a comparison.
    struct Comparison: Sendable {
        /// The tables, each at the position of its number.
        var tables: [ComparedTable] = []
        /// The bots that a copy kept on the target, by table number.
        var keptBots: [TableNumber: [String?]] = [:]
        /// The warnings and remarks, such as what is not compared. A blocker says why a table can't be compared.
        var notes: [Note] = []
        /// The tables that can't be compared, sorted.
        var notCompared: [QualifiedName] = []
    }

    /// Pairs the tables.
    ///
    /// - Throws: ``FerryError/Code/notComparable`` with all obstacles where no table can be compared;
    ///   ``FerryError/Code/blocked`` before a repair in which triggers would fire.
    func plan() throws(FerryError) -> Comparison {
        let (chosen, selectionNotes) = TableSelector(selection: request.selection, catalog: source, other: target)
            .choose()
        if let blocker = selectionNotes.first(where: { $0.level == .blocker }) {
            throw FerryError(.invalidRequest, blocker.message, hint: blocker.hint, side: blocker.side)
        }
        if request.selection.limitsBots, !chosen.contains(where: { $0.botScope != nil }) {
            throw FerryError(
                .invalidRequest, "Bots are selected, but no selected table has a bot column.",
                hint: "Name the column with --bot-column.")
        }
        var comparison = Comparison()
        comparison.notes = selectionNotes + (memory.refusal.map { [Self.ledgerNotRead($0)] } ?? [])
        var obstacles: [Note] = []
        for table in chosen {
            guard let counterpart = target.relation(table.relation.name) else {
                obstacles.append(
                    Note(
                        level: .blocker, code: .tableMissing, side: .target, table: table.relation.name,
                        message: "The table does not exist on the target.", hint: nil))
                continue
            }
            var (columns, notes) = match(table.relation, counterpart)
            if let scope = table.botScope, !scope.exists(from: counterpart.name, in: target) {
                notes.append(
                    Note(
                        level: .blocker, code: .botPathMissing, side: .target, table: table.relation.name,
                        message: "The bot of a row can't be found on the target by the source's columns and types.",
                        hint: nil))
            }
            let own = notes.filter { $0.level == .blocker }
            obstacles += own
            guard own.isEmpty else { continue }
            comparison.notes += notes
            add(table, counterpart, columns, to: &comparison)
        }
        guard !comparison.tables.isEmpty else { throw Self.error(obstacles) }
        if request.repair != .none { try requireQuiet(comparison.tables) }
        comparison.notCompared = Set(obstacles.compactMap(\.table)).sorted { $0.description < $1.description }
        comparison.notes += obstacles + onTheTargetOnly(chosen) + selectionOfTheJob(comparison.tables)
        return comparison
    }

    /// A warning that rows which a copy left to the target are compared like any others.
    private static func ledgerNotRead(_ refusal: FerryError) -> Note {
        Note(
            level: .warning, code: .ledgerNotRead, side: .target, table: nil,
            message: "\(refusal.message) Everything is compared, also rows that a copy was told to keep.",
            hint: refusal.hint)
    }

    private static func error(_ obstacles: [Note]) -> FerryError {
        let shown = obstacles.prefix(10).map { note in
            "\(note.table.map { "\($0): " } ?? "")\(note.message)"
        }
        let more = obstacles.count > 10 ? " And \(obstacles.count - 10) more." : ""
        let hint = obstacles.lazy.compactMap(\.hint).first.map { "\($0) " } ?? ""
        return FerryError(
            .notComparable, "The databases can't be compared. \(shown.joined(separator: " "))\(more)",
            hint: "\(hint)Leave tables out with --exclude-table, or choose others with --table.",
            side: obstacles[0].side,
            table: obstacles.count == 1 ? obstacles[0].table : nil)
    }

    /// Refuses a repair in which triggers would fire, before a comparison that may take hours: only a superuser can disable
    /// them.
    private func requireQuiet(_ tables: [ComparedTable]) throws(FerryError) {
        for table in tables {
            guard let relation = target.relation(table.name) else { continue }
            if let blocker = target.partitionTriggers(of: relation).first { throw FerryError(blocker) }
        }
    }

    private func add(
        _ table: TableSelector.Chosen, _ counterpart: Relation, _ columns: [ColumnPair], to comparison: inout Comparison
    ) {
        let number = TableNumber(comparison.tables.count)
        var filter = request.selection.botFilter
        let pair = memory.pair(table.relation.name)
        if !request.allBots, table.botScope != nil, let brought = memory.brought(table.relation.name) {
            // What the target had before the job, and what the job left out or left as it was.
            if !brought.except.isEmpty { comparison.keptBots[number] = brought.except }
            filter = BotFilter(only: filter.only ?? brought.only, except: filter.except + brought.except)
        }
        if table.botScope == nil {
            filter = .all
            if request.selection.limitsBots {
                comparison.notes.append(
                    Note(
                        level: .warning, code: .notLimited, side: nil, table: table.relation.name,
                        message: "The table does not belong to bots and is compared whole.", hint: nil))
            }
        }
        if let pair, pair.load.isKeyed { comparison.notes.append(Self.mergedByKey(pair)) }
        comparison.tables.append(
            ComparedTable(
                number: number, name: table.relation.name, role: table.role, columns: columns,
                key: Self.key(table.relation, counterpart, columns), botScope: table.botScope, filter: filter,
                countsTargetBots: request.allBots || request.countsTargetBots,
                isMergedByKey: pair?.load.isKeyed == true,
                leaves: [.source: source.leaves(of: table.relation), .target: target.leaves(of: counterpart)]))
    }

    /// A warning that some differences may be intended. The rows that a copy by key merged can't be identified afterwards, since
    /// an update gives a row another xmin, so all rows are compared.
    private static func mergedByKey(_ pair: TablePair) -> Note {
        let rows =
            pair.load == .keepKeys
            ? "Rows that only the target has, and rows that differ," : "Rows that only the target has"
        return Note(
            level: .warning, code: .mergedByKey, side: .target, table: pair.name,
            message: "The last copy merged the table by key into rows of the target. \(rows) may be the target's own.",
            hint: "Rows that are missing\(pair.load == .keepKeys ? "" : " or differ") are real differences.")
    }

    /// The primary key, else the smallest unique index, that both sides have. The operators are the target's, where a repair
    /// uses them.
    private static func key(_ source: Relation, _ target: Relation, _ columns: [ColumnPair]) -> TableKey? {
        let names = Set(columns.map(\.name))
        return target.key { names.isSuperset(of: $0) && source.hasKey(on: $0) }
    }

    /// Matches the columns to compare: all of the source's, but for those that the target computes by itself.
    private func match(_ source: Relation, _ target: Relation) -> ([ColumnPair], [Note]) {
        var pairs: [ColumnPair] = []
        var notes: [Note] = []
        func note(_ level: Note.Level, _ code: Note.Code, _ side: Side, _ message: String, _ hint: String? = nil) {
            notes.append(Note(level: level, code: code, side: side, table: source.name, message: message, hint: hint))
        }
        for column in source.columns {
            guard let other = target.column(column.name) else {
                note(.blocker, .columnMissing, .target, "The column \(column.name) is missing on the target.")
                continue
            }
            var pair = ColumnPair(
                name: column.name, type: column.type, vectorType: column.vectorType, dimensions: column.dimensions,
                textReason: column.textReason ?? other.textReason)
            if column.type != other.type { pair.conversion = conversion(of: column, in: source) }
            guard pair.targetType == other.type else {
                let convertible = column.conversions.first { $0.type(from: column.type) == other.type }
                note(
                    .blocker, .typeDiffers, .target,
                    "The column \(column.name) has type \(other.type) on the target and \(column.type) on the source.",
                    convertible.map {
                        let request = ConversionRequest(table: source.name.sql, column: column.name, conversion: $0)
                        return
                            "To compare it with the source's values rounded to \($0.rawValue), add --convert '\(request.text)'."
                    })
                continue
            }
            if other.isGenerated {
                notes.append(generationNote(column, source, target))
                continue
            }
            pairs.append(pair)
        }
        for column in target.columns where source.column(column.name) == nil {
            note(
                .warning, .columnOnlyOnTarget, .target,
                "The column \(column.name) exists only on the target and is not compared.")
        }
        for column in pairs {
            if let conversion = column.conversion {
                note(
                    .info, .comparedConverted, .source,
                    "The column \(column.name) is compared with the source's values rounded to \(conversion.rawValue).")
            }
            guard let reason = column.textReason else { continue }
            note(.info, .comparedAsText, .source, "The column \(column.name) is compared as text: \(reason).")
        }
        return (pairs, notes)
    }

    /// The conversion of a column that the request names, or that the last copy of the table made.
    private func conversion(of column: Column, in source: Relation) -> ColumnConversion? {
        let asked = request.conversions.columns(of: source.name)[column.name]
        let copied = memory.pair(source.name)?.columns.first { $0.name == column.name }?.conversion
        return (asked ?? copied).flatMap(column.conversion)
    }

    /// What to say of a column that the target computes: its definition is compared, since a repair can't give it values.
    private func generationNote(_ column: Column, _ source: Relation, _ target: Relation) -> Note {
        let ours = generation[.source]?[source.oid]?[column.name]
        let theirs = generation[.target]?[target.oid]?[column.name]
        func note(_ level: Note.Level, _ message: String, _ hint: String? = nil) -> Note {
            Note(
                level: level, code: level == .info ? .comparedByDefinition : .generationDiffers, side: .target,
                table: source.name, message: message, hint: hint)
        }
        guard column.isGenerated else {
            return note(
                .warning,
                "The column \(column.name) is generated on the target and not on the source, so its values are not compared.",
                "ALTER TABLE \(target.name.sql) ALTER COLUMN \(column.name.sqlIdentifier) DROP EXPRESSION makes it an "
                    + "ordinary column.")
        }
        guard let ours, let theirs, ours == theirs else {
            return note(
                .warning,
                "The column \(column.name) is generated from another expression than on the source, so its values are not "
                    + "compared: \(theirs ?? "unknown") on the target, \(ours ?? "unknown") on the source.",
                "If the values must be the source's, create the column again with its expression.")
        }
        return note(
            .info,
            "The column \(column.name) is generated by the same expression on both sides, so its values are not compared."
        )
    }

    /// Warnings of tables that the selection matches on the target and that the source lacks.
    private func onTheTargetOnly(_ chosen: [TableSelector.Chosen]) -> [Note] {
        let names = Set(chosen.map(\.relation.name))
        return TableSelector(selection: request.selection, catalog: target).choose().tables
            .filter { !names.contains($0.relation.name) && source.relation($0.relation.name) == nil }
            .map { table in
                Note(
                    level: .warning, code: .tableOnlyOnTarget, side: .target, table: table.relation.name,
                    message: "The table exists only on the target and is not compared.", hint: nil)
            }
    }

    /// A warning that only the bots of the copies are compared, which were limited to some.
    private func selectionOfTheJob(_ tables: [ComparedTable]) -> [Note] {
        guard request.selection.bots == nil, !request.allBots else { return [] }
        let limited = tables.compactMap(\.filter.only)
        guard !limited.isEmpty else { return [] }
        let bots = Set(limited.joined())
        return [
            Note(
                level: .warning, code: .jobHadBots, side: nil, table: nil,
                message: "The copy was limited to \(Count.of(bots.count, "bot")), so only "
                    + "\(bots.count == 1 ? "this one is" : "these are") compared.",
                hint: "Add --all-bots to compare all bots.")
        ]
    }
}
