internal import Synchronization

/// What one side of a table comes to: the digests of the slots of its key space, and of its bots.
struct TableSums: Sendable {
    /// By slot.
    var slots: [Digest]
    /// By the hash of the bot's name; nil where the table's bots are not told apart.
    var bots: BotSums?

    /// Of the whole table.
    var all: Digest { slots.reduce(.zero, +) }

    /// Of no rows.
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
    /// A chat has thousands of bots. A column with more values than this is no bot column, and is not worth the memory.
    static let most = 50_000

    /// By the bot's name, nil for rows of no bot.
    private(set) var digests: [String?: Digest] = [:]
    /// Whether there were more than can be told apart.
    private(set) var isOverfull = false
    /// Rows come bot by bot more often than not: the last one is at hand without a search.
    private var last: (bytes: [UInt8], name: String)?

    /// Adds a row.
    ///
    /// - Parameter bot: The bytes of the bot's name, nil for a row of none. They are read before this returns.
    mutating func add(_ row: UInt128, bot: UnsafeRawBufferPointer?) {
        guard !isOverfull else { return }
        add(Digest(rows: 1, sum: row), name(bot))
    }

    /// Adds other rows' sums; where those could not be told apart, these can't any more.
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

/// The sums of a range of rows, added to those of its table when the range was read to its end.
struct SumSink: Scan.RangeSink, ~Copyable {
    private let space: KeySpace
    private let total: SharedSums
    private var sums: TableSums
    private var fields: RowFields

    /// - Parameters:
    ///   - countsBots: Whether the rows' first field is the bot's name.
    ///   - total: Gets the sums of the range when it has ended.
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

    /// Hands the range's sums over.
    consuming func finish() { total.add(sums) }
}

/// Sums that many workers add to.
final class SharedSums: Sendable {
    private let sums: Mutex<TableSums>

    /// Begins with these.
    init(_ sums: TableSums) { self.sums = Mutex(sums) }

    /// Adds a range's, at once or not at all.
    func add(_ other: TableSums) { sums.withLock { $0.add(other) } }

    /// What has come together so far.
    var value: TableSums { sums.withLock { $0 } }
}
