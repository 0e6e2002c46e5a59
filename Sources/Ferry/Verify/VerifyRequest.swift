/// What is to be compared, and what is to be done about differences.
public struct VerifyRequest: Sendable, Equatable {
    /// Which tables, and which bots' rows.
    public var selection = TableSelection()
    /// How many findings of one table are listed. All of them are counted.
    public var maxFindings = 100
    /// The bytes of heap and TOAST that are read at one go.
    public var chunkBytes = Chunk.defaultBytes
    /// What is done about differences.
    public var repair = RepairMode.none
    /// Searches to be compared as well; nil compares rows alone.
    public var search: SearchRequest?
    /// How many rows are kept in memory at a time while those that differ are looked for.
    var locateBudget = Locator.budget

    /// Compares the embedding tables and the bot tables, and changes nothing.
    public init() {}
}

/// Whether the target is made equal to the source.
public enum RepairMode: Sendable, Equatable {
    /// Only compare.
    case none
    /// Say what a repair would do.
    case dryRun
    /// Make the target's rows equal to the source's.
    case apply
}
