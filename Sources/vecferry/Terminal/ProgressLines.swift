import Ferry

/// A board as lines: a few that are redrawn on a terminal, or one now and then for a pipe.
struct ProgressLines {
    /// What is known.
    let board: ProgressBoard
    /// Seconds on the clock of the board's events.
    let now: Double

    /// Lines of at most `width` columns, at most `height` of them: a heading, then one for each piece of work.
    func live(width: Int, height: Int) -> [String] {
        guard height > 0, let heading else { return [] }
        let rows = work
        let room = max(0, height - 1)
        var shown = rows.prefix(rows.count <= room ? rows.count : max(0, room - 1)).map(\.self)
        let nameWidth = min(40, shown.map { TextWidth.of($0[0]) }.max() ?? 0)
        shown = shown.map { [TextWidth.padded($0[0], to: nameWidth)] + $0.dropFirst() }
        var lines = [heading] + shown.map { "  " + $0.filter { !$0.isEmpty }.joined(separator: "  ") }
        if rows.count > shown.count, room > 0 { lines.append("  and \(Units.count(rows.count - shown.count)) more") }
        // The last column stays free: a terminal that wraps there would need one line more.
        return lines.map { TextWidth.cut($0, to: max(1, width - 1)) }
    }

    /// A sentence for a pipe.
    var plain: String? {
        guard let heading else { return nil }
        guard board.stage == .index, !board.builds.isEmpty else { return heading + "." }
        return heading + ": "
            + board.builds.prefix(4).map { Self.build($0).joined(separator: " ") }
            .joined(separator: "; ") + "."
    }

    private var heading: String? {
        switch board.stage {
        case .copy:
            var parts = ["Copying rows"]
            if board.tables.count > 1 {
                parts.append("\(Units.count(board.loadedTables)) of \(Units.count(board.tables.count, "table")) done")
            }
            if let percent = overall { parts.append(Units.percent(percent)) }
            if let pace = board.moved.perSecond(at: now) { parts.append(Units.rate(pace)) }
            if let left = secondsLeft { parts.append("\(Units.duration(left)) left") }
            return parts.joined(separator: ", ")
        case .index:
            return "Building indexes, \(Units.count(board.builtIndexes)) of \(Units.count(board.allIndexes)) done"
        case .verify:
            var parts = ["Reading the target back", Units.bytes(board.readBack.total)]
            if let pace = board.readBack.perSecond(at: now) { parts.append(Units.rate(pace)) }
            return parts.joined(separator: ", ")
        case .compare, .locate:
            var parts = [board.stage == .compare ? "Comparing" : "Looking for the rows that differ"]
            parts.append("\(Units.bytes(board.compared.total)) read")
            if let pace = board.compared.perSecond(at: now) { parts.append(Units.rate(pace)) }
            return parts.joined(separator: ", ")
        case .repair: return "Repairing the target"
        case .search: return "Searching on both sides"
        default: return nil
        }
    }

    /// The larger of what the chunks and what the rows say: chunks are exact and coarse, rows are an estimate and fine.
    private var overall: Double? {
        let byChunks = board.fraction
        guard !board.isResumed, board.tables.allSatisfy({ $0.estimatedRows >= 0 }) else { return byChunks }
        let all = board.tables.reduce(0) { $0 + $1.estimatedRows }
        guard all > 0 else { return byChunks }
        let moved = board.tables.reduce(0) { $0 + min($1.movedRows, $1.estimatedRows) }
        return max(byChunks, Double(moved) / Double(all))
    }

    private var secondsLeft: Double? {
        guard let overall, overall > 0.01, overall < 1, let pace = board.moved.perSecond(at: now), pace > 0 else {
            return nil
        }
        let bytes = Double(board.tables.reduce(0) { $0 + $1.bytes })
        return bytes * (1 - min(1, overall)) / pace
    }

    /// Each piece of work as cells, its name first.
    private var work: [[String]] {
        var rows: [[String]] = []
        for table in board.tables where table.isMoving {
            var cells = [table.name, Units.count(table.movedRows, "row")]
            let fraction = board.fraction(of: table)
            cells.append(fraction.map(Units.percent) ?? "")
            let pace = table.moved.perSecond(at: now)
            cells.append(pace.map(Units.rate) ?? "")
            if let fraction, let pace, pace > 0, fraction > 0.01 {
                cells.append("\(Units.duration(Double(table.bytes) * (1 - fraction) / pace)) left")
            }
            rows.append(cells)
        }
        rows += board.builds.map(Self.build)
        for table in board.tables where table.isReadingBack {
            let pace = table.readBack.perSecond(at: now)
            rows.append([
                table.name, "read back", Units.count(table.readBackRows, "row"), pace.map(Units.rate) ?? "",
            ])
        }
        return rows
    }

    private static func build(_ build: IndexProgress) -> [String] {
        // The server says "building index: loading tuples"; that an index is built is said already.
        let phase = build.phase.hasPrefix("building index: ") ? String(build.phase.dropFirst(16)) : build.phase
        var cells = [build.index.description.shown, phase.shown, build.fraction.map(Units.percent) ?? ""]
        cells.append("\(Units.duration(build.seconds)) so far")
        if let left = build.secondsLeft { cells.append("\(Units.duration(left)) left") }
        return cells.filter { !$0.isEmpty }
    }
}

/// Columns that text takes on a terminal.
enum TextWidth {
    /// Columns of all characters together.
    static func of(_ text: some StringProtocol) -> Int { text.reduce(0) { $0 + of($1) } }

    /// East Asian wide characters and most emoji take two columns (Unicode Standard Annex 11).
    static func of(_ character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        switch scalar.value {
        case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60,
            0xffe0...0xffe6, 0x1f300...0x1faff, 0x20000...0x3fffd:
            return 2
        default: return 1
        }
    }

    /// The text, cut to `width` columns with an ellipsis where it is longer.
    static func cut(_ text: String, to width: Int) -> String {
        guard of(text) > width else { return text }
        var kept = ""
        var used = 0
        for character in text {
            used += of(character)
            if used > width - 1 { break }
            kept.append(character)
        }
        return kept + "\u{2026}"
    }

    /// The text, cut or filled up with spaces to `width` columns.
    static func padded(_ text: String, to width: Int) -> String {
        let cut = cut(text, to: width)
        return cut + String(repeating: " ", count: max(0, width - of(cut)))
    }
}
