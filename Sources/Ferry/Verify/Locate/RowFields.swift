/// Splits a row of COPY's binary format into the hash of its key, the hash of its columns, and the fields before the columns.
///
/// Invariants:
/// - The hash of the columns is that of the row as COPY would send it without the leading fields, so that it is the hash
///   that ``Digest`` adds up, with any leading fields.
/// - The hash of a key is over its length-prefixed fields. Without a key, the row's hash takes its place.
/// - The bytes have been checked by ``BinaryCopyParser``.
struct RowFields {
    private let leading: Int
    private let columns: Int
    /// The positions of the key's columns among the columns.
    private let key: [Int]
    /// The key's fields in sequence, or the row without its leading fields.
    private var scratch: [UInt8] = []
    private var bounds: [Range<Int>] = []

    /// - Parameters:
    ///   - leading: The number of fields before the columns.
    ///   - columns: The number of columns.
    ///   - key: The positions, from 0, of the columns that identify a row; empty where none do.
    init(leading: Int, columns: Int, key: [Int]) {
        self.leading = leading
        self.columns = columns
        self.key = key
    }

    /// Finds the bounds of the fields of `row`, each including its length.
    private mutating func locate(_ row: UnsafeRawBufferPointer, _ count: Int) {
        bounds.removeAll(keepingCapacity: true)
        var offset = 2
        for _ in 0..<count {
            let length = Int(Int32(bigEndian: row.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
            let end = offset + 4 + max(0, length)
            bounds.append(offset..<end)
            offset = end
        }
    }

    /// The hashes of the key and of all columns.
    mutating func hashes(of row: UnsafeRawBufferPointer) -> (key: UInt128, row: UInt128) {
        let needed = key.isEmpty ? leading : leading + (key.max() ?? 0) + 1
        locate(row, needed)
        let keyHash: UInt128? =
            switch key.count {
            case 0: nil
            case 1: RowHash.of(UnsafeRawBufferPointer(rebasing: row[bounds[leading + key[0]]]))
            default: combinedKey(of: row)
            }
        let rowHash = hashOfColumns(row)
        return (keyHash ?? rowHash, rowHash)
    }

    private mutating func combinedKey(of row: UnsafeRawBufferPointer) -> UInt128 {
        scratch.removeAll(keepingCapacity: true)
        for position in key { scratch.append(contentsOf: row[bounds[leading + position]]) }
        return scratch.withUnsafeBytes { RowHash.of($0) }
    }

    private mutating func hashOfColumns(_ row: UnsafeRawBufferPointer) -> UInt128 {
        guard leading > 0 else { return RowHash.of(row) }
        scratch.removeAll(keepingCapacity: true)
        withUnsafeBytes(of: Int16(columns).bigEndian) { scratch.append(contentsOf: $0) }
        scratch.append(contentsOf: row[bounds[leading - 1].upperBound...])
        return scratch.withUnsafeBytes { RowHash.of($0) }
    }

    /// The bytes of a leading field, nil for NULL. Call ``hashes(of:)`` with the same row first.
    func leadingField(_ position: Int, of row: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let field = bounds[position]
        guard row.loadUnaligned(fromByteOffset: field.lowerBound, as: Int32.self) != -1 else { return nil }
        return UnsafeRawBufferPointer(rebasing: row[field.lowerBound + 4..<field.upperBound])
    }

    /// Parses a `ctid` in its binary form (`tidsend` in PostgreSQL's tid.c): page, then item.
    static func place(_ field: UnsafeRawBufferPointer?) -> RowQuery.Place? {
        guard let field, field.count == 6 else { return nil }
        return RowQuery.Place(
            page: UInt32(bigEndian: field.loadUnaligned(as: UInt32.self)),
            item: UInt16(bigEndian: field.loadUnaligned(fromByteOffset: 4, as: UInt16.self)))
    }

    /// The hash of each column, to determine which of them differ.
    mutating func columnHashes(of row: UnsafeRawBufferPointer) -> [UInt128] {
        locate(row, leading + columns)
        return bounds[leading...].map { RowHash.of(UnsafeRawBufferPointer(rebasing: row[$0])) }
    }
}
