internal import Postgres

/// Reads back from the target what a job copied.
struct ReadBack {
    let plan: Plan
    let endpoint: Endpoint
    let jobs: Int
    let retry: RetryPolicy
    let events: EventSink

    /// What to read, by pair. Pairs that are merged by key are left out: each of their chunks was proven in its own
    /// transaction.
    func ranges(
        of pairs: [TablePair], _ connection: borrowing Connection
    ) throws(FerryError) -> [Int: [DigestPool.Task]] {
        let catalog = try CatalogReader(side: .target).read(connection)
        var ranges: [Int: [DigestPool.Task]] = [:]
        for pair in pairs where !pair.load.isKeyed {
            guard let relation = catalog.relation(pair.name) else {
                throw FerryError(
                    .database, "The table is gone.", hint: "Somebody dropped it during the copy.", side: .target,
                    table: pair.name)
            }
            ranges[pair.number] = RowRanges(catalog: catalog, chunkBytes: plan.request.chunkBytes)
                .queries(of: relation, pair: pair, filter: pair.readBackFilter)
                .map { DigestPool.Task(key: pair.number, query: $0.query, bytes: $0.bytes) }
        }
        return ranges
    }

    /// The digests of the target's rows, by pair.
    func run(_ ranges: [Int: [DigestPool.Task]]) throws(FerryError) -> [Int: Digest] {
        let (target, events) = (endpoint, events)
        let pool = DigestPool(
            endpoint: target, jobs: jobs, retry: retry, events: events,
            connect: { () throws(FerryError) in try target.connect() },
            progress: { events(.readBack(pair: $0, rows: $1, bytes: $2)) })
        let digests = try pool.run(ranges.sorted { $0.key < $1.key }.flatMap(\.value))
        return ranges.mapValues { _ in Digest.zero }.merging(digests) { _, read in read }
    }
}

/// Cuts the rows of a table into ranges of pages that can be read side by side.
struct RowRanges {
    let catalog: Catalog
    let chunkBytes: Int

    /// What to read, on either side, to see every row of `relation` that `filter` lets through once.
    func queries(of relation: Relation, pair: TablePair, filter: BotFilter) -> [(query: RowQuery, bytes: Int)] {
        catalog.leaves(of: relation).flatMap { leaf in
            let whole = RowQuery(
                relation: leaf.name, columns: pair.columns.map(\.name), format: pair.format, botScope: pair.botScope,
                filter: filter)
            let part = SourcePart(leaf, chunkBytes: chunkBytes, server: catalog.server)
            return part.ranges.map { range in
                var query = whole
                query.pages = range
                return (query, part.bytes / part.chunkCount)
            }
        }
    }
}
