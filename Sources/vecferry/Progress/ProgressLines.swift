import Ferry

/// A board as lines: a few that are redrawn on a terminal, or one now and then for a pipe.
struct ProgressLines {
    /// The state to show.
    let board: ProgressBoard
    /// Seconds on the clock of the board's events.
    let now: Double

    /// The most lines, for any number of tables and on any terminal.
    private static let most = 10

    private var forecast: Forecast { Forecast(board: board, now: now) }

    /// Lines of at most `width` columns, at most `height` of them: what is done and what is left of all, then a line for each piece of work.
    func live(width: Int, height: Int) -> [String] {
        // The last column stays free: a terminal that wraps there would need another line.
        let width = max(1, width - 1)
        if let status = board.status { return StatusText(report: status).live(width: width, height: height) }
        let height = min(height, Self.most)
        guard height > 0, !heading.isEmpty else { return [] }
        var lines = [heading.fitting(width)]
        lines += outages.map { $0.fitting(width, separator: " ") }
        if !amounts.isEmpty { lines.append("  " + amounts.fitting(width - 2)) }
        lines = Array(lines.prefix(height))
        let rows = work
        let room = height - lines.count
        let shown = rows.prefix(rows.count <= room ? rows.count : max(0, room - 1))
        let nameWidth = min(max(8, min(40, width / 2 - 2)), shown.map { TextWidth.of($0.name) }.max() ?? 0)
        for row in shown {
            let name = TextWidth.padded(TextWidth.ending(row.name, in: nameWidth), to: nameWidth)
            lines.append("  " + name + "  " + row.parts.fitting(max(1, width - nameWidth - 4)))
        }
        if rows.count > shown.count, room > 0 { lines.append("  and \(Units.count(rows.count - shown.count)) more") }
        return lines.map { TextWidth.cut($0, to: width) }
    }

    /// A sentence for a pipe.
    var plain: String? {
        if let status = board.status { return StatusText(report: status).plain }
        guard !heading.isEmpty else { return nil }
        let parts =
            [heading.joined(), amounts.isEmpty ? nil : amounts.joined()].compactMap(\.self)
            + outages.map { $0.joined(" ") }
        let line = parts.joined(separator: "; ")
        guard !builds.isEmpty else { return line + "." }
        let shown = builds.prefix(4).map { "\($0.name) \($0.parts.joined(" "))" }.joined(separator: "; ")
        let more = builds.count > 4 ? " and \(Units.count(builds.count - 4)) more" : ""
        return "\(line): \(shown)\(more)."
    }

    // MARK: All of it

    /// What is done, how far it is, and how long it may take.
    private var heading: Parts {
        var parts = Parts()
        if board.isCopying {
            parts.add("Copying rows", short: "Copying", rank: 0)
            parts.add(phase(1), rank: 4)
            if !board.isLoaded { parts.add(Units.percent(forecast.copied), rank: 1) }
            addLeft(to: &parts)
        } else if board.isIndexing {
            parts.add("Building indexes", short: "Building", rank: 0)
            parts.add(phase(2), rank: 4)
            parts.add(built, rank: 1)
            addLeft(to: &parts)
        } else if board.stages.contains(.verify) {
            parts.add("Reading the target back", short: "Reading back", rank: 0)
            parts.add(phase(3), rank: 4)
            addLeft(to: &parts)
        } else {
            addSoleStage(to: &parts)
        }
        guard !parts.isEmpty else { return parts }
        if let began = board.began, now - began >= 1 {
            parts.add("\(Units.duration(now - began)) so far", rank: 3)
        }
        return parts
    }

