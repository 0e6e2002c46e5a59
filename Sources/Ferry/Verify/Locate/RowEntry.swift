/// The entry of a row while differences are located: 48 bytes.
struct RowEntry: Sendable, Equatable {
    /// The hash of its key, or of the whole row where the table has none.
    var key: UInt128
    /// The hash of its columns.
    var row: UInt128
    /// The place on its side.
    var place: RowPlace
    /// Whether it belongs to a bot that only its side has.
    var isOfLoneBot = false

    /// Orders entries by key, then by content, then by place.
    static func precedes(_ left: RowEntry, _ right: RowEntry) -> Bool {
        if left.key != right.key { return left.key < right.key }
        if left.row != right.row { return left.row < right.row }
        return left.place < right.place
    }
}

/// One row that differs.
struct Difference: Sendable, Equatable {
    /// The kind of difference.
    var kind: Finding.Kind
    /// The row on the source, if the source has it.
    var source: RowEntry?
    /// The row on the target, if the target has it.
    var target: RowEntry?
    /// The number of rows with this key on the source: more than one only without a key.
    var sourceCopies: Int
    /// The number of rows with this key on the target: more than one only without a key.
    var targetCopies: Int

    /// Whether the row is on one side only, as is its bot.
    var isOfLoneBot: Bool {
        switch kind {
        case .missing: source?.isOfLoneBot == true
        case .extra: target?.isOfLoneBot == true
        case .differs: false
        }
    }
}

/// Compares the rows of both sides in one part of the key space.
enum EntryDiff {
    /// Calls `body` for each row that differs, in the order of the keys' hashes. Sorts both lists.
    ///
    /// Rows of one key are paired as multisets: equal rows cancel, one for one; of the rest, a row of each side makes one that
    /// differs, and the remaining rows are missing or extra. This holds for keys that are not unique as well.
    static func run(
        _ source: inout [RowEntry], _ target: inout [RowEntry], _ body: (Difference) throws(FerryError) -> Void
    ) throws(FerryError) {
        source.sort(by: RowEntry.precedes)
        target.sort(by: RowEntry.precedes)
        var (left, right) = (0, 0)
        while left < source.count || right < target.count {
            let key: UInt128 =
                if left == source.count {
                    target[right].key
                } else if right == target.count {
                    source[left].key
                } else {
                    min(source[left].key, target[right].key)
                }
            let (leftStart, rightStart) = (left, right)
            while left < source.count, source[left].key == key { left += 1 }
            while right < target.count, target[right].key == key { right += 1 }
            try report(source[leftStart..<left], target[rightStart..<right], body)
        }
    }

    private static func report(
        _ source: ArraySlice<RowEntry>, _ target: ArraySlice<RowEntry>, _ body: (Difference) throws(FerryError) -> Void
    ) throws(FerryError) {
        if source.count == 1, target.count == 1, source.first?.row == target.first?.row { return }
        let (onlySource, onlyTarget) = unequal(source, target)
        for position in 0..<max(onlySource.count, onlyTarget.count) {
            let left = position < onlySource.count ? onlySource[position] : nil
            let right = position < onlyTarget.count ? onlyTarget[position] : nil
            try body(
                Difference(
                    kind: left == nil ? .extra : right == nil ? .missing : .differs, source: left, target: right,
                    sourceCopies: source.count, targetCopies: target.count))
        }
    }

    /// The rows of each side that remain after equal rows cancel.
    private static func unequal(
        _ source: ArraySlice<RowEntry>, _ target: ArraySlice<RowEntry>
    ) -> ([RowEntry], [RowEntry]) {
        var (onlySource, onlyTarget): ([RowEntry], [RowEntry]) = ([], [])
        var (left, right) = (source.startIndex, target.startIndex)
        while left < source.endIndex || right < target.endIndex {
            if right == target.endIndex || (left < source.endIndex && source[left].row < target[right].row) {
                onlySource.append(source[left])
                left += 1
            } else if left == source.endIndex || target[right].row < source[left].row {
                onlyTarget.append(target[right])
                right += 1
            } else {
                left += 1
                right += 1
            }
        }
        return (onlySource, onlyTarget)
    }
}
