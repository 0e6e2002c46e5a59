import Ferry

/// How far a copy is, and how long it may take.
struct Forecast {
    /// The state of the work.
    let board: ProgressBoard
    /// Seconds on the clock of the board's events.
    let now: Double

    /// The larger of the share by chunks and the share by rows: chunks are exact but coarse, rows are fine but estimated.
    var copied: Double {
        let byChunks = board.fraction
        guard !board.isResumed, board.tables.allSatisfy({ $0.estimatedRows >= 0 }) else { return byChunks }
        let all = board.tables.reduce(0) { $0 + $1.estimatedRows }
        guard all > 0 else { return byChunks }
        let moved = board.tables.reduce(0) { $0 + min($1.movedRows, $1.estimatedRows) }
        return max(byChunks, Double(moved) / Double(all))
    }

    /// Bytes of heap and TOAST on the source: those that are copied, and all.
    var bytes: (copied: Int, all: Int) {
        let all = board.tables.reduce(0) { $0 + $1.bytes }
        return (board.isLoaded ? all : Int(Double(all) * min(1, copied)), all)
    }

    /// Seconds until all is done, and whether that is the least, since something is left whose time is not known: indexes that are not
    /// begun, or whose build does not say how far it is. nil where nothing is known.
    var left: (seconds: Double, isLeast: Bool)? {
        guard let rows = rowsLeft else { return nil }
        let unbegun = board.allIndexes - board.builtIndexes - board.builds.count
        let silent = board.builds.contains { $0.secondsLeft == nil }
        let builds = board.builds.compactMap(\.secondsLeft).max() ?? 0
        let readBack = readBackLeft
        return (rows + max(builds, readBack ?? 0), unbegun > 0 || silent || readBack == nil)
    }

    private var rowsLeft: Double? {
        guard board.isCopying, !board.isLoaded else { return 0 }
        guard copied > 0.01, let pace = board.moved.perSecond(at: now), pace > 0 else { return nil }
        let (copied, all) = bytes
        // The stream's bytes are those of the disk, more or less.
        return Double(all - copied) / pace
    }

    /// Seconds of reading back, at the pace that it has had so far; nil where nothing was read back, or it is not known how much is left.
    private var readBackLeft: Double? {
        guard !board.isResumed, let pace = board.readBack.perSecond(at: now), pace > 0 else { return nil }
        let sent = Double(board.moved.total) / max(copied, 0.01)
        return max(0, sent - Double(board.readBack.total)) / pace
    }

    /// Seconds until both sides are read; nil where nothing is known.
    var compareLeft: Double? {
        guard let share = board.scannedShare, share > 0.02, let begun = board.scanBegan else { return nil }
        return (now - begun) * (1 - share) / share
    }
}
