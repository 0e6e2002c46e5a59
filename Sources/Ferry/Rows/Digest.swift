internal import CXXHash

/// Digest of a set of rows: their number, and the sum modulo 2^128 of the XXH3-128 hashes of the rows' fields.
///
/// The order of the rows does not matter, and the digests of two disjoint sets add up to that of both. A sum, unlike an
/// XOR, does not cancel when the same change happens to an even number of rows.
public struct Digest: Hashable, Sendable {
    /// The number of rows.
    public var rows: Int
    /// The sum of their hashes, modulo 2^128.
    public var sum: UInt128

    /// Digest of no rows.
    public static let zero = Digest(rows: 0, sum: 0)

    /// Takes a number of rows and the sum of their hashes.
    public init(rows: Int, sum: UInt128) {
        self.rows = rows
        self.sum = sum
    }

    /// Digest of the union of two disjoint sets.
    public static func + (left: Digest, right: Digest) -> Digest {
        Digest(rows: left.rows + right.rows, sum: left.sum &+ right.sum)
    }

    /// Adds a disjoint set.
    public static func += (left: inout Digest, right: Digest) { left = left + right }

    /// Digest of a set without one of its subsets.
    public static func - (left: Digest, right: Digest) -> Digest {
        Digest(rows: left.rows - right.rows, sum: left.sum &- right.sum)
    }

    /// Adds one row: the bytes of its field count and its length-prefixed fields, as COPY's binary format has them
    /// (PostgreSQL documentation, "COPY", "Binary Format"), or its line of the text format.
    mutating func add(row: borrowing RawSpan) {
        rows += 1
        sum &+= RowHash.of(row)
    }

    /// The sum as 32 hexadecimal digits.
    public var hex: String {
        let digits = String(sum, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }

    /// Parses a sum that ``hex`` wrote.
    public init?(rows: Int, hex: String) {
        guard hex.utf8.count == 32, let sum = UInt128(hex, radix: 16) else { return nil }
        self.init(rows: rows, sum: sum)
    }
}

/// XXH3-128 of one row, or of a part of it.
enum RowHash {
    /// Hashes the bytes of a row.
    static func of(_ row: borrowing RawSpan) -> UInt128 { row.withUnsafeBytes { of($0) } }

    /// Hashes bytes, without a seed, so that the hash is the same on every host.
    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt128 {
        let hash = XXH3_128bits(bytes.baseAddress, bytes.count)
        return UInt128(hash.high64) << 64 | UInt128(hash.low64)
    }
}
