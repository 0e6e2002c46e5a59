internal import Synchronization

/// The hashes of the keys of some bots' rows.
enum BotKeys {
    typealias Keys = [Side: [String?: Set<UInt128>]]

    /// Reads the keys of these bots' rows on both sides.
    static func read(
        of bots: [String?], in table: ComparedTable, _ sides: BothSides, chunkBytes: Int
    ) throws(FerryError) -> Keys {
        guard !bots.isEmpty else { return [:] }
        let collected = Mutex<Keys>([:])
        var table = table
        // Rows of no bot can't be selected by name.
        if !bots.contains(nil) { table.filter = BotFilter(only: bots.compactMap(\.self), except: []) }
        var tasks: [Side: [ScanTask]] = [:]
        for side in Side.allCases {
            tasks[side] = table.tasks(side, leading: [.bot], server: sides[side].catalog.server, chunkBytes: chunkBytes)
        }
        let (wanted, columns) = (Set(bots), table.columns.count)
        try Scan(sides: sides).run(tasks) { side, _ in
            BotKeySink(wanted: wanted, columns: columns) { keys in
                collected.withLock { collected in
                    for (bot, keys) in keys { collected[side, default: [:]][bot, default: []].formUnion(keys) }
                }
            }
        }
        return collected.withLock { $0 }
    }
}

/// Collects the keys of one range, and hands them on when the range was read to its end.
private struct BotKeySink: Scan.RangeSink, ~Copyable {
    private let wanted: Set<String?>
    private let take: @Sendable ([String?: Set<UInt128>]) -> Void
    private var fields: RowFields
    private var keys: [String?: Set<UInt128>] = [:]

    init(wanted: Set<String?>, columns: Int, take: @escaping @Sendable ([String?: Set<UInt128>]) -> Void) {
        self.wanted = wanted
        self.take = take
        fields = RowFields(leading: 1, columns: columns, key: [])
    }

    mutating func take(_ row: UnsafeRawBufferPointer) {
        let hash = fields.hashes(of: row).row
        let bot = fields.leadingField(0, of: row).map { String(decoding: $0, as: UTF8.self) }
        if wanted.contains(bot) { keys[bot, default: []].insert(hash) }
    }

    consuming func finish() { take(keys) }
}
