internal import Platform

/// One row of `pg_stat_progress_create_index`: the phase of a build (PostgreSQL documentation, "CREATE INDEX Progress
/// Reporting"; pgvector's hnsw.h and ivfflat.h name their own phases).
struct IndexPhase: Sendable, Equatable {
    /// The server's name of the phase, such as `building index: loading tuples`.
    var name: String
    /// The heap blocks done, as far as the phase counts them.
    var blocksDone: Int
    /// The heap blocks in all; 0 where the phase does not count blocks.
    var blocksTotal: Int
    /// The tuples done, as far as the phase counts them.
    var tuplesDone: Int
    /// The tuples in all; 0 where the phase does not know.
    var tuplesTotal: Int

    /// The share of the whole build's time that has passed, from 0 to 1; nil where the phase does not show it.
    func fraction(of build: IndexBuild) -> Double? {
        guard name.hasPrefix("building index") else { return nil }
        if let course = build.course {
            switch name {
            case "building index: assigning tuples":
                return course.afterKmeans + blocks * (course.afterAssigning - course.afterKmeans)
            case "building index: loading tuples":
                // Only ivfflat knows how many tuples it loads: k-means and the assignment are done by then.
                if tuplesTotal > 0 { return course.afterAssigning + tuples * (1 - course.afterAssigning) }
                return course.hnswShare(after: tuplesDone)
            default: return nil
            }
        }
        switch name {
        // A btree build reads the heap, sorts, and writes (nbtree.h, the phases). Three fifths, a fifth and a fifth is a
        // guess; only the scan and the load report progress.
        case "building index: scanning table": return blocks * 0.6
        case "building index: loading tuples in tree": return 0.8 + tuples * 0.2
        default: return nil
        }
    }

    private var blocks: Double { Self.share(blocksDone, blocksTotal) }
    private var tuples: Double { Self.share(tuplesDone, tuplesTotal) }

    private static func share(_ done: Int, _ total: Int) -> Double {
        total > 0 ? min(1, Double(done) / Double(total)) : 0
    }
}

extension BuildCourse {
    /// Estimates the course of a build from nanoseconds measured on the rig with pgvector 0.5.1 and 0.8.5, of which only the
    /// ratios count: 10,000 samples of 384 dimensions and 100 lists take 0.45 s, of 1,024 dimensions and 20 lists 0.5 s; then
    /// 20,000 and 12,000 rows are assigned in 0.1 s each and loaded in 0.1 s and 0.2 s.
    init(of shape: VectorIndexShape, rows: Int, rowsInMemory: Int) {
        self.init(rows: rows, rowsInMemory: rowsInMemory, afterKmeans: 0, afterAssigning: 0)
        guard case .ivfflat(let lists) = shape.method else { return }
        let (dimensions, rows) = (Double(shape.dimensions), Double(rows))
        let distances = Double(lists) * dimensions
        let kmeans = min(rows, Double(max(10_000, 50 * lists))) * (distances + 30_000)
        let assigning = rows * (distances / 10 + 3_000)
        let loading = rows * dimensions * 12
        let all = kmeans + assigning + loading
        guard all > 0 else { return }
        afterKmeans = kmeans / all
        afterAssigning = (kmeans + assigning) / all
    }

    /// The share of an hnsw build's time after `done` rows: each row costs the logarithm of the number before it while the
    /// graph fits into memory, and ``IndexPlanner/slowdown`` times as much from there on.
    func hnswShare(after done: Int) -> Double? {
        guard rows > 0 else { return nil }
        func cost(_ count: Int) -> Double {
            let inMemory = Double(min(count, rowsInMemory))
            let beyond = Double(max(0, count - rowsInMemory)) * Double(IndexPlanner.slowdown)
            return (inMemory + beyond) * log(Double(count) + 2)
        }
        // The number of rows is an estimate.
        return min(0.99, cost(done) / cost(max(rows, done)))
    }
}
