/// One table of the source and its counterpart, column by column, as they are compared.
struct ComparedTable: Sendable {
    /// The number, from 0, in the report's order.
    var number: TableNumber
    /// The name, which is the same on both sides.
    var name: QualifiedName
    /// The table's role in the default selection.
    var role: TablePair.Role
    /// All columns that both sides have, in the source's order.
    var columns: [ColumnPair]
    /// The columns that identify a row on both sides; nil where only its whole content does.
    var key: TableKey?
    /// How to find the bot of a row; nil where the table belongs to no bots.
    var botScope: BotScope?
    /// The rows to compare, on both sides.
    var filter: BotFilter
    /// Whether rows of bots that only the target has count as differences.
    var countsTargetBots = true
    /// Whether a copy merged it by key into rows of the target, which may differ from the source's.
    var isMergedByKey = false
    /// The relations that hold the rows, on each side.
    var leaves: [Side: [Relation]]

    /// The positions of the key's columns among ``columns``.
    var keyPositions: [Int] {
        (key?.columns ?? []).compactMap { name in columns.firstIndex { $0.name == name } }
    }

    /// `ONLY ` for a statement about the target's rows, as ``TablePair/targetOnly``.
    var targetOnly: String { name.only(where: (leaves[.target] ?? []).map(\.name)) }

    /// The columns that are compared in their text form.
    var textColumns: [TextColumn] {
        columns.compactMap { column in column.textReason.map { TextColumn(name: column.name, reason: $0) } }
    }

    /// The query of all rows of a leaf on one side, in the form that is compared.
    func query(_ leaf: Relation, _ side: Side, leading: [RowQuery.Leading]) -> RowQuery {
        RowQuery(
            relation: leaf.name, columns: columns.map(\.name), format: .binary, botScope: botScope, filter: filter,
            textColumns: Set(textColumns.map(\.name)), conversions: columns.conversions(reading: side), leading: leading
        )
    }

    /// The tasks that read every row of one side once.
    func tasks(
        _ side: Side, leading: [RowQuery.Leading], server: ServerInfo, chunkBytes: Int
    ) -> [ScanTask] {
        (leaves[side] ?? []).enumerated().flatMap { position, leaf in
            let whole = query(leaf, side, leading: leading)
            let part = SourcePart(leaf, chunkBytes: chunkBytes, server: server)
            return part.cut(whole).map { query, range in
                ScanTask(
                    table: number, range: ScanTask.Range(leaf: position, pages: range), query: query,
                    bytes: part.chunkSize)
            }
        }
    }

    /// The approximate number of rows of the larger side. A row takes at least 28 bytes of a page (`htup_details.h`), so for a
    /// table that was never analyzed this is an upper bound.
    var estimatedRows: Int {
        Side.allCases.map { side in
            (leaves[side] ?? []).reduce(0) { $0 + ($1.estimatedRows >= 0 ? $1.estimatedRows : $1.bytes / 28) }
        }.max() ?? 0
    }
}

/// The task to read one range of rows.
struct ScanTask: TablePiece {
    /// A range of rows: heap pages of one of the table's leaves on its side.
    struct Range: Hashable {
        /// The number of the leaf on its side, from 0.
        var leaf: Int
        /// The heap pages of the leaf.
        var pages: PageRange

        /// Whether a row of the same side is in the range.
        func contains(_ row: RowPlace) -> Bool {
            let page = Int(row.place.page)
            return Int(row.leaf) == leaf && page >= pages.start && pages.end.map { page < $0 } ?? true
        }
    }

    /// The table's number.
    var table: TableNumber
    /// The range, which distinguishes its rows from those of other ranges.
    var range: Range
    /// The query of the range.
    var query: RowQuery
    /// The approximate bytes of the range: small ranges are queried many at a time.
    var bytes: Int
}

/// The place of a row in its table, on one side.
struct RowPlace: Hashable, Comparable, Sendable {
    /// The number of the leaf on its side, from 0.
    var leaf: UInt32
    /// The place in that leaf.
    var place: RowQuery.Place

    static func < (left: RowPlace, right: RowPlace) -> Bool { (left.leaf, left.place) < (right.leaf, right.place) }
}
