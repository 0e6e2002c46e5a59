internal import Synchronization

/// The sums of one side of a table: the digests of the slots of its key space, and of its bots.
struct TableSums: Sendable {
    /// The digests by slot.
    var slots: [Digest]
    /// The digests by bot; nil where bots are not counted.
    var bots: BotSums?

    /// Digest of the whole table.
    var all: Digest { slots.reduce(.zero, +) }

    /// Makes the sums of no rows.
    init(slotCount: Int, countsBots: Bool) {
        slots = Array(repeating: .zero, count: slotCount)
        bots = countsBots ? BotSums() : nil
    }

    /// Adds other rows of the same table, cut into the same slots.
    mutating func add(_ other: TableSums) {
        for slot in slots.indices { slots[slot] += other.slots[slot] }
        if let theirs = other.bots { bots?.add(theirs) }
    }
}

/// The digests of each bot's rows.
struct BotSums: Sendable {
    /// The most bots to count. A chat has thousands of bots; a column with more values than this is not a bot column, and is
    /// not worth the memory.
    static let most = 50_000

    /// The digests by the bot's name, nil for rows of no bot.
    private(set) var digests: [String?: Digest] = [:]
    /// Whether there were more bots than are counted.
    private(set) var isOverfull = false
    /// The last bot. Rows often come bot by bot, so this saves a lookup.
    private var last: (bytes: [UInt8], name: String)?

    /// Adds a row.
    ///
    /// - Parameter bot: The bytes of the bot's name, nil for a row of none. They are read before this returns.
    mutating func add(_ row: UInt128, bot: UnsafeRawBufferPointer?) {
        guard !isOverfull else { return }
        add(Digest(rows: 1, sum: row), name(bot))
    }

    /// Adds the sums of other rows. If those are overfull, the result is too.
    mutating func add(_ other: BotSums) {
        if other.isOverfull { overflow() }
        for (name, digest) in other.digests { add(digest, name) }
    }

    private mutating func add(_ digest: Digest, _ name: String?) {
        guard !isOverfull else { return }
        digests[name, default: .zero] += digest
        if digests.count > Self.most { overflow() }
    }

    private mutating func overflow() {
        isOverfull = true
        digests = [:]
    }

    private mutating func name(_ bot: UnsafeRawBufferPointer?) -> String? {
        guard let bot else { return nil }
        if let last, last.bytes.elementsEqual(bot) { return last.name }
        let name = String(decoding: bot, as: UTF8.self)
        last = (Array(bot), name)
        return name
    }
}

/// Computes the sums of a range of rows, and adds them to those of its table when the range was read to its end.
struct SumSink: Scan.RangeSink, ~Copyable {
    private let space: KeySpace
    private let total: SharedSums
    private var sums: TableSums
    private var fields: RowFields

    /// - Parameters:
    ///   - countsBots: Whether the rows' first field is the bot's name.
    ///   - total: Takes the sums of the range when it has ended.
    init(_ table: ComparedTable, space: KeySpace, countsBots: Bool, total: SharedSums) {
        self.space = space
        self.total = total
        sums = TableSums(slotCount: space.slotCount, countsBots: countsBots)
        fields = RowFields(
            leading: countsBots ? 1 : 0, columns: table.columns.count,
            key: space.slotCount > 1 ? table.keyPositions : [])
    }

    /// Adds a row, if it is in the part of the space.
    mutating func take(_ row: UnsafeRawBufferPointer) {
        let (key, hash) = fields.hashes(of: row)
        guard let slot = space.slot(of: key) else { return }
        sums.slots[slot] += Digest(rows: 1, sum: hash)
        if sums.bots != nil { sums.bots?.add(hash, bot: fields.leadingField(0, of: row)) }
    }

    /// Adds the range's sums to those of its table.
    consuming func finish() { total.add(sums) }
}

/// Sums that many workers add to.
final class SharedSums: Sendable {
    private let sums: Mutex<TableSums>

    /// Starts with these sums.
    init(_ sums: TableSums) { self.sums = Mutex(sums) }

    /// Adds the sums of a range, in one step.
    func add(_ other: TableSums) { sums.withLock { $0.add(other) } }

    /// The sums so far.
    var value: TableSums { sums.withLock { $0 } }
}
