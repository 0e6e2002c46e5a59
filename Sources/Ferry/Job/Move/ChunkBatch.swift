/// Chunks that are moved in one transaction: one of usual size, or many small ones, whose round trips and commits would cost
/// more than their rows.
struct ChunkBatch: Sendable {
    /// The chunks in the order in which they are moved; never empty.
    let chunks: [Chunk]

    /// Takes chunks of any size; ``batches(_:of:)`` groups them.
    init(_ chunks: [Chunk]) { self.chunks = chunks }

    /// Groups neighbours. Chunks that are merged by key stay alone: each needs its staging table.
    static func batches(_ chunks: [Chunk], of plan: Plan) -> [ChunkBatch] {
        let groups = SmallPieces.grouped(
            chunks, mostBytes: min(SmallPieces.mostBytes, plan.request.chunkBytes),
            bytes: { plan[$0.pair].parts[$0.part].chunkSize }, isAlone: { plan[$0.pair].load.isKeyed })
        return groups.map { ChunkBatch($0) }
    }

    /// Each chunk as a batch of its own.
    var singles: [ChunkBatch] { chunks.map { ChunkBatch([$0]) } }
}