    /// The bytes, the pace, and the other stages in progress.
    private var amounts: Parts {
        var parts = Parts()
        if board.isCopying {
            let (copied, all) = forecast.bytes
            if all > 0 { parts.add("\(Units.bytes(copied)) of \(Units.bytes(all))", rank: 1) }
            if !board.isLoaded {
                parts.add(pace(board.moved), rank: 0)
                parts.add(average, rank: 6)
            }
            if board.tables.count > 1, !board.isResumed {
                parts.add(
                    "\(Units.count(board.loadedTables)) of \(Units.count(board.tables.count, "table"))", rank: 2)
            }
            let inFlight = board.chunksInFlight.count
            if inFlight > 0 { parts.add("\(Units.count(inFlight, "chunk")) in flight", rank: 5) }
            if case .yields(let count, of: let all, because: _)? = board.streams {
                parts.add("yields, \(count) of \(Units.count(all, "stream"))", rank: 5)
            }
            if board.workerCount > 0 {
                parts.add("\(Units.count(board.workerCount, "worker")) on other hosts", rank: 5)
            }
            if board.isIndexing { parts.add(built, rank: 3) }
            if board.stages.contains(.verify) { parts.add(readBack, rank: 4) }
        } else if board.isIndexing || board.stages.contains(.verify) {
            if board.stages.contains(.verify) {
                parts.add(readBack, rank: 0)
                parts.add(pace(board.readBack), rank: 1)
            }
        } else if [.compare, .locate].contains(board.stages.latest) {
            let (done, all) = board.scannedBytes
            if all > 0 { parts.add("\(Units.bytes(done)) of \(Units.bytes(all))", rank: 0) }
            parts.add(pace(board.compared), rank: 1)
        }
        return parts
    }

    private func addSoleStage(to parts: inout Parts) {
        switch board.stages.latest {
        case .compare:
            parts.add("Comparing both sides", short: "Comparing", rank: 0)
            addScan(to: &parts)
        case .locate:
            parts.add("Locating the rows that differ", short: "Locating", rank: 0)
            addScan(to: &parts)
        case .repair: parts.add("Repairing the target", rank: 0)
        case .search: parts.add("Searching on both sides", rank: 0)
        case .tune: parts.add("Trying settings and indexes", rank: 0)
        case .apply: parts.add("Applying the choice", rank: 0)
        case .plan, .create, .prepare, .copy, .index, .verify, .finish, nil: break
        }
    }

    private func addScan(to parts: inout Parts) {
        parts.add(board.scannedShare.map(Units.percent), rank: 1)
        guard !isOut, let left = forecast.compareLeft else { return }
        parts.add("about \(Units.duration(left)) left", short: "\(Self.inShort(left)) left", rank: 2)
    }

    /// `phase 1 of 3`: rows, indexes if there are any, reading back. An index step has no others.
    private func phase(_ number: Int) -> String? {
        guard !board.tables.isEmpty else { return nil }
        let hasIndexes = board.allIndexes > 0
        guard hasIndexes || number != 2 else { return nil }
        return hasIndexes ? "phase \(number) of 3" : "phase \(min(number, 2)) of 2"
    }

    private func addLeft(to parts: inout Parts) {
        guard !board.tables.isEmpty, !isOut, let left = forecast.left else { return }
        // What takes no time may yet wait for the target.
        guard left.seconds >= 1 else { return }
        parts.add(
            "\(left.isLeast ? "more than" : "about") \(Units.duration(left.seconds)) left",
            short: "\(left.isLeast ? ">" : "")\(Self.inShort(left.seconds)) left", rank: 2)
    }

