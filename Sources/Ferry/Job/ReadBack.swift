/// Reads back from the target what a job copied.
struct ReadBack {
    /// What was copied.
    let plan: Plan
    /// The target.
    let endpoint: Endpoint
    let workers: Workers

    /// What to read of a pair, or why it can't be read.
    typealias Ranges = Result<[DigestPool.Task], FerryError>

    /// What to read, by pair. Pairs that are merged by key are left out: each of their chunks was proven in its own
    /// transaction.
    func ranges(of pairs: [TablePair], _ connection: borrowing Session) throws(FerryError) -> [Int: Ranges] {
        let catalog = try CatalogReader().read(connection)
        var ranges: [Int: Ranges] = [:]
        for pair in pairs where !pair.load.isKeyed {
            guard let relation = catalog.relation(pair.name) else {
                ranges[pair.number] = .failure(
                    FerryError(
                        .database, "The table is gone.", hint: "Somebody dropped it during the copy.", side: .target,
                        table: pair.name))
                continue
            }
            ranges[pair.number] = .success(
                RowRanges(catalog: catalog, chunkBytes: plan.request.chunkBytes)
                    .queries(of: relation, pair: pair, filter: pair.readBackFilter)
                    .map { DigestPool.Task(key: pair.number, query: $0.query, bytes: $0.bytes) })
        }
        return ranges
    }

    /// The digests of the target's rows, by pair, and what keeps pairs from being read.
    func run(_ ranges: [Int: Ranges]) throws(FerryError) -> DigestPool.Outcome {
        let (target, events) = (endpoint, workers.events)
        let pool = DigestPool(
            workers: workers,
            connect: { () throws(FerryError) in try target.connect() },
            progress: { events(.readBack(pair: $0, rows: $1, bytes: $2)) })
        var tasks: [DigestPool.Task] = []
        var outcome = DigestPool.Outcome()
        for (pair, ranges) in ranges.sorted(by: { $0.key < $1.key }) {
            switch ranges {
            case .success(let ranges):
                tasks += ranges
                // A table may have no relation that holds rows.
                outcome.digests[pair] = .zero
            case .failure(let error): outcome.failures[pair] = error
            }
        }
        outcome.merge(try pool.run(tasks))
        return outcome
    }
}
