internal import Synchronization

/// Collects the entries of the rows in one part of the key space, on one side.
final class EntryCollector: Sendable {
    private struct State {
        var entries: [RowEntry] = []
        var begun: Set<ScanTask.Range> = []
    }

    private let state: Mutex<State>

    /// - Parameter rows: The number of rows to expect, from the sums.
    init(rows: Int) {
        var initial = State()
        initial.entries.reserveCapacity(rows)
        state = Mutex(initial)
    }

    /// Begins a range: discards the entries of an earlier try.
    func begin(_ task: ScanTask) {
        state.withLock { state in
            let isFirst = state.begun.insert(task.range).inserted
            if !isFirst { state.entries.removeAll { task.range.contains($0.place) } }
        }
    }

    /// Adds entries of a range that has begun.
    func add(_ new: [RowEntry]) { state.withLock { $0.entries.append(contentsOf: new) } }

    /// Removes and returns all entries, in no order.
    func take() -> [RowEntry] {
        state.withLock { state in
            defer { state.entries = [] }
            return state.entries
        }
    }
}

/// Adds the entries of a range's rows to a collector, many at a time.
struct EntrySink: Scan.RangeSink, ~Copyable {
    private static let batch = 1024

    private let space: KeySpace
    private let side: Side
    private let leaf: UInt32
    private let collector: EntryCollector
    private let loneBots: Set<String>?
    private var fields: RowFields
    private var batch: [RowEntry] = []
    private var lacksPlace = false

    /// Begins the range, and discards the entries of an earlier try.
    ///
    /// - Parameter loneBots: The bots that only this side has; nil if the rows' second field is not their bot.
    init(
        _ table: ComparedTable, _ side: Side, _ task: ScanTask, space: KeySpace, loneBots: Set<String>?,
        collector: EntryCollector
    ) {
        self.space = space
        self.collector = collector
        self.side = side
        self.loneBots = loneBots
        leaf = UInt32(task.range.leaf)
        fields = RowFields(
            leading: loneBots == nil ? 1 : 2, columns: table.columns.count, key: table.keyPositions)
        batch.reserveCapacity(Self.batch)
        collector.begin(task)
    }

    /// Keeps a row that is in the part of the space.
    mutating func take(_ row: UnsafeRawBufferPointer) {
        let (key, hash) = fields.hashes(of: row)
        guard space.slot(of: key) != nil else { return }
        guard let place = RowFields.place(fields.leadingField(0, of: row)) else {
            lacksPlace = true
            return
        }
        var entry = RowEntry(key: key, row: hash, place: RowPlace(leaf: leaf, place: place))
        if let loneBots, !loneBots.isEmpty, let bot = fields.leadingField(1, of: row) {
            entry.isOfLoneBot = loneBots.contains(String(decoding: bot, as: UTF8.self))
        }
        batch.append(entry)
        if batch.count == Self.batch { flush() }
    }

    private mutating func flush() {
        collector.add(batch)
        batch.removeAll(keepingCapacity: true)
    }

    /// Adds the last entries.
    ///
    /// - Throws: ``FerryError/Code/malformedStream`` if a row had no place.
    consuming func finish() throws(FerryError) {
        flush()
        if lacksPlace { throw FerryError(.malformedStream, "The server sent a row without its ctid.", side: side) }
    }
}
