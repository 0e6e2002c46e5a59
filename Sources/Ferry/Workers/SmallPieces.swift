/// Groups small neighbouring pieces of work, so that the fixed cost of a piece (a round trip, a commit) is paid once
/// for many.
enum SmallPieces {
    /// The size beyond which a larger group gains little: with 64 tables a transaction, the two round trips of the
    /// transaction itself cost 0.6 ms a table on a link with 20 ms latency.
    static let mostBytes = 8 << 20
    private static let mostPieces = 64

    /// Groups the pieces in their order.
    ///
    /// - Parameters:
    ///   - mostBytes: The limit of a group, in bytes; a piece of that size stays alone.
    ///   - isAlone: Whether a piece can't share a group.
    static func grouped<Piece>(
        _ pieces: [Piece], mostBytes: Int = mostBytes, bytes: (Piece) -> Int, isAlone: (Piece) -> Bool = { _ in false }
    ) -> [[Piece]] {
        var groups: [[Piece]] = []
        // The bytes that the last group can still take.
        var room = 0
        for piece in pieces {
            let size = bytes(piece)
            let alone = isAlone(piece) || size >= mostBytes
            if !alone, size <= room, let last = groups.last, last.count < mostPieces {
                groups[groups.count - 1].append(piece)
                room -= size
            } else {
                groups.append([piece])
                room = alone ? -1 : mostBytes - size
            }
        }
        return groups
    }
}
