internal import Platform

/// The `maintenance_work_mem` that a build needs, in bytes, as pgvector itself counts it.
///
/// The models follow pgvector's sources allocation by allocation; the tests compare them with real builds of 0.5.1 and 0.8.5,
/// where they are within 1 %.
enum IndexMemory {
    /// The bytes that the build of an index needs so that hnsw's graph fits and ivfflat's k-means does not fail.
    ///
    /// - Parameters:
    ///   - rows: In the table when the index is built.
    ///   - pages: Heap pages of the table, nil where unknown.
    ///   - server: Its pgvector decides what is allocated, its PostgreSQL what an allocation costs.
    static func bytes(
        for shape: VectorIndexShape, rows: Int, pages: Int?, pgvector: PgvectorVersion, server versionNumber: Int,
        workers: Int
    ) -> Int {
        switch shape.method {
        case .hnsw(let m):
            if pgvector < PgvectorVersion(0, 6, 0) {
                return rows * oldElementBytes(m: m, valueBytes: shape.valueBytes) + 1
            }
            let serial = elementBytes(m: m, valueBytes: shape.valueBytes, header: chunkHeader(versionNumber))
            // The graph's memory comes in blocks of 1 MB, and the last one counts whole (hnswbuild.c, graphCtx).
            let alone = Int(Double(rows) * serial) + 1 << 20
            let element = elementBytes(m: m, valueBytes: shape.valueBytes, header: 0)
            let shared = Int(Double(rows) * element) + sharedAreaOverhead
            guard workers > 0, shared >= leastForWorkers else { return alone }
            // If no worker is available, the same setting must suffice for a build without any.
            return max(alone, shared)
        case .ivfflat(let lists):
            return kmeansBytes(shape, lists: lists, rows: rows, pages: pages, pgvector: pgvector)
        }
    }

    /// The number of rows of an hnsw build that fit into a setting.
    static func rowsThatFit(
        _ setting: Int, _ shape: VectorIndexShape, pgvector: PgvectorVersion, server versionNumber: Int, workers: Int
    ) -> Int {
        guard case .hnsw(let m) = shape.method else { return .max }
        if pgvector < PgvectorVersion(0, 6, 0) { return setting / oldElementBytes(m: m, valueBytes: shape.valueBytes) }
        let isParallel = workers > 0 && setting >= leastForWorkers
        let header = isParallel ? 0 : chunkHeader(versionNumber)
        let usable = isParallel ? setting - sharedAreaOverhead : setting
        return Int(Double(usable) / elementBytes(m: m, valueBytes: shape.valueBytes, header: header))
    }

    // MARK: hnsw

    /// The part of maintenance_work_mem that a parallel build reserves for other data in shared memory (hnswbuild.c,
    /// HnswBeginParallel: 3 MB of it); measured with 0.8.5: N tuples fit into the setting less 4 MB.
    private static let sharedAreaOverhead = 4 << 20

    /// The least maintenance_work_mem with which a server grants a worker: 32 MB each for it and for the leader (PostgreSQL,
    /// optimizer/plan/planner.c, plan_create_index_workers).
    private static let leastForWorkers = 64 << 20

    /// The average bytes of one element of the graph, from 0.6.0 on (hnsw.h, HnswElementData and HnswNeighborArray;
    /// hnswutils.c, HnswInitElement).
    ///
    /// - Parameter header: The bytes that PostgreSQL puts before each allocation.
    private static func elementBytes(m: Int, valueBytes: Int, header: Int) -> Double {
        let highest = highestLevel(m: m)
        var expected = 0.0
        for level in 0...highest {
            // A level is reached with probability m^-level (hnsw.h, HnswGetMl), and the highest one takes the rest.
            let reached = pow(Double(m), -Double(level))
            let share = level == highest ? reached : reached * (1 - 1 / Double(m))
            // 128: the element with its lock; 16: a candidate; 8: an array's length. Layer 0 has 2 m neighbours.
            let lists = aligned(8 * (level + 1)) + header
            let neighbours = 8 + 16 * 2 * m + header + level * (8 + 16 * m + header)
            expected += share * Double(128 + header + aligned(valueBytes) + header + lists + neighbours)
        }
        return expected
    }

    /// The bytes of one element as 0.5.0 and 0.5.1 count it before they start (hnswbuild.c, HnswGetMaxInMemoryElements), with
    /// C's truncation after each addition.
    private static func oldElementBytes(m: Int, valueBytes: Int) -> Int {
        let level = log(2) / log(Double(m))
        var bytes = 48
        bytes = Int(Double(bytes) + 16 * (level + 1))
        bytes = Int(Double(bytes) + 16 * (Double(m) * (level + 2)))
        return bytes + 6 + valueBytes
    }

    /// The highest level of a graph (hnsw.h, HnswGetMaxLevel), with pages of 8 kB: a page less its header, special space and
    /// item pointer.
    private static func highestLevel(m: Int) -> Int { min((8_192 - 24 - 8 - 4 - 4) / 6 / m - 2, 255) }

    /// The bytes that PostgreSQL's generation context puts before each allocation: 8 from version 16 on
    /// (memutils_memorychunk.h), 24 before (generation.c, GenerationChunk); 12 does not count it (hnswbuild.c,
    /// HnswMemoryContextAlloc).
    private static func chunkHeader(_ versionNumber: Int) -> Int {
        versionNumber >= 160_000 ? 8 : versionNumber >= 130_000 ? 24 : 0
    }

    // MARK: ivfflat

    /// The bytes that k-means compares with maintenance_work_mem (ivfkmeans.c, ElkanKmeans; ivfbuild.c, ComputeCenters).
    private static func kmeansBytes(
        _ shape: VectorIndexShape, lists: Int, rows: Int, pages: Int?, pgvector: PgvectorVersion
    ) -> Int {
        let item = aligned(shape.valueBytes)
        var most = max(10_000, 50 * lists)
        // 0.8.4 makes room for no more samples than the heap could hold: 291 tuples in a page (MaxHeapTuplesPerPage).
        if pgvector >= PgvectorVersion(0, 8, 4), let pages { most = min(most, max(1, pages * 291)) }
        let samples = min(most, rows)
        let arrays = 2 * 32 + (most + lists) * item
        // With no more samples than lists, the samples are the centers and k-means does not run.
        guard samples > lists else { return arrays }
        // From 0.7.0 on the sums of a center are floats of their own: then for all types but vector, now for all.
        let sums: Int
        if pgvector >= PgvectorVersion(0, 8, 0) {
            sums = 4 * lists * shape.dimensions
        } else {
            sums = shape.element == .vector ? 0 : 32 + lists * aligned(8 + 4 * shape.dimensions)
        }
        let newCenters = 32 + lists * item
        let bounds = 4 * samples * lists + 4 * samples + 4 * samples
        let betweenCenters = 4 * lists * lists + 3 * 4 * lists
        return arrays + sums + newCenters + bounds + betweenCenters
    }

    /// Rounds up to MAXALIGN, which is 8 on all machines that Aurora and PostgreSQL's packages run on.
    private static func aligned(_ bytes: Int) -> Int { (bytes + 7) / 8 * 8 }
}
