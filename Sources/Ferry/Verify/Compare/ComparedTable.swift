/// One table of the source and its counterpart, column by column, as they are compared.
struct ComparedTable: Sendable {
    /// From 0, in the report's order.
    var number: TableNumber
    /// On both sides.
    var name: QualifiedName
    /// What the table is to the default selection.
    var role: TablePair.Role
    /// All columns that both sides have, in the source's order.
    var columns: [ColumnPair]
    /// Columns that name a row on both sides; nil where there are none, and rows are told apart by their content.
    var key: TableKey?
    /// How a row's bot is found; nil where the table has none.
    var botScope: BotScope?
    /// Which rows are compared, on both sides.
    var filter: BotFilter
    /// Whether a copy merged it by key into rows of the target, which may be other rows than the source's.
    var isMergedByKey = false
    /// The relations that hold the rows, on each side.
    var leaves: [Side: [Relation]]

    /// Where the key's columns are among ``columns``.
    var keyPositions: [Int] {
        (key?.columns ?? []).compactMap { name in columns.firstIndex { $0.name == name } }
    }

    /// `ONLY ` for a statement about the target's rows, as ``TablePair/targetOnly``.
    var targetOnly: String { name.only(where: (leaves[.target] ?? []).map(\.name)) }

    /// Columns that are compared in their text form.
    var textColumns: [TextColumn] {
        columns.compactMap { column in column.textReason.map { TextColumn(name: column.name, reason: $0) } }
    }

    /// All rows of a leaf, in the form in which both sides are compared.
    func query(_ leaf: Relation, leading: [RowQuery.Leading]) -> RowQuery {
        RowQuery(
            relation: leaf.name, columns: columns.map(\.name), format: .binary, botScope: botScope, filter: filter,
            textColumns: Set(textColumns.map(\.name)), leading: leading)
    }

    /// What to read on one side to see every row once.
    func tasks(
        _ side: Side, leading: [RowQuery.Leading], server: ServerInfo, chunkBytes: Int
    ) -> [ScanTask] {
        (leaves[side] ?? []).enumerated().flatMap { position, leaf in
            let whole = query(leaf, leading: leading)
            let part = SourcePart(leaf, chunkBytes: chunkBytes, server: server)
            return part.cut(whole).map { query, range in
                ScanTask(
                    table: number, range: ScanTask.Range(leaf: position, pages: range), query: query,
                    bytes: part.chunkSize)
            }
        }
    }

    /// About how many rows the larger side has. A row takes at least 28 bytes of a page (`htup_details.h`), so a table that
    /// was never analyzed is taken to have more than it can.
    var estimatedRows: Int {
        Side.allCases.map { side in
            (leaves[side] ?? []).reduce(0) { $0 + ($1.estimatedRows >= 0 ? $1.estimatedRows : $1.bytes / 28) }
        }.max() ?? 0
    }
}

/// A range of rows that is read at one go.
struct ScanTask: TablePiece {
    /// Which rows: heap pages of one of the table's leaves on its side.
    struct Range: Hashable {
        /// Which of the side's leaves, from 0.
        var leaf: Int
        /// Which heap pages of it.
        var pages: PageRange

        /// Whether a row of the same side is in the range.
        func contains(_ row: RowPlace) -> Bool {
            let page = Int(row.place.page)
            return Int(row.leaf) == leaf && page >= pages.start && pages.end.map { page < $0 } ?? true
        }
    }

    /// The table's number.
    var table: TableNumber
    /// The rows, for telling them from those of other ranges.
    var range: Range
    /// What asks for them.
    var query: RowQuery
    /// About how many bytes the range holds: small ones are asked for many at once.
    var bytes: Int
}

/// Where a row is within its table, on one side.
struct RowPlace: Hashable, Comparable, Sendable {
    /// Which of the side's leaves, from 0.
    var leaf: UInt32
    /// Where in that leaf.
    var place: RowQuery.Place

    static func < (left: RowPlace, right: RowPlace) -> Bool { (left.leaf, left.place) < (right.leaf, right.place) }
}
