/// All that a copy will do: printing it is the dry run, and carrying it out is the copy.
public struct Plan: Sendable, Equatable {
    /// The source's server when the plan was made.
    public var source: ServerInfo
    /// The target's server when the plan was made.
    public var target: ServerInfo
    /// The options of the copy.
    public var request: CopyRequest
    /// The tables, in the order in which they are copied.
    public var pairs: [TablePair]
    /// The blockers, warnings and remarks.
    public var notes: [Note]
    /// What the source's database holds and the copy does not carry; nil in the plan of a job of an older vecferry.
    public var inventory: Inventory?
    /// The method of compression that sessions set which load rows; nil where they leave the server's.
    public var toastMethod: ToastMethod?

    /// Whether the plan has no blockers.
    public var isReady: Bool { blockers.isEmpty }
    /// The notes for which the copy does not start.
    public var blockers: [Note] { notes.filter { $0.level == .blocker } }
    /// The notes that go into the report too.
    public var warnings: [Note] { notes.filter { $0.level == .warning } }

    /// The bytes of heap and TOAST on the source.
    public var bytes: Int { pairs.reduce(0) { $0 + $1.bytes } }
    /// The relations that rows are read from.
    var sourceRelations: [QualifiedName] { pairs.flatMap(\.parts).map(\.relation) }
    /// All chunks, in the order of their pairs.
    public var chunks: [Chunk] { pairs.flatMap(\.chunks) }

    /// The pair of that number.
    public subscript(pair: PairNumber) -> TablePair { pairs[pair.value] }
}
