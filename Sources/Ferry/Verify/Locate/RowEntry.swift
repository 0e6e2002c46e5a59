/// What is kept of a row while differences are looked for: 48 bytes.
struct RowEntry: Sendable, Equatable {
    /// The hash of its key; of the whole row where the table has none.
    var key: UInt128
    /// The hash of its columns.
    var row: UInt128
    /// Where it is on its side.
    var place: RowPlace

    /// An order in which rows of one key are neighbours, and equal rows among them; ties go by place.
    static func precedes(_ left: RowEntry, _ right: RowEntry) -> Bool {
        if left.key != right.key { return left.key < right.key }
        if left.row != right.row { return left.row < right.row }
        return left.place < right.place
    }
}

/// One row that differs.
struct Difference: Sendable, Equatable {
    /// How it differs.
    var kind: Finding.Kind
    /// The row on the source, where it has it.
    var source: RowEntry?
    /// The row on the target, where it has it.
    var target: RowEntry?
    /// How many rows with this key each side has: more than one only without a key.
    var sourceCopies: Int
    /// See ``sourceCopies``.
    var targetCopies: Int
}

/// Tells the rows of two sides apart, of one part of the key space.
enum EntryDiff {
    /// Calls `body` for each row that differs, in the order of the keys' hashes. Sorts both lists.
    ///
    /// Rows of one key are paired as multisets: equal ones cancel, row for row; of the rest, one of each side make one that
    /// differs, and what is left over is missing or extra. So it is right for keys that are not unique as well.
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
            try tell(source[leftStart..<left], target[rightStart..<right], body)
        }
    }

    private static func tell(
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

    /// What is left of each side when equal rows cancel.
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
