import Ferry

/// The state of running work, gathered from its events. A plain value: the clock is a parameter.
struct ProgressBoard {
    /// The progress of one table.
    struct Table {
        /// Its name in the plan.
        var name: String
        /// The planner's estimate; -1 where unknown, or where only a part of the table is copied.
        var estimatedRows: Int
        /// Bytes of heap and TOAST on the source.
        var bytes: Int
        /// The number of its chunks.
        var chunks: Int
        /// Chunks that are committed.
        var doneChunks = 0
        /// Rows of the chunks that are committed.
        var committedRows = 0
        /// Bytes of the stream, committed or not.
        var moved = Meter()
        /// Rows of the stream; those of a chunk that is tried again count again.
        var movedRows = 0
        /// Bytes that were read back.
        var readBack = Meter()
        /// Rows that were read back.
        var readBackRows = 0
        /// Whether all its chunks are on the target's disk.
        var isSettled = false

        /// Whether all its chunks are committed.
        var isLoaded: Bool { isSettled || chunks > 0 && doneChunks >= chunks }

        /// Whether rows were copied and more are to come.
        var isMoving: Bool { movedRows > 0 && !isLoaded }

        /// Whether rows of the table are being read back. False once as many were read as this process copied, or some
        /// time after the last of them: an earlier process may have copied rows that are not counted here.
        func isReadingBack(at now: Double) -> Bool {
            guard readBackRows > 0, let last = readBack.last else { return false }
            return now - last < 10 && !(isLoaded && readBackRows == committedRows)
        }
    }

    /// A relation that `verify` reads.
    struct Scan {
        /// Its name, and when rows of it came last.
        var name: String
        var last: Double
        /// Bytes of COPY data, on both sides together.
        var bytes = 0
    }

    /// The stages in progress.
    private(set) var stages = StagesUnderWay()
    /// The plan's tables, in its order.
    private(set) var tables: [Table] = []
    /// Builds that are running, in the order in which they began.
    private(set) var builds: [IndexProgress] = []
    /// Indexes that are built, with all their parts.
    private(set) var builtIndexes = 0
    /// Indexes to build; 0 until that is known.
    private(set) var allIndexes = 0
    /// Bytes of the stream, of all tables.
    private(set) var moved = Meter()
    /// Bytes that were read back, of all tables.
    private(set) var readBack = Meter()
    /// Bytes of COPY data that `verify` read, on both sides together.
    private(set) var compared = Meter()
    /// The relations that `verify` reads, the one that it came to last in the end.
    private(set) var scans: [Scan] = []
    /// When `verify` began to read what it reads now.
    private(set) var scanBegan: Double?
    /// Bytes of heap and TOAST on both sides together: those that are read, and all that are to be.
    private var scanned = (done: 0, all: 0)
    /// The chunks that streams move now.
    private(set) var chunksInFlight: Set<Chunk.ID> = []
    /// The servers that can't be reached.
    private(set) var outages = Outages()
    /// The time of the first event.
    private(set) var began: Double?
    /// Chunks committed by this process or an earlier one.
    private(set) var doneChunks = 0
    /// Chunks of all tables.
    private(set) var allChunks = 0
    /// Chunks that other processes of a worker's job have committed.
    private var doneElsewhere = 0
    /// Whether an earlier process did a part, so that this one's rows are not all of them.
    private(set) var isResumed = false

    /// The last change of the number of streams.
    private(set) var streams: StreamChange?
    /// The workers on other hosts, by number.
    private var workers: [Int: WorkerStatus] = [:]
    /// How many of them work.
    var workerCount: Int { workers.values.count { $0.state == .working } }

    /// What `status` found last; nil for other commands.
    private(set) var status: StatusReport?

    /// The time at which a build of each index last ended.
    private var buildEnds: [QualifiedName: Double] = [:]

