/// A half-open range of heap pages of one source relation: the unit of work, of retry and of resume.
public struct Chunk: Hashable, Identifiable, Sendable {
    /// The table pair's number in the plan.
    public var pair: PairNumber
    /// The number within the pair, from 0.
    public var number: ChunkNumber
    /// The index of the source part among the pair's.
    public var part: Int
    /// The heap pages of the part.
    public var pages: PageRange

    /// The default size: large enough to hide the cost of a transaction, small enough that a retry repeats about a second of
    /// work. Measured on the rig, 16 to 128 MiB move at the same rate.
    public static let defaultBytes = 32 << 20

    /// The two numbers that distinguish a chunk from the others of its job.
    public struct ID: Hashable, Sendable {
        /// The table pair's number in the plan.
        public var pair: PairNumber
        /// The number within the pair.
        public var number: ChunkNumber
    }

    public var id: ID { ID(pair: pair, number: number) }

    /// Whether the chunk is all of its part, so that no range of pages is needed to read it.
    public var isWholePart: Bool { pages.start == 0 && pages.end == nil }
}

/// A half-open range of heap pages, open at the end where `end` is nil.
public struct PageRange: Hashable, Sendable {
    /// The first page.
    public var start: Int
    /// The page after the last one; nil for no upper bound.
    public var end: Int?
}

/// One relation that holds rows of a pair: the table itself, or one leaf of a partitioned table.
public struct SourcePart: Sendable, Equatable {
    /// Its name on the source.
    public var relation: QualifiedName
    /// The number of heap pages when the plan was made.
    public var pages: Int
    /// The size of heap and TOAST in bytes.
    public var bytes: Int
    /// The heap pages of one chunk; nil reads the part in one chunk.
    public var pagesPerChunk: Int?

    /// Cuts a relation into chunks of about `chunkBytes`, where its server can read a range of pages.
    init(_ relation: Relation, chunkBytes: Int, server: ServerInfo) {
        self.init(
            relation: relation.name, pages: relation.pages, bytes: relation.bytes, chunkBytes: chunkBytes,
            server: server)
    }

    /// Cuts a relation of which only the size is known.
    init(relation: QualifiedName, pages: Int, bytes: Int, chunkBytes: Int, server: ServerInfo) {
        self.relation = relation
        self.pages = pages
        self.bytes = bytes
        guard server.hasTIDRangeScan, pages > 0 else { return }
        // The size includes TOAST: the heap of a vector(1024) table is a tenth of its data.
        pagesPerChunk = max(1, pages * chunkBytes / max(1, bytes))
    }

    /// Restores a part that was cut before.
    init(relation: QualifiedName, pages: Int, bytes: Int, pagesPerChunk: Int?) {
        self.relation = relation
        self.pages = pages
        self.bytes = bytes
        self.pagesPerChunk = pagesPerChunk
    }

    /// The number of chunks: at least one, since an empty table may have rows by the time it is read.
    public var chunkCount: Int {
        guard let pagesPerChunk, pages > pagesPerChunk else { return 1 }
        return (pages + pagesPerChunk - 1) / pagesPerChunk
    }

    /// The approximate bytes of each chunk.
    var chunkSize: Int { bytes / chunkCount }

    /// The query of each chunk, with its range.
    ///
    /// - Parameter whole: The query of the whole part.
    func cut(_ whole: RowQuery) -> [(query: RowQuery, range: PageRange)] {
        ranges.map { range in
            var query = whole
            if chunkCount > 1 { query.pages = range }
            return (query, range)
        }
    }

    /// The ranges of its chunks. The last one has no upper bound, and includes rows added after the plan was made.
    var ranges: [PageRange] {
        let step = pagesPerChunk ?? 0
        return (0..<chunkCount).map { position in
            PageRange(start: position * step, end: position == chunkCount - 1 ? nil : (position + 1) * step)
        }
    }
}
