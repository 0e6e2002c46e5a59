/// Matches the columns of two tables by name.
struct ColumnMatch {
    /// The columns that are copied, in the source's order.
    private(set) var pairs: [ColumnPair] = []
    /// The notes on columns: blockers and remarks.
    private(set) var notes: [Note] = []

    /// - Parameter target: The target's table; nil where it is to be created like the source's.
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
                "Run ALTER TABLE \(target.name.sql) ADD COLUMN \(column.name.sqlIdentifier) \(column.type).")
            return
        }
        guard column.type == other.type else {
            add(
                .blocker, .typeDiffers, .target, source,
                "The column \(column.name) has type \(other.type); on the source it has type \(column.type).",
                "vecferry does not convert values. Give the column the same type on both sides.")
            return
        }
        if let message = Self.madeOtherwise(column, other) {
            add(
                .blocker, .typeDiffers, .target, source,
                "The type \(column.type) of the column \(column.name) differs from the source's: \(message).",
                "vecferry does not convert values. Give the type the same definition on both sides.")
            return
        }
        if other.isGenerated {
            guard !column.isGenerated else { return }
            add(
                .blocker, .generated, .target, source,
                "The column \(column.name) is generated on the target, so the source's values would be lost.",
                "Run ALTER TABLE \(target.name.sql) ALTER COLUMN \(column.name.sqlIdentifier) DROP EXPRESSION.")
            return
        }
        pairs.append(Self.pair(column, column.textReason ?? other.textReason))
    }

    /// The difference between two types of one name. An additional label on the target does no harm.
    private static func madeOtherwise(_ column: Column, _ other: Column) -> String? {
        if column.structure != other.structure {
            return "\(other.structure ?? "nothing") on the target, \(column.structure ?? "nothing") on the source"
        }
        let missing = Set(column.enumLabels).subtracting(other.enumLabels)
        guard !missing.isEmpty else { return nil }
        return "it lacks the \(missing.count == 1 ? "label" : "labels") \(missing.sorted().joined(separator: ", "))"
    }

    private mutating func checkOthers(of target: Relation, source: Relation) {
        for column in target.columns where source.column(column.name) == nil {
            guard column.isNotNull, !column.hasDefault, !column.isGenerated else { continue }
            add(
                .blocker, .columnRequired, .target, source,
                "The column \(column.name) is NOT NULL without a default, and the source lacks it.",
                "Set a default, or run ALTER TABLE \(target.name.sql) ALTER COLUMN \(column.name.sqlIdentifier) "
                    + "DROP NOT NULL.")
        }
        if pairs.isEmpty, !source.columns.isEmpty || !target.columns.isEmpty {
            add(.blocker, .noColumns, .target, source, "No column can be copied.", nil)
        }
    }

    private mutating func addTextNotes(_ source: Relation) {
        guard let column = pairs.first(where: { $0.textReason != nil }), let reason = column.textReason else { return }
        add(
            .info, .textFormat, .source, source,
            "Rows are copied as text because of the column \(column.name): \(reason).", nil)
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
