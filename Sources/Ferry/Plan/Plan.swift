/// What will be done, whole: printing it is the dry run, and carrying it out is the copy.
public struct Plan: Sendable, Equatable {
    /// The source's server when the plan was made.
    public var source: ServerInfo
    /// The target's server when the plan was made.
    public var target: ServerInfo
    /// What was asked for.
    public var request: CopyRequest
    /// The tables, in the order in which they are worked on.
    public var pairs: [TablePair]
    /// What is said beside: what stands in the way, and what the operator should know.
    public var notes: [Note]

    /// Whether nothing stands in the way.
    public var isReady: Bool { blockers.isEmpty }
    /// The notes for which the copy does not start.
    public var blockers: [Note] { notes.filter { $0.level == .blocker } }
    /// The notes that go into the report too.
    public var warnings: [Note] { notes.filter { $0.level == .warning } }

    /// Bytes of heap and TOAST on the source.
    public var bytes: Int { pairs.reduce(0) { $0 + $1.bytes } }
    /// The relations that rows are read from.
    var sourceRelations: [QualifiedName] { pairs.flatMap(\.parts).map(\.relation) }
    /// All chunks, in the order in which they are worked on.
    public var chunks: [Chunk] { pairs.flatMap(\.chunks) }

    /// The pair of that number.
    public subscript(pair: PairNumber) -> TablePair { pairs[pair.value] }
}
