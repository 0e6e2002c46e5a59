/// Rows of cells below each other: the first column begins at the left, the others end at the right.
struct Columns {
    /// The rows, each with a cell for every column.
    let rows: [[String]]
    private let widths: [Int]

    /// - Parameter widestFirst: The columns of the terminal that the first column takes at most.
    init(_ rows: [[String]], widestFirst: Int = 48) {
        self.rows = rows
        widths = (rows.first ?? []).indices.map { column in
            let width = rows.map { TextWidth.of($0[column]) }.max() ?? 0
            return column == 0 ? min(width, widestFirst) : width
        }
    }

    /// The first cell of each row, and the others as one text; columns without any text are left out.
    var aligned: [(first: String, rest: String)] {
        rows.map { row in
            let rest = row.indices.dropFirst().filter { widths[$0] > 0 }.map { column in
                String(repeating: " ", count: widths[column] - TextWidth.of(row[column])) + row[column]
            }
            return (TextWidth.padded(row[0], to: widths[0]), rest.joined(separator: "  "))
        }
    }
}