    /// A duration in its largest unit.
    private static func inShort(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "?" }
        return switch Int(seconds.rounded()) {
        case ..<60: "\(Int(seconds.rounded())) s"
        case ..<3600: "\(Int(seconds) / 60) min"
        default: "\(Units.count(Int(seconds) / 3600)) h"
        }
    }

    /// Whether a server can't be reached: paces, and what follows from them, mean nothing then.
    private var isOut: Bool { board.outages.all.contains { $0.isWorthTelling(at: now) } }

    /// `1 of 8 indexes built`
    private var built: String {
        // Before the engine has counted the indexes, the total is unknown; never show "2 of 1".
        guard board.allIndexes >= max(board.builtIndexes, 1) else {
            return "\(Units.count(board.builtIndexes, "index", "indexes")) built"
        }
        return "\(Units.count(board.builtIndexes)) of \(Units.count(board.allIndexes, "index", "indexes")) built"
    }

    private var readBack: String { "\(Units.bytes(board.readBack.total)) read back" }

    /// The pace since the beginning, where the present one differs by more than a tenth.
    private var average: String? {
        guard !isOut, let began = board.moved.first, now - began > 10, let pace = board.moved.perSecond(at: now) else {
            return nil
        }
        let average = Double(board.moved.total) / (now - began)
        return abs(average - pace) > pace / 10 ? "\(Units.rate(average)) on average" : nil
    }

    /// `Target unreachable for 6 s; try 4 of 8 in 2 s`
    private var outages: [Parts] {
        board.outages.all.filter { $0.isWorthTelling(at: now) }.map { outage in
            var parts = Parts()
            parts.add("\(outage.name) unreachable", rank: 0)
            parts.add("for \(Self.inShort(now - outage.since));", rank: 2)
            parts.add("try \(outage.attempt) of \(outage.attempts)", rank: 1)
            let wait = outage.nextTry - now
            if wait > 0 { parts.add("in \(Self.inShort(wait.rounded(.up)))", rank: 3) }
            return parts
        }
    }

    // MARK: The work

    /// One piece of work.
    private struct Row {
        var name: String
        var parts = Parts()
    }

    private var work: [Row] {
        var rows: [Row] = []
        if board.isCopying { rows += board.tables.filter(\.isMoving).map(moving) }
        rows += builds
        if board.stages.contains(.verify), !isOut {
            rows += board.tables.filter { $0.isReadingBack(at: now) }.map { table in
                var row = Row(name: table.name.shown)
                row.parts.add(
                    "\(Units.count(table.readBackRows, "row")) read back",
                    short: "\(Units.count(table.readBackRows)) read", rank: 0)
                row.parts.add(pace(table.readBack), rank: 1)
                return row
            }
        }
        if [.compare, .locate].contains(board.stages.latest) {
            rows += board.scans.filter { now - $0.last <= 3 }.map { scan in
                var row = Row(name: scan.name.shown)
                row.parts.add("\(Units.bytes(scan.bytes)) read", rank: 0)
                return row
            }
        }
        return rows
    }

    private func moving(_ table: ProgressBoard.Table) -> Row {
        var row = Row(name: table.name.shown)
        let fraction = board.fraction(of: table)
        var left: String?
        if let fraction, !isOut, let pace = table.moved.perSecond(at: now), pace > 0, fraction > 0.01 {
            let seconds = Double(table.bytes) * (1 - fraction) / pace
            // What takes no time may yet wait for the target.
            if seconds >= 1 { left = "\(Units.duration(seconds)) left" }
        }
        row.parts.add(fraction.map(Units.percent), rank: 0)
        row.parts.add(Units.count(table.movedRows, "row"), rank: fraction == nil ? 0 : 3)
        row.parts.add(pace(table.moved), rank: 2)
        row.parts.add(left, rank: 1)
        return row
    }

    /// The builds; none while the target can't be reached, since nothing is known of them then.
    private var builds: [Row] {
        guard board.stages.contains(.index), !board.outages.all.contains(where: { $0.side == .target }) else {
            return []
        }
        return board.builds.map { build in
            var row = Row(name: build.index.description.shown)
            // The server reports "building index: loading tuples", and the heading says already that indexes are built.
            let phase = build.phase.hasPrefix("building index: ") ? String(build.phase.dropFirst(16)) : build.phase
            row.parts.add(build.fraction.map(Units.percent), rank: 0)
            row.parts.add(phase.shown, rank: build.fraction == nil ? 0 : 3)
            row.parts.add("\(Units.duration(build.seconds)) so far", rank: 2)
            row.parts.add(build.secondsLeft.map { "\(Units.duration($0)) left" }, rank: 1)
            return row
        }
    }

    private func pace(_ meter: Meter) -> String? { isOut ? nil : meter.perSecond(at: now).map(Units.rate) }
}
