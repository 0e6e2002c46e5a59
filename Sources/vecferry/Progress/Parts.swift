/// Pieces of a line. Where there is little room, they are shown in short, and the most important of them are kept.
struct Parts {
    private struct Part {
        var text: String
        var short: String
        var rank: Int
    }

    private var all: [Part] = []

    /// Adds a piece, if there is one.
    ///
    /// - Parameters:
    ///   - short: The piece where there is little room.
    ///   - rank: 0 for what always stays; the highest goes first.
    mutating func add(_ text: String?, short: String? = nil, rank: Int) {
        if let text { all.append(Part(text: text, short: short ?? text, rank: rank)) }
    }

    /// Whether there is none.
    var isEmpty: Bool { all.isEmpty }

    /// All pieces as one line.
    func joined(_ separator: String = ", ") -> String { all.map(\.text).joined(separator: separator) }

    /// The most important pieces that fit, in their order; what always stays is cut where it does not.
    func fitting(_ width: Int, separator: String = "  ") -> String {
        var kept = self
        while TextWidth.of(kept.joined(separator)) > width {
            if let last = kept.all.map(\.rank).max(), last > Self.shortest, kept.remove(last) { continue }
            kept = kept.inShort
            guard TextWidth.of(kept.joined(separator)) > width else { break }
            guard let last = kept.all.map(\.rank).max(), last > 0, kept.remove(last) else { break }
        }
        return TextWidth.cut(kept.joined(separator), to: width)
    }

    /// Pieces up to this rank are shortened before one of them goes.
    private static let shortest = 3

    private mutating func remove(_ rank: Int) -> Bool {
        guard let place = all.lastIndex(where: { $0.rank == rank }) else { return false }
        all.remove(at: place)
        return true
    }

    private var inShort: Parts {
        var parts = self
        for place in parts.all.indices { parts.all[place].text = parts.all[place].short }
        return parts
    }
}
