/// Chunks that are moved in one transaction: one of usual size, or many small ones, whose round trips and commits would cost
/// more than their rows.
struct ChunkBatch: Sendable {
    /// The chunks in the order in which they are moved; never empty.
    let chunks: [Chunk]
    /// The right to move them, where several processes share the job.
    let claim: Claim?

    /// Takes chunks of any size; ``batches(_:of:)`` groups them.
    init(_ chunks: [Chunk], claim: Claim? = nil) {
        self.chunks = chunks
        self.claim = claim
    }

    /// The chunks in the order in which they are to be copied, grouped.
    static func inOrder(_ open: [Chunk], of plan: Plan) -> [ChunkBatch] { batches(sorted(open, plan), of: plan) }

    /// Sorts chunks: the pair whose indexes take longest comes first, so that the longest build does not begin last.
    private static func sorted(_ chunks: [Chunk], _ plan: Plan) -> [Chunk] {
        let work = Dictionary(uniqueKeysWithValues: plan.pairs.map { ($0.number, $0.buildWork) })
        return chunks.sorted { left, right in
            let (first, second) = (work[left.pair, default: 0], work[right.pair, default: 0])
            return first != second ? first > second : (left.pair, left.number) < (right.pair, right.number)
        }
    }

    /// Groups neighbours. Chunks that are merged by key stay alone: each needs its staging table.
    static func batches(_ chunks: [Chunk], of plan: Plan) -> [ChunkBatch] {
        let groups = SmallPieces.grouped(
            chunks, mostBytes: min(SmallPieces.mostBytes, plan.request.chunkBytes),
            bytes: { plan[$0.pair].parts[$0.part].chunkSize }, isAlone: { plan[$0.pair].load.isKeyed })
        // A transaction acts as one role.
        return groups.flatMap { group in
            group.split { plan[$0.pair].owner != plan[$1.pair].owner }.map { ChunkBatch($0) }
        }
    }

    /// The batch without a pair's chunks; nil if it has no others.
    func without(_ pair: PairNumber) -> ChunkBatch? {
        let others = chunks.filter { $0.pair != pair }
        return others.isEmpty ? nil : ChunkBatch(others, claim: claim)
    }

    /// Each chunk as a batch of its own.
    var singles: [ChunkBatch] { chunks.map { ChunkBatch([$0], claim: claim) } }
}

extension [Chunk] {
    /// Splits the chunks between neighbours for which `isBorder` holds.
    fileprivate func split(where isBorder: (Chunk, Chunk) -> Bool) -> [[Chunk]] {
        reduce(into: []) { runs, chunk in
            if let last = runs.last?.last, !isBorder(last, chunk) {
                runs[runs.count - 1].append(chunk)
            } else {
                runs.append([chunk])
            }
        }
    }
}

extension TablePair {
    /// The relative duration of its builds: a row takes about ten times as long in an hnsw index as in an ivfflat one
    /// (60,000 rows of 1,024 dimensions: 52 s and 5.4 s with enough memory).
    fileprivate var buildWork: Int {
        indexes.filter { $0.action != .keep && $0.isVectorIndex }.reduce(0) { sum, index in
            let rows = max(index.builds.compactMap(\.course?.rows).reduce(0, +), estimatedRows, 1)
            return sum + rows * (index.method == "hnsw" ? 10 : 1)
        }
    }
}
