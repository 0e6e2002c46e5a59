/// Matches the columns of two tables by name.
struct ColumnMatch {
    /// The conversions that the operator asked for, by the column's name.
    private let conversions: [String: ColumnConversion]
    /// The columns that are copied, in the source's order.
    private(set) var pairs: [ColumnPair] = []
    /// The notes on columns: blockers and remarks.
    private(set) var notes: [Note] = []

    /// - Parameter target: The target's table; nil where it is to be created like the source's.
    init(source: Relation, target: Relation?, conversions: [String: ColumnConversion] = [:]) {
        self.conversions = conversions
        for column in source.columns where checkConversion(of: column, in: source) {
            guard let target else {
                if !column.isGenerated { pairs.append(pair(column, column.textReason)) }
                continue
            }
            match(column, of: source, to: target)
        }
        if let target { checkOthers(of: target, source: source) }
        addTextNotes(source)
    }

    /// Adds a blocker where the operator asked for a conversion that does not exist.
    ///
    /// - Returns: Whether the column can be copied as asked.
    private mutating func checkConversion(of column: Column, in source: Relation) -> Bool {
        guard let conversion = conversions[column.name], column.conversion(conversion) == nil else { return true }
        add(
            .blocker, .notConvertible, .source, source,
            "The column \(column.name) has type \(column.type), and only values of the type vector can become \(conversion.rawValue).",
            "Leave out --convert for it.")
        return false
    }

    private mutating func match(_ column: Column, of source: Relation, to target: Relation) {
        guard let other = target.column(column.name) else {
            add(
                .blocker, .columnMissing, .target, source, "The column \(column.name) is missing.",
                "Run ALTER TABLE \(target.name.sql) ADD COLUMN \(column.name.sqlIdentifier) \(column.type).")
            return
        }
        let wanted = pair(column, nil).targetType
        guard wanted == other.type else {
            add(
                .blocker, .typeDiffers, .target, source,
                "The column \(column.name) has type \(other.type); on the source it has type \(column.type)"
                    + (wanted == column.type ? "." : ", to be converted to \(wanted)."),
                hint(column, other, wanted, target))
            return
        }
        if let message = Self.madeOtherwise(column, other) {
            add(
                .blocker, .typeDiffers, .target, source,
                "The type \(column.type) of the column \(column.name) differs from the source's: \(message).",
                "vecferry does not convert such values. Give the type the same definition on both sides.")
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
        var pair = pair(column, column.textReason ?? other.textReason)
        pair.toastMethod = other.toastMethod
        pairs.append(pair)
    }

    /// What to do about a column of another type than is needed.
    private func hint(_ column: Column, _ other: Column, _ wanted: String, _ target: Relation) -> String {
        if let conversion = column.conversions.first(where: { $0.type(from: column.type) == other.type }) {
            let request = ConversionRequest(table: target.name.sql, column: column.name, conversion: conversion)
            return
                "Add --convert '\(request.text)' to round the values to \(conversion.rawValue), or give the column the same type "
                + "on both sides."
        }
        let alter = "ALTER TABLE \(target.name.sql) ALTER COLUMN \(column.name.sqlIdentifier) TYPE \(wanted)"
        return wanted == column.type
            ? "vecferry does not convert such values. Give the column the same type on both sides."
            : "On the target, drop the vector indexes on it, run \(alter), and create them again with the operator classes of "
                + "\(wanted.prefix { $0 != "(" })."
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
        if let converted = pairs.first(where: { $0.conversion != nil }) {
            add(
                .blocker, .notConvertible, .source, source,
                "Rows are copied as text because of the column \(column.name) (\(reason)), in which form the column "
                    + "\(converted.name) can't be converted.",
                "Leave out --convert for it; on the target, ALTER TABLE … ALTER COLUMN … TYPE converts it after the copy."
            )
        }
        add(
            .info, .textFormat, .source, source,
            "Rows are copied as text because of the column \(column.name): \(reason).", nil)
    }

    private mutating func add(
        _ level: Note.Level, _ code: Note.Code, _ side: Side, _ table: Relation, _ message: String, _ hint: String?
    ) {
        notes.append(Note(level: level, code: code, side: side, table: table.name, message: message, hint: hint))
    }

    private func pair(_ column: Column, _ textReason: String?) -> ColumnPair {
        ColumnPair(
            name: column.name, type: column.type, vectorType: column.vectorType, dimensions: column.dimensions,
            textReason: textReason, conversion: conversions[column.name].flatMap(column.conversion))
    }
}