    /// Takes an event.
    ///
    /// - Parameter now: Seconds on any clock that does not go back.
    mutating func take(_ event: Event, at now: Double) {
        began = began ?? now
        _ = outages.take(event, at: now)
        switch event {
        case .began(let stage): stages.begin(stage)
        case .ended(let stage): end(stage)
        case .planned(let plan): take(plan)
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
        case .chunkBegan(let chunk): chunksInFlight.insert(chunk.id)
        case .chunkDone(let chunk, let digest):
            chunksInFlight.remove(chunk.id)
            doneChunks += 1
            change(chunk.pair) { table in
                table.doneChunks += 1
                table.committedRows += digest.rows
            }
        case .pairLoaded(let pair): change(pair) { $0.isSettled = true }
        case .indexesToBuild(let count): allIndexes = count
        case .indexProgress(let progress): take(progress, at: now)
        case .buildEnded(let index): endBuild(of: index, at: now)
        case .indexBuilt(_, let name, _):
            endBuild(of: name, at: now)
            builtIndexes += 1
        case .readBack(let pair, let rows, let bytes):
            readBack.add(bytes, at: now)
            change(pair) { table in
                table.readBack.add(bytes, at: now)
                table.readBackRows += rows
            }
        case .scanning(let bytes):
            (scanned, scans, scanBegan) = ((0, bytes), [], now)
        case .compared(_, let relation, _, let bytes, let done):
            compared.add(bytes, at: now)
            scanned.done += done
            take(relation.description, bytes, at: now)
        case .status(let report): status = report
        case .elsewhere(let done): doneElsewhere = done
        case .worker(let worker): workers[worker.number] = worker
        case .streams(let change): streams = change
        case .retry, .warning, .found, .left: break
        }
    }

    /// The share of the copy that is done, from 0 to 1.
    var fraction: Double { allChunks > 0 ? min(1, Double(doneChunks + doneElsewhere) / Double(allChunks)) : 0 }

    /// The share of what `verify` reads now that is read, from 0 to 1; nil where there is nothing to read.
    var scannedShare: Double? { scanned.all > 0 ? min(1, Double(scanned.done) / Double(scanned.all)) : nil }

    /// What `verify` reads now, in bytes of heap and TOAST on both sides together.
    var scannedBytes: (done: Int, all: Int) { (min(scanned.done, scanned.all), scanned.all) }

    /// Tables of which this process committed the last chunk.
    var loadedTables: Int { tables.count(where: \.isLoaded) }

    /// Whether all tables have all their chunks, by this process or an earlier one.
    var isLoaded: Bool { allChunks > 0 && doneChunks >= allChunks || !tables.isEmpty && loadedTables == tables.count }

    /// Whether rows are being copied. If all are copied and later stages are in progress, they are not, even if the end
    /// of the copy was never reported.
    var isCopying: Bool {
        stages.contains(.copy) && !(isLoaded && (stages.contains(.index) || stages.contains(.verify)))
    }

    /// Whether indexes are being built; false if there are none to build.
    var isIndexing: Bool { stages.contains(.index) && allIndexes + builtIndexes + builds.count > 0 }

    /// The share of a table that is copied, from 0 to 1; nil if unknown.
    func fraction(of table: Table) -> Double? {
        guard !isResumed else { return nil }
        if table.estimatedRows > 0 { return min(1, Double(table.movedRows) / Double(table.estimatedRows)) }
        return table.chunks > 1 ? Double(table.doneChunks) / Double(table.chunks) : nil
    }

    private mutating func take(_ plan: Plan) {
        tables = plan.pairs.map { pair in
            Table(
                name: pair.name.description, estimatedRows: pair.estimatedRows,
                bytes: pair.bytes, chunks: pair.chunkCount)
        }
        allChunks = plan.pairs.reduce(0) { $0 + $1.chunkCount }
        allIndexes = plan.pairs.flatMap(\.indexes).count { $0.action != .keep }
    }

    private mutating func take(_ relation: String, _ bytes: Int, at now: Double) {
        // A database has thousands of tables, and streams are few.
        scans.removeAll { now - $0.last > 3 }
        if let place = scans.firstIndex(where: { $0.name == relation }) {
            scans[place].last = now
            scans[place].bytes += bytes
        } else {
            scans.append(Scan(name: relation, last: now, bytes: bytes))
        }
    }

    private mutating func take(_ progress: IndexProgress, at now: Double) {
        // The engine asks for progress on another thread, so an answer may come after the end of the build.
        if let end = buildEnds[progress.index], now - progress.seconds < end { return }
        if let place = builds.firstIndex(where: { $0.index == progress.index }) {
            builds[place] = progress
        } else {
            builds.append(progress)
        }
    }

    private mutating func endBuild(of index: QualifiedName, at now: Double) {
        builds.removeAll { $0.index == index }
        buildEnds[index] = now
    }

    private mutating func end(_ stage: Stage) {
        stages.end(stage)
        if stage == .index { builds = [] }
        if stage == .copy { chunksInFlight = [] }
    }

    /// Changes the table of a pair; ignores a pair that the plan does not have, since progress is no reason to crash.
    private mutating func change(_ pair: PairNumber, _ body: (inout Table) -> Void) {
        if tables.indices.contains(pair.value) { body(&tables[pair.value]) }
    }
}
