/// The lines at the bottom of a terminal, which are drawn again and again: what to write to draw, replace and erase them.
struct LiveLines: Equatable {
    /// The lines that are on the screen. None is wider than the terminal was.
    private(set) var shown: [String] = []
    /// The terminal's columns when they were drawn.
    private var columns = 0

    /// What draws lines in place of those that are shown, in one write so that nothing flickers.
    ///
    /// - Parameter columns: The terminal's columns now.
    mutating func replacing(with lines: [String], columns: Int) -> String {
        let hasShrunk = columns < self.columns
        let rows = rows(columns: columns)
        var text = rows == 0 ? "" : "\u{1b}[\(rows)A\r"
        // Of lines that the terminal has wrapped, the ends are between the beginnings.
        if hasShrunk, rows > 0 { text += "\u{1b}[J" }
        for line in lines { text += line + "\u{1b}[K\n" }
        if lines.count < rows, !hasShrunk { text += "\u{1b}[J" }
        (shown, self.columns) = (lines, columns)
        return text
    }

    /// What erases them.
    func erasing(columns: Int) -> String {
        let rows = rows(columns: columns)
        return rows == 0 ? "" : "\u{1b}[\(rows)A\r\u{1b}[J"
    }

    /// What draws them again after ``erasing(columns:)``.
    var drawing: String { shown.map { $0 + "\n" }.joined() }

    /// The rows that they take now: a terminal that became narrower has wrapped the longer ones.
    private func rows(columns: Int) -> Int {
        guard columns > 0 else { return shown.count }
        return shown.reduce(0) { $0 + max(1, (TextWidth.of($1) + columns - 1) / columns) }
    }
}
