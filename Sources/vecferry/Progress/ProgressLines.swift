import Ferry

/// A board as lines: a few that are redrawn on a terminal, or one now and then for a pipe.
struct ProgressLines {
    /// The state to show.
    let board: ProgressBoard
    /// Seconds on the clock of the board's events.
    let now: Double

    /// Lines of at most `width` columns, at most `height` of them: a heading, then one for each piece of work.
    func live(width: Int, height: Int) -> [String] {
        if let status = board.status { return StatusText(report: status).live(width: width, height: height) }
        guard height > 0, let heading else { return [] }
        let rows = work
        let room = max(0, height - 1)
        var shown = rows.prefix(rows.count <= room ? rows.count : max(0, room - 1)).map(\.self)
        let nameWidth = min(40, shown.map { TextWidth.of($0[0]) }.max() ?? 0)
        shown = shown.map { [TextWidth.padded($0[0], to: nameWidth)] + $0.dropFirst() }
        var lines = [heading] + shown.map { "  " + $0.joined(separator: "  ") }
        if rows.count > shown.count, room > 0 { lines.append("  and \(Units.count(rows.count - shown.count)) more") }
        // The last column stays free: a terminal that wraps there would need another line.
        return lines.map { TextWidth.cut($0, to: max(1, width - 1)) }
    }

    /// A sentence for a pipe.
    var plain: String? {
        if let status = board.status { return StatusText(report: status).plain }
        guard let heading else { return nil }
        guard !builds.isEmpty else { return heading + "." }
        let shown = builds.prefix(4).map { $0.joined(separator: " ") }.joined(separator: "; ")
        let more = builds.count > 4 ? " and \(Units.count(builds.count - 4)) more" : ""
        return "\(heading): \(shown)\(more)."
    }

    // MARK: The heading

    /// The stages in progress, the most important first: `Copying rows, …; 1 of 8 indexes built; 200 MB read back`.
    private var heading: String? {
        let isIndexing = board.isIndexing
        let isReadingBack = board.stages.contains(.verify)
        var parts: [String] = []
        if board.isCopying {
            parts.append(copying)
            if isIndexing { parts.append(built("index", "indexes")) }
        } else if isIndexing {
            parts.append("Building indexes, \(built())")
        }
        if isReadingBack, parts.isEmpty {
            parts.append(
                Self.list(["Reading the target back", Units.bytes(board.readBack.total), pace(board.readBack)]))
        } else if isReadingBack {
            parts.append("\(Units.bytes(board.readBack.total)) read back")
        }
        return parts.isEmpty ? soleStage : parts.joined(separator: "; ")
    }

    private var copying: String {
        var tables: String?
        // The tables that an earlier process copied are not known here.
        if board.tables.count > 1, !board.isResumed {
            tables = "\(Units.count(board.loadedTables)) of \(Units.count(board.tables.count, "table")) done"
        }
        // Once all rows are copied, the target still writes them to disk and gathers statistics.
        if board.isLoaded { return Self.list(["Copying rows", tables]) }
        return Self.list([
            "Copying rows", tables, overall.map(Units.percent), pace(board.moved),
            secondsLeft.map { "\(Units.duration($0)) left" },
        ])
    }

    /// The number of indexes that are built: `1 of 8 built`, or with a noun `1 of 8 indexes built`.
    private func built(_ singular: String? = nil, _ plural: String? = nil) -> String {
        let built = Units.count(board.builtIndexes)
        // Before the engine has counted the indexes, the total is unknown; never show "2 of 1".
        guard board.allIndexes >= max(board.builtIndexes, 1) else { return "\(built) built" }
        let all = singular.map { Units.count(board.allIndexes, $0, plural) } ?? Units.count(board.allIndexes)
        return "\(built) of \(all) built"
    }

    /// The heading of a stage that does not overlap with others.
    private var soleStage: String? {
        let bytes = board.compared.total
        let read = bytes > 0 ? "\(Units.bytes(bytes)) read" : nil
        switch board.stages.latest {
        case .compare: return Self.list(["Comparing both sides", read, pace(board.compared)])
        case .locate: return Self.list(["Locating the rows that differ", read, pace(board.compared)])
        case .repair: return "Repairing the target"
        case .search: return "Searching on both sides"
        case .tune: return "Trying settings and indexes"
        case .apply: return "Applying the choice"
        case .plan, .create, .prepare, .copy, .index, .verify, .finish, nil: return nil
        }
    }

    /// The larger of the share by chunks and the share by rows: chunks are exact but coarse, rows are fine but
    /// estimated.
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

    // MARK: The work

    /// Each piece of work as cells, its name first.
    private var work: [[String]] {
        var rows: [[String]] = []
        if board.isCopying { rows += board.tables.filter(\.isMoving).map(moving) }
        rows += builds
        if board.stages.contains(.verify) {
            rows += board.tables.filter { $0.isReadingBack(at: now) }.map { table in
                let rows = Units.count(table.readBackRows, "row")
                return Self.cells([table.name.shown, "\(rows) read back", pace(table.readBack)])
            }
        }
        return rows
    }

    private func moving(_ table: ProgressBoard.Table) -> [String] {
        let fraction = board.fraction(of: table)
        var left: String?
        if let fraction, let pace = table.moved.perSecond(at: now), pace > 0, fraction > 0.01 {
            left = "\(Units.duration(Double(table.bytes) * (1 - fraction) / pace)) left"
        }
        return Self.cells([
            table.name.shown, Units.count(table.movedRows, "row"), fraction.map(Units.percent), pace(table.moved), left,
        ])
    }

    private var builds: [[String]] {
        guard board.stages.contains(.index) else { return [] }
        return board.builds.map { build in
            // The server reports "building index: loading tuples", and the heading says already that indexes are built.
            let phase = build.phase.hasPrefix("building index: ") ? String(build.phase.dropFirst(16)) : build.phase
            return Self.cells([
                build.index.description.shown, phase.shown, build.fraction.map(Units.percent),
                "\(Units.duration(build.seconds)) so far", build.secondsLeft.map { "\(Units.duration($0)) left" },
            ])
        }
    }

    private func pace(_ meter: Meter) -> String? { meter.perSecond(at: now).map(Units.rate) }

    private static func list(_ parts: [String?]) -> String { cells(parts).joined(separator: ", ") }

    private static func cells(_ cells: [String?]) -> [String] { cells.compactMap(\.self) }
}
