import Ferry

/// What is known of a running job, gathered from its events. A plain value: the clock is a parameter.
struct ProgressBoard {
    /// One table pair at work.
    struct Table {
        /// As it is shown, without control characters.
        var name: String
        /// -1 where unknown, or where only a part of the table is copied.
        var estimatedRows: Int
        /// Heap and TOAST on the source.
        var bytes: Int
        /// All of its chunks.
        var chunks: Int
        /// Those that are committed.
        var doneChunks = 0
        /// As the chunks that are committed counted them.
        var committedRows = 0
        /// Bytes of the stream that went over, committed or not.
        var moved = Meter()
        /// Rows that went over; those of a chunk that is tried again count again.
        var movedRows = 0
        /// Bytes of the stream that were read back.
        var readBack = Meter()
        /// Rows that were read back.
        var readBackRows = 0
        /// Whether all its chunks are committed.
        var isLoaded = false

        /// Whether rows have gone over and more are to come.
        var isMoving: Bool { movedRows > 0 && !isLoaded }
        /// Whether rows have been read back and more are to come.
        var isReadingBack: Bool { readBackRows > 0 && !(isLoaded && readBackRows >= max(committedRows, 1)) }
    }

    /// The last one that began; nil before the first.
    private(set) var stage: Stage?
    /// In the plan's order.
    private(set) var tables: [Table] = []
    /// Builds that go on, in the order in which they began.
    private(set) var builds: [IndexProgress] = []
    /// Indexes that are built.
    private(set) var builtIndexes = 0
    /// Indexes that there are to build.
    private(set) var allIndexes = 0
    /// Bytes of the stream that went over, of all tables.
    private(set) var moved = Meter()
    /// Bytes of the stream that were read back, of all tables.
    private(set) var readBack = Meter()
    /// What verify read, on both sides together.
    private(set) var compared = Meter()
    /// Committed by this process or an earlier one.
    private(set) var doneChunks = 0
    /// Of all tables.
    private(set) var allChunks = 0
    /// Whether an earlier process did a part, so that this one's rows are not all of them.
    private(set) var isResumed = false

    /// Knows nothing yet.
    init() {}

    /// Takes an event.
    ///
    /// - Parameter now: Seconds on any clock that does not go back.
    mutating func take(_ event: Event, at now: Double) {
        switch event {
        case .began(let stage): self.stage = stage
        case .planned(let plan):
            tables = plan.pairs.map { pair in
                Table(
                    name: pair.name.description.shown, estimatedRows: pair.filter.isAll ? pair.estimatedRows : -1,
                    bytes: pair.bytes, chunks: pair.chunkCount)
            }
            allChunks = plan.pairs.reduce(0) { $0 + $1.chunkCount }
            allIndexes = plan.pairs.flatMap(\.indexes).filter { $0.action != .keep }.count
        case .resumed(_, let done, let all, _):
            isResumed = done > 0
            doneChunks += done
            allChunks = all
        case .moved(let pair, let rows, let bytes):
            moved.add(bytes, at: now)
            change(pair) { table in
                table.moved.add(bytes, at: now)
                table.movedRows += rows
            }
        case .chunkDone(let chunk, let digest):
            doneChunks += 1
            change(chunk.pair) { table in
                table.doneChunks += 1
                table.committedRows += digest.rows
            }
        case .pairLoaded(let pair): change(pair) { $0.isLoaded = true }
        case .indexProgress(let progress):
            if let place = builds.firstIndex(where: { $0.index == progress.index }) {
                builds[place] = progress
            } else {
                builds.append(progress)
            }
        case .indexBuilt(_, let name, _):
            builds.removeAll { $0.index == name }
            builtIndexes += 1
        case .readBack(let pair, let rows, let bytes):
            readBack.add(bytes, at: now)
            change(pair) { table in
                table.readBack.add(bytes, at: now)
                table.readBackRows += rows
            }
        case .compared(_, _, let bytes): compared.add(bytes, at: now)
        case .ended, .indexesToBuild, .buildEnded, .retry, .warning, .found: break
        }
    }

    /// How much of the copy is done, from 0 to 1.
    var fraction: Double { allChunks > 0 ? min(1, Double(doneChunks) / Double(allChunks)) : 0 }

    /// Tables that have all their chunks.
    var loadedTables: Int { tables.filter(\.isLoaded).count }

    /// How much of a table is over, where that can be told.
    func fraction(of table: Table) -> Double? {
        guard !isResumed else { return nil }
        if table.estimatedRows > 0 { return min(1, Double(table.movedRows) / Double(table.estimatedRows)) }
        return table.chunks > 1 ? Double(table.doneChunks) / Double(table.chunks) : nil
    }

    /// An unknown pair is nothing to die for.
    private mutating func change(_ pair: Int, _ body: (inout Table) -> Void) {
        if tables.indices.contains(pair) { body(&tables[pair]) }
    }
}
