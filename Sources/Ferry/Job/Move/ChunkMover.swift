/// Moves a batch of chunks over one pair of connections, in one target transaction with their ledger entries.
///
/// Invariants:
/// - The target's transaction begins by locking the chunks' ledger rows. Another session that tries the same chunks, such as
///   the backend of a killed vecferry, waits there and then finds them finished.
/// - Bytes pass through, in a ``Relay``, but for those of columns that the operator asked to convert.
/// - Nothing is committed unless each stream was complete and the target counted as many rows as were sent.
/// - The message that commits a batch may begin the next one, which saves an idle round trip. The answers arrive one by one, so
///   it is known which of the two an error concerns.
struct ChunkMover {
    /// The plan of the job.
    let plan: Plan
    /// The chunks to move.
    let batch: ChunkBatch
    /// The job's number in the ledger.
    let job: JobNumber
    let events: EventSink

    /// The outcome of a batch's transaction.
    enum Outcome {
        /// The rows are on the target, ready to be committed.
        case moved([Moved])
        /// Earlier transactions had finished the batch; nothing was changed. The digests of the source's rows, by chunk.
        case wasDone([Chunk.ID: Digest])
        /// Earlier transactions had finished some chunks of the batch; nothing was changed.
        case wasDoneInPart
        /// Another process has taken the batch over; nothing was changed.
        case wasTaken
    }

    /// The result of one chunk.
    struct Moved {
        /// The chunk.
        var chunk: Chunk
        /// Digest of the rows received from the source.
        var digest: Digest
        /// Digest of the rows left out because the target had their keys.
        var kept: Digest
        /// The bytes of COPY data.
        var bytes: Int
    }

    /// Sends the first statements to both servers, without waiting for either.
    func request(from source: borrowing Session, to target: borrowing Session) throws(FerryError) {
        try named { () throws(FerryError) in
            try requestRows(from: source)
            try target.request(beginning.joined(separator: "; "))
        }
    }

    /// Moves the rows of a batch that was requested, up to where they can be committed.
    func move(from source: borrowing Session, to target: borrowing Session) throws(FerryError) -> Outcome {
        try named { () throws(FerryError) in try moveAll(from: source, to: target) }
    }

    /// Commits the rows with their ledger entries.
    ///
    /// - Parameter next: The batch to request in the same message. Its answers are left for its own ``move(from:to:)``.
    func commit(
        _ moved: [Moved], then next: ChunkMover?, from source: borrowing Session, to target: borrowing Session
    ) throws(FerryError) {
        FailPoint.reached(.beforeChunkCommit)
        try named { () throws(FerryError) in
            let results = moved.map {
                LedgerChunks.Result(chunk: $0.chunk, copied: $0.digest - $0.kept, keptRows: $0.kept.rows)
            }
            let ending = role.leaving + entries.finishSQL(results, bytes: moved.bytes) + ["COMMIT"]
            try next?.requestRows(from: source)
            guard let next else {
                try target.execute(ending.joined(separator: "; "), .prompt)
                return
            }
            try target.request((ending + next.beginning).joined(separator: "; "))
            try target.awaitFirstResults(ending.count)
        }
        FailPoint.reached(.afterChunkCommit)
    }

    /// - Throws: The error of `body`, with the table if it is known; else with that of the batch's first chunk.
    private func named<Result>(_ body: () throws(FerryError) -> Result) throws(FerryError) -> Result {
        do throws(FerryError) {
            return try body()
        } catch {
            let first = batch.chunks[0]
            let error = batch.claim == nil ? error : error.ofClaim
            throw error.code == .ledger || error.code == .claimLost
                ? error : error.of(plan[first.pair].name, chunk: first.number)
        }
    }

    private func moveAll(
        from source: borrowing Session, to target: borrowing Session
    ) throws(FerryError) -> Outcome {
        let before = try target.awaitCopy(.in)
        let open = try entries.openCount(before)
        guard open == batch.chunks.count else {
            try target.abortCopyIn()
            try target.execute("ROLLBACK", .prompt)
            // Rows that were requested must be read before the next statement.
            try RowReader.begin(on: source)
            var digests: [Chunk.ID: Digest] = [:]
            for (chunk, query) in zip(batch.chunks, queries) {
                digests[chunk.id] = try RowReader(query).digest(from: source)
            }
            switch open {
            case nil: return .wasTaken
            case 0?: return .wasDone(digests)
            default: return .wasDoneInPart
            }
        }

        FailPoint.reached(.afterChunkLock)
        try RowReader.begin(on: source)
        var moved: [Moved] = []
        for (chunk, query) in zip(batch.chunks, queries) {
            let pair = plan[chunk.pair]
            do throws(FerryError) {
                let relay = Relay(query: query) {
                    events(.moved(pair: pair.number, rows: $0, bytes: $1))
                }
                let passed = try relay.run(from: source, to: target)
                FailPoint.reached(.beforeCopyEnd)
                try relay.end(passed, on: target)
                let kept = pair.load.isKeyed ? try merge(pair).run(passed.digest, on: target) : .zero
                moved.append(Moved(chunk: chunk, digest: passed.digest, kept: kept, bytes: passed.bytes))
            } catch {
                throw error.of(pair.name, chunk: chunk.number)
            }
        }
        return .moved(moved)
    }

    private var entries: LedgerChunks { LedgerChunks(job: job, chunks: batch.chunks, claim: batch.claim) }

    /// The role that changes the rows; the ledger's entries are the session's own.
    private var role: ActingRole { plan[batch.chunks[0].pair].actingRole }

    private var queries: [RowQuery] { batch.chunks.map { plan[$0.pair].rowQuery($0) } }

    /// Requests the rows, so that the source prepares while the target does.
    private func requestRows(from source: borrowing Session) throws(FerryError) {
        try RowReader.request(queries, on: source)
    }

    // MARK: The target's end

    /// The statements up to where rows can flow.
    private var beginning: [String] {
        let pairs = batch.chunks.map { plan[$0.pair] }
        let staging = pairs.filter(\.load.isKeyed).flatMap { merge($0).staging.creation(for: role) }
        return ["BEGIN", entries.lockSQL] + staging + role.enteringToChange + pairs.map(copyIn)
    }

    /// The COPY of one table.
    private func copyIn(_ pair: TablePair) -> String {
        pair.load.isKeyed
            ? merge(pair).staging.copyIn(pair.format)
            : pair.format.copyIn(pair.name.quoted, columns: pair.columns.map(\.name))
    }

    private func merge(_ pair: TablePair) -> KeyedMerge { KeyedMerge(pair: pair) }
}

extension TablePair {
    /// The query of one chunk on the source.
    func rowQuery(_ chunk: Chunk) -> RowQuery {
        RowQuery(
            relation: parts[chunk.part].relation, columns: columns.map(\.name), format: format, botScope: botScope,
            filter: filter, pages: chunk.isWholePart ? nil : chunk.pages,
            conversions: columns.conversions(reading: .source))
    }

    /// The query of one relation of the target for the rows that hold what was copied.
    func readBackQuery(_ relation: QualifiedName) -> RowQuery {
        RowQuery(
            relation: relation, columns: columns.map(\.name), format: format, botScope: botScope,
            filter: readBackFilter)
    }
}
