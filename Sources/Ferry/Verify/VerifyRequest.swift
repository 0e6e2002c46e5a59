/// The options of a comparison and its repair.
public struct VerifyRequest: Sendable, Equatable {
    /// The tables, and the bots whose rows are compared.
    public var selection = TableSelection()
    /// Whether bots that a copy left out or kept, and bots that only the target has, are compared like all others.
    public var allBots = false
    /// The columns that are compared as what a conversion makes of the source's values, beside those that a copy converted.
    public var conversions: [ConversionRequest] = []
    /// The most findings of one table to list. All of them are counted.
    public var maxFindings = 100
    /// The bytes of heap and TOAST in one range.
    public var chunkBytes = Chunk.defaultBytes
    /// The treatment of differences.
    public var repair = RepairMode.none
    /// How the target compresses long values that a repair writes.
    public var toastCompression = ToastCompression.auto
    /// The searches to compare as well; nil compares rows alone.
    public var search: SearchRequest?
    /// Whether rows of bots that only the target has count as differences; ``allBots`` implies it.
    var countsTargetBots = false
    /// The most rows in memory at a time while differing rows are located.
    var locateBudget = Locator.budget

    /// Compares the embedding tables and the bot tables, and changes nothing.
    public init() {}
}

/// The treatment of differences.
public enum RepairMode: Sendable, Equatable {
    /// Compare only.
    case none
    /// Report what a repair would do.
    case dryRun
    /// Make the target's rows equal to the source's.
    case apply
}
