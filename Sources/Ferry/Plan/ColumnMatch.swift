/// Matches the columns of two tables by name.
struct ColumnMatch {
    /// The columns that are copied, in the source's order.
    private(set) var pairs: [ColumnPair] = []
    /// What keeps the columns from being copied, or is worth knowing.
    private(set) var notes: [Note] = []

    /// - Parameter target: nil for a table that is yet to be made like the source's.
    init(source: Relation, target: Relation?) {
        for column in source.columns {
            guard let target else {
                if !column.isGenerated { pairs.append(Self.pair(column, column.textReason)) }
                continue
            }
            match(column, of: source, to: target)
        }
        if let target { checkOthers(of: target, source: source) }
        addTextNotes(source)
    }

    private mutating func match(_ column: Column, of source: Relation, to target: Relation) {
        guard let other = target.column(column.name) else {
            add(
                .blocker, .columnMissing, .target, source, "The column \(column.name) is missing.",
                "Add it, with type \(column.type).")
            return
        }
        guard column.type == other.type else {
            add(
                .blocker, .typeDiffers, .target, source,
                "The column \(column.name) is \(other.type), and \(column.type) on the source.",
                "vecferry copies bytes and converts nothing; give both the same type.")
            return
        }
        if let message = Self.madeOtherwise(column, other) {
            add(
                .blocker, .typeDiffers, .target, source,
                "The column \(column.name) has another \(column.type): \(message).",
                "vecferry copies bytes and converts nothing; give both the same type.")
            return
        }
        if other.isGenerated {
            guard !column.isGenerated else { return }
            add(
                .blocker, .generated, .target, source,
                "The column \(column.name) is generated on the target, and the source's values would be lost.",
                "Drop the expression for the copy: ALTER TABLE \u{2026} ALTER COLUMN \u{2026} DROP EXPRESSION.")
            return
        }
        pairs.append(Self.pair(column, column.textReason ?? other.textReason))
    }

    /// How types of one name differ. A label more on the target does no harm.
    private static func madeOtherwise(_ column: Column, _ other: Column) -> String? {
        if column.structure != other.structure {
            return "\(other.structure ?? "nothing"), and \(column.structure ?? "nothing") on the source"
        }
        let missing = Set(column.enumLabels).subtracting(other.enumLabels)
        return missing.isEmpty ? nil : "it has no label for \(missing.sorted().joined(separator: ", "))"
    }

    private mutating func checkOthers(of target: Relation, source: Relation) {
        for column in target.columns where source.column(column.name) == nil {
            guard column.isNotNull, !column.hasDefault, !column.isGenerated else { continue }
            add(
                .blocker, .columnRequired, .target, source,
                "The column \(column.name) is NOT NULL without a default, and the source has no such column.",
                "Give it a default for the copy, or drop NOT NULL.")
        }
        if pairs.isEmpty, !source.columns.isEmpty || !target.columns.isEmpty {
            add(.blocker, .noColumns, .target, source, "No column can be copied.", nil)
        }
    }

    private mutating func addTextNotes(_ source: Relation) {
        guard let column = pairs.first(where: { $0.textReason != nil }), let reason = column.textReason else { return }
        add(.info, .textFormat, .source, source, "Rows travel as text: column \(column.name), since \(reason).", nil)
    }

    private mutating func add(
        _ level: Note.Level, _ code: Note.Code, _ side: Side, _ table: Relation, _ message: String, _ hint: String?
    ) {
        notes.append(Note(level: level, code: code, side: side, table: table.name, message: message, hint: hint))
    }

    private static func pair(_ column: Column, _ textReason: String?) -> ColumnPair {
        ColumnPair(
            name: column.name, type: column.type, vectorType: column.vectorType, dimensions: column.dimensions,
            textReason: textReason)
    }
}
