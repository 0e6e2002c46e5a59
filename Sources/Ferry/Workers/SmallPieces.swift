/// Groups small pieces of work that are neighbours, so that what each piece costs beside its rows (a round trip, a commit)
/// is paid once for many.
enum SmallPieces {
    /// Beyond this many bytes or pieces a group gains little more: with 64 tables a transaction, the two round trips of the
    /// transaction itself come to 0.6 ms a table on a link with 20 ms latency.
    static let mostBytes = 8 << 20
    private static let mostPieces = 64

    /// - Parameters:
    ///   - mostBytes: The bytes of a group; a piece as large as that stays alone.
    ///   - isAlone: Pieces that can't share a group.
    static func grouped<Piece>(
        _ pieces: [Piece], mostBytes: Int = mostBytes, bytes: (Piece) -> Int, isAlone: (Piece) -> Bool = { _ in false }
    ) -> [[Piece]] {
        var groups: [[Piece]] = []
        // What the last group may still take.
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
