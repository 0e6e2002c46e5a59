/// Locates every row of one table that differs, in memory that does not grow with the number of them.
///
/// Invariants:
/// - Only rows of slots whose digests differ are kept, and never more than ``budget`` of both sides together, except for rows
///   with the same key hash (copies of one row in a table without a key).
/// - Every row is in exactly one slot, so each row that differs is reported exactly once, however often the table is read.
/// - All reads are in the snapshots of the comparison: the counts are exact.
struct Locator {
    /// The default of the most entries to keep, 48 bytes each: about 7 MB, and half of it again while they are sorted. Measured
    /// on two million rows that all differ, the whole process stays under 64 MiB.
    static let budget = 150_000
    /// The most slots of one read, 32 bytes each for each side and each stream: about 2 MB a stream.
    static let slots = 1 << 16
    /// The number of hash bits beyond which rows that share a slot share their key.
    static let mostBits = 60

    /// The snapshots to read in.
    let sides: BothSides
    /// The one table whose digests differ.
    let table: ComparedTable
    /// The bytes of heap and TOAST in one range.
    let chunkBytes: Int
    /// The most rows of both sides to keep at a time.
    var budget = Locator.budget
    /// The bots that only one side has. Rows that only the target has, as it has their bot, are left out unless the table counts
    /// them; a row whose key the source has too was not made by its application, and differs.
    var loneBots: [Side: Set<String>] = [:]

    /// Locates the rows.
    ///
    /// - Parameters:
    ///   - sums: The digests of each slot of `space`, by side.
    ///   - body: Takes each row that differs.
    func run(
        _ space: KeySpace, _ sums: [Side: [Digest]], _ body: (Difference) throws(FerryError) -> Void
    ) throws(FerryError) {
        guard let source = sums[.source], let target = sums[.target] else { return }
        let slots = source.indices.filter { source[$0] != target[$0] }
        let rows = { (slots: [Int]) in
            Rows(
                source: slots.reduce(0) { $0 + source[$1].rows }, target: slots.reduce(0) { $0 + target[$1].rows })
        }
        let all = rows(slots)
        guard all.both > budget else { return try collect(space.part(slots, slotBits: 0), all, body) }

        // Where few rows differ, a finer cut leaves out most of the others at the cost of one more read.
        let bits = Int((Double(Self.slots) / Double(slots.count)).exponent)
        let isSparse = slots.count * 2 <= source.count || slots.count == 1
        if bits >= 1, isSparse, space.prefixBits + space.slotBits + bits <= Self.mostBits {
            return try refine(space.part(slots, slotBits: bits), body)
        }
        var group: [Int] = []
        var groupRows = 0
        for slot in slots + [-1] {
            let next = slot < 0 ? 0 : rows([slot]).both
            if !group.isEmpty, slot < 0 || groupRows + next > budget {
                let part = space.part(group, slotBits: 0)
                if groupRows > budget, part.prefixBits + 12 <= Self.mostBits {
                    try refine(space.part(group, slotBits: 12), body)
                } else {
                    try collect(part, rows(group), body)
                }
                (group, groupRows) = ([], 0)
            }
            group.append(slot)
            groupRows += next
        }
    }

    /// The numbers of rows in a part of the space.
    private struct Rows {
        var source: Int
        var target: Int
        var both: Int { source + target }
    }

    private func refine(_ space: KeySpace, _ body: (Difference) throws(FerryError) -> Void) throws(FerryError) {
        let empty = TableSums(slotCount: space.slotCount, countsBots: false)
        let shared = [Side.source: SharedSums(empty), .target: SharedSums(empty)]
        let table = table
        try Scan(sides: sides).run(tasks(leading: [])) { side, _ in
            SumSink(table, space: space, countsBots: false, total: shared[side] ?? SharedSums(empty))
        }
        try run(space, shared.mapValues { $0.value.slots }, body)
    }

    private func collect(
        _ space: KeySpace, _ rows: Rows, _ body: (Difference) throws(FerryError) -> Void
    ) throws(FerryError) {
        guard rows.both > 0 else { return }
        let source = EntryCollector(rows: rows.source)
        let target = EntryCollector(rows: rows.target)
        let (table, bots) = (table, loneBots)
        let hasBots = bots.values.contains { !$0.isEmpty }
        try Scan(sides: sides).run(tasks(leading: hasBots ? [.place, .bot] : [.place])) { side, task in
            EntrySink(
                table, side, task, space: space, loneBots: hasBots ? bots[side] ?? [] : nil,
                collector: side == .source ? source : target)
        }
        var left = source.take()
        var right = target.take()
        try EntryDiff.run(&left, &right) { difference throws(FerryError) in
            let isOthers = !table.countsTargetBots && difference.kind == .extra && difference.isOfLoneBot
            guard !isOthers else { return }
            try body(difference)
        }
    }

    private func tasks(leading: [RowQuery.Leading]) -> [Side: [ScanTask]] {
        var tasks: [Side: [ScanTask]] = [:]
        for side in Side.allCases {
            tasks[side] = table.tasks(
                side, leading: leading, server: sides[side].catalog.server, chunkBytes: chunkBytes)
        }
        return tasks
    }
}
