/// What is to be compared, and what is to be done about differences.
public struct VerifyRequest: Sendable, Equatable {
    public var selection = TableSelection()
    /// How many findings of one table are listed. All of them are counted.
    public var maxFindings = 100
    /// The bytes of heap and TOAST that are read at one go.
    public var chunkBytes = Chunk.defaultBytes
    public var repair = RepairMode.none
    /// Searches to be compared as well; nil compares rows alone.
    public var search: SearchRequest?
    /// How many rows are kept in memory at a time while those that differ are looked for.
    var locateBudget = Locator.budget

    public init() {}
}

/// Whether the target is made equal to the source.
public enum RepairMode: Sendable, Equatable {
    case none
    /// Say what a repair would do.
    case dryRun
    case apply
}
