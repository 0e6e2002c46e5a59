/// Counts the source's rows in chunks that earlier processes finished, so that a copy is not proven by the ledger's word alone:
/// for chunks that this process moves, it has seen the rows.
///
/// A count reads the heap without TOAST, where vectors of more than 2 KB are.
struct SourceCount {
    /// The job's plan.
    let plan: Plan

    /// The most chunks that one statement counts.
    private static let mostChunks = 100

    /// - Parameters:
    ///   - entries: The entries of the job's chunks.
    ///   - source: A session in a snapshot that shows the source as the job found it.
    /// - Throws: ``FerryError/Code/ledger`` where an entry has another number of rows.
    func check(_ entries: [ChunkEntry], on source: borrowing Session) throws(FerryError) {
        let finished = entries.filter { $0.finished != nil }
        for start in stride(from: 0, to: finished.count, by: Self.mostChunks) {
            let some = finished[start..<min(start + Self.mostChunks, finished.count)]
            let counts = some.map { entry in
                "SELECT \(entry.chunk.pair) AS pair, \(entry.chunk.number) AS number, count(*) AS rows "
                    + plan[entry.chunk.pair].rowQuery(entry.chunk).from
            }
            var rows: [Chunk.ID: Int] = [:]
            for row in try source.query(counts.joined(separator: " UNION ALL ")) {
                rows[Chunk.ID(pair: try row.number("pair"), number: try row.number("number"))] = try row.int("rows")
            }
            for entry in some where rows[entry.chunk.id] != entry.finished?.receivedRows {
                throw Ledger.damaged(
                    "it has \(Count.of(entry.finished?.receivedRows ?? 0, "row")) for chunk \(entry.chunk.number) of "
                        + "\(plan[entry.chunk.pair].name), where the source has \(Count.of(rows[entry.chunk.id] ?? 0))")
            }
        }
    }
}
