/// Reads all tables on both sides at the same time and computes their sums.
struct Comparer {
    /// The snapshots to read in.
    let sides: BothSides
    /// The tables, each at the position of its number.
    let tables: [ComparedTable]
    /// The bytes of heap and TOAST in one range.
    let chunkBytes: Int

    /// The sums of one table.
    struct Result: Sendable {
        /// The slots over which the table's rows are spread.
        var space: KeySpace
        /// The sums of each side.
        var sums: [Side: TableSums]
        /// Digests of the bots that only the target has, where their rows are no differences.
        var targetBots: [String: Digest] = [:]

        /// The digest of the table's rows on a side, without those of ``targetBots``.
        func digest(_ side: Side) -> Digest {
            let all = sums[side]?.all ?? .zero
            return side == .source ? all : targetBots.values.reduce(all, -)
        }
        /// Whether both sides hold the same rows.
        var isSame: Bool { digest(.source) == digest(.target) }
    }

    /// The most slots of all tables together: 32 bytes each, for each side.
    private static let slots = 1 << 17
    /// The approximate number of rows that is worth a slot.
    private static let rowsPerSlot = 64

    /// Reads all tables.
    ///
    /// - Returns: The results by table number, and the bytes of COPY data read from each side.
    func run() throws(FerryError) -> (results: [TableNumber: Result], bytes: [Side: Int]) {
        let spaces = tables.map { KeySpace(slotBits: slotBits($0)) }
        let shared = zip(tables, spaces).map { table, space in
            let empty = TableSums(slotCount: space.slotCount, countsBots: table.botScope != nil)
            return [Side.source: SharedSums(empty), .target: SharedSums(empty)]
        }
        var tasks: [Side: [ScanTask]] = [:]
        for side in Side.allCases {
            tasks[side] = tables.flatMap { table in
                table.tasks(
                    side, leading: table.botScope == nil ? [] : [.bot], server: sides[side].catalog.server,
                    chunkBytes: chunkBytes)
            }
        }
        let tables = tables
        let bytes = try Scan(sides: sides).run(tasks) { side, task in
            let table = tables[task.table.value]
            // Every table has sums for both sides.
            return SumSink(
                table, space: spaces[task.table.value], countsBots: table.botScope != nil,
                total: shared[task.table.value][side]!)
        }
        var results: [TableNumber: Result] = [:]
        for table in tables {
            var result = Result(
                space: spaces[table.number.value], sums: shared[table.number.value].mapValues { $0.value })
            if !table.countsTargetBots { result.leaveOutTargetBots() }
            results[table.number] = result
        }
        return (results, bytes)
    }

    private func slotBits(_ table: ComparedTable) -> Int {
        let rows = max(1, table.estimatedRows / Self.rowsPerSlot)
        let share = max(1, Self.slots / max(1, tables.count))
        return min(12, Int(Double(min(rows, share)).exponent))
    }
}

extension Comparer.Result {
    /// The bots that only one side has; none where a side has too many to count.
    var loneBots: [Side: Set<String>] {
        guard let source = sums[.source]?.bots, let target = sums[.target]?.bots, !source.isOverfull,
            !target.isOverfull
        else { return [:] }
        let (left, right) = (Set(source.digests.keys.compactMap(\.self)), Set(target.digests.keys.compactMap(\.self)))
        return [.source: left.subtracting(right), .target: right.subtracting(left)]
    }

    /// Leaves out the bots that the source does not hold: no copy brought them, and an application may have made them since.
    fileprivate mutating func leaveOutTargetBots() {
        for bot in loneBots[.target] ?? [] { targetBots[bot] = sums[.target]?.bots?.digests[bot] }
    }
}
