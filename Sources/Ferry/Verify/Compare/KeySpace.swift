/// A part of the space of key hashes, cut into equal pieces ("slots") by the hashes' leading bits.
///
/// A table's rows are spread over the slots by the hashes of their keys, on both sides alike. Where the digests of a slot
/// are equal, none of its rows needs to be read again; where they differ, ``part(_:slotBits:)`` cuts only those slots
/// further. Memory is used for slots, never for rows.
struct KeySpace: Sendable, Equatable {
    /// The number of leading bits that identify a piece of the space.
    private(set) var prefixBits: Int
    /// The leading bits of the pieces, ascending.
    private(set) var prefixes: [UInt64]
    /// The number of slots in each piece, as a power of two.
    let slotBits: Int

    /// The whole space.
    init(slotBits: Int) {
        self.init(prefixBits: 0, prefixes: [0], slotBits: slotBits)
    }

    private init(prefixBits: Int, prefixes: [UInt64], slotBits: Int) {
        self.prefixBits = prefixBits
        self.prefixes = prefixes
        self.slotBits = slotBits
    }

    /// The number of slots in all pieces together.
    var slotCount: Int { prefixes.count << slotBits }

    /// The slot of a key; nil where the key is not in this part of the space.
    func slot(of key: UInt128) -> Int? {
        let high = UInt64(truncatingIfNeeded: key >> 64)
        let prefix = prefixBits == 0 ? 0 : high >> UInt64(64 - prefixBits)
        guard let piece = prefixBits == 0 ? 0 : piece(prefix) else { return nil }
        guard slotBits > 0 else { return piece }
        let rest = (high << UInt64(prefixBits)) >> UInt64(64 - slotBits)
        return piece << slotBits | Int(rest)
    }

    /// Finds a piece by binary search.
    private func piece(_ prefix: UInt64) -> Int? {
        var low = 0
        var high = prefixes.count
        while low < high {
            let middle = (low + high) / 2
            if prefixes[middle] < prefix { low = middle + 1 } else { high = middle }
        }
        return low < prefixes.count && prefixes[low] == prefix ? low : nil
    }

    /// The space of these slots alone, ascending, each cut into 2^`bits` slots.
    func part(_ slots: some Sequence<Int>, slotBits bits: Int) -> KeySpace {
        let pieces = slots.map { slot in
            prefixes[slot >> slotBits] << UInt64(slotBits) | UInt64(slot & (1 << slotBits - 1))
        }
        return KeySpace(prefixBits: prefixBits + slotBits, prefixes: pieces, slotBits: bits)
    }
}
