/// Counts differences and keeps the first of them.
struct FindingList {
    private let most: Int
    private let hasKey: Bool
    /// The counts of all differences.
    private(set) var counts = FindingCounts.zero
    /// The first differences, in the order of the keys' hashes.
    private(set) var differences: [Difference] = []
    private var lastHash: UInt128?

    /// - Parameters:
    ///   - most: The number of differences to keep.
    ///   - hasKey: Whether the table's rows have a key, so that each difference is a finding of its own.
    init(most: Int, hasKey: Bool) {
        self.most = most
        self.hasKey = hasKey
    }

    /// Counts a difference, and keeps it if there is room.
    mutating func add(_ difference: Difference) {
        switch difference.kind {
        case .missing: counts.missing += 1
        case .extra: counts.extra += 1
        case .differs: counts.differing += 1
        }
        // Copies of one row are one finding.
        let hash = (difference.source ?? difference.target)?.row
        let isAgain = !hasKey && hash == lastHash
        lastHash = hash
        // The name of a bot that a side lacks says it of all its rows.
        if !isAgain, !difference.isOfLoneBot, differences.count < most { differences.append(difference) }
    }
}
