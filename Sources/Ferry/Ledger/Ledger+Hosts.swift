internal import Postgres
internal import SQLStatements

/// The record of jobs that several hosts share.
extension Ledger {
    /// Offers chunks of a job to workers, in an epoch that ends all earlier ones.
    ///
    /// - Parameters:
    ///   - batches: The chunks, in the order in which they are to be claimed.
    ///   - epoch: Its number is not known yet.
    /// - Returns: The epoch with its number.
    func begin(
        _ epoch: JobEpoch, offering batches: [ChunkBatch], in snapshot: Snapshot, _ session: borrowing Session
    ) throws(FerryError) -> JobEpoch {
        var epoch = epoch
        epoch.number = try session.transaction(lockWait: nil, locking: "") { () throws(FerryError) in
            try prepareHosts(session)
            let number = try session.query(
                Statements.beginEpoch,
                [
                    "\(epoch.job)", "\(JobEpoch.format)", Engine.version, snapshot.name, snapshot.visibility,
                    "\(epoch.source.key)", "\(epoch.target.key)", "\(Int(epoch.lease / .seconds(1)))",
                ]
            ).only().int("number", as: Int.self)
            try session.query(
                """
                INSERT INTO vecferry.claim (job, epoch, number, pairs, chunks)
                SELECT $1::bigint, $2::int, (o.offered ->> 0)::int,
                    ARRAY(SELECT p::int FROM jsonb_array_elements_text(o.offered -> 1) AS p),
                    ARRAY(SELECT p::int FROM jsonb_array_elements_text(o.offered -> 2) AS p)
                FROM jsonb_array_elements($3::jsonb) AS o (offered)
                """, ["\(epoch.job)", "\(number)", Self.offer(batches)])
            return number
        }
        try endSessions(ofEpochsBefore: epoch.number, of: epoch.job, session)
        return epoch
    }

    /// Terminates the sessions of workers that have lost their claims: those of a host that was cut off hold the locks of their chunks.
    /// Where the role may not, the server notices by itself that their client is gone.
    func endSessions(of workers: [Int], _ session: borrowing Session) throws(FerryError) {
        guard !workers.isEmpty else { return }
        try session.query(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE application_name = ANY ($1::text[]) AND datname = current_database() AND usename = session_user
                AND pid <> pg_backend_pid()
            """, [ArrayText.format(workers.map(Claims.application))], .prompt)
    }

    private func endSessions(
        ofEpochsBefore number: Int, of job: JobNumber, _ session: borrowing Session
    ) throws(FerryError) {
        let rows = try session.query(
            "SELECT id FROM vecferry.worker WHERE job = $1 AND epoch < $2", ["\(job)", "\(number)"], .prompt)
        try endSessions(of: try rows.map { row throws(FerryError) in try row.int("id") }, session)
    }

    /// The chunks as JSON: of each batch its number, and the pairs and numbers of its chunks.
    private static func offer(_ batches: [ChunkBatch]) -> String {
        let items = batches.enumerated().map { number, batch in
            let pairs = batch.chunks.map { "\($0.pair)" }.joined(separator: ",")
            let chunks = batch.chunks.map { "\($0.number)" }.joined(separator: ",")
            return "[\(number),[\(pairs)],[\(chunks)]]"
        }
        return "[\(items.joined(separator: ","))]"
    }

    /// Ends all epochs of a job, so that no claim commits any more: before a process works on it alone.
    func endEpochs(of job: JobNumber, _ session: borrowing Session) throws(FerryError) {
        guard try isShared(session) else { return }
        try session.query("UPDATE vecferry.epoch SET ended_at = now() WHERE job = $1 AND ended_at IS NULL", ["\(job)"])
        try endSessions(ofEpochsBefore: Int(Int32.max), of: job, session)
    }

    /// The state of a job; nil where it is not in the ledger any more.
    func state(of job: JobNumber, _ session: borrowing Session) throws(FerryError) -> Job.State? {
        guard try isShared(session) else { return nil }
        return try session.query("SELECT state FROM vecferry.job WHERE id = $1", ["\(job)"], .prompt).first
            .flatMap { row throws(FerryError) in Job.State(rawValue: try row.string("state")) }
    }

    /// Whether any job was ever offered to workers.
    func isShared(_ session: borrowing Session) throws(FerryError) -> Bool {
        try session.query("SELECT to_regclass('vecferry.epoch') IS NOT NULL AS is_there").only().bool("is_there")
    }

    /// The epoch that a worker can join.
    ///
    /// - Returns: nil where no job is offered.
    /// - Throws: ``FerryError/Code/unsupported`` where the coordinator's vecferry uses these tables in another way.
    func openEpoch(_ session: borrowing Session) throws(FerryError) -> (epoch: JobEpoch, snapshot: Snapshot)? {
        guard try exists(session), try isShared(session) else { return nil }
        return try readingLedger { () throws(FerryError) in
            guard let row = try session.query(Statements.openEpoch).first else { return nil }
            let format: Int = try row.int("format")
            guard format == JobEpoch.format else {
                throw FerryError(
                    .unsupported,
                    "The coordinator is vecferry \(try row.string("written_by")), which shares jobs in another way than this "
                        + "vecferry \(Engine.version).",
                    hint: "Run the same vecferry on all hosts.", side: .target)
            }
            let epoch = JobEpoch(
                job: try row.number("job"), number: try row.int("number"),
                source: Beacon(key: try row.int("source_beacon")), target: Beacon(key: try row.int("target_beacon")),
                lease: .seconds(try row.int("lease", as: Int.self)))
            return (
                epoch,
                Snapshot(name: try row.string("snapshot"), visibility: try row.string("visibility"), generation: 1)
            )
        }
    }

    /// Records that a process joins an epoch.
    ///
    /// - Returns: Its number.
    func join(
        _ epoch: JobEpoch, _ document: StoredWorker, _ session: borrowing Session
    ) throws(FerryError) -> Int {
        try session.query(
            """
            INSERT INTO vecferry.worker (job, epoch, lease_until, document)
            VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3::int), $4) RETURNING id
            """,
            ["\(epoch.job)", "\(epoch.number)", "\(Int(epoch.lease / .seconds(1)))", document.text], .prompt
        ).only().int("id")
    }

    /// What a heartbeat finds.
    struct Heartbeat: Sendable {
        /// The snapshot to read in; its generation is not set.
        var snapshot: Snapshot
        /// Chunks of the job that are committed, by any process.
        var doneChunks: Int
        /// Whether the epoch, or the job, has ended.
        var hasEnded: Bool
        /// Whether all chunks are on the target, but for those of pairs that can't be finished.
        var isCopied: Bool
    }

    /// Renews the lease of a worker.
    func beat(
        for worker: Int, _ document: StoredWorker, _ session: borrowing Session
    ) throws(FerryError) -> Heartbeat {
        let answer = try session.query(Statements.heartbeat, ["\(worker)", document.text], .prompt)
        guard let row = answer.first else { throw Ledger.damaged("it lacks worker \(worker)") }
        let (hasEnded, state) = (try row.bool("has_ended"), try row.string("state"))
        return Heartbeat(
            snapshot: Snapshot(
                name: try row.string("snapshot"), visibility: try row.string("visibility"), generation: 0),
            doneChunks: try row.int("done_chunks"), hasEnded: hasEnded || state != "loading",
            isCopied: try row.bool("is_copied"))
    }

    /// Records that a process leaves: others may take its claims at once.
    func leave(_ worker: Int, _ document: StoredWorker, _ session: borrowing Session) throws(FerryError) {
        try session.query(
            "UPDATE vecferry.worker SET left_at = clock_timestamp(), document = $2 WHERE id = $1",
            ["\(worker)", document.text], .prompt)
    }

    /// Ends an epoch: its workers leave.
    func end(_ epoch: JobEpoch, _ session: borrowing Session) throws(FerryError) {
        try session.query(
            "UPDATE vecferry.epoch SET ended_at = now() WHERE job = $1 AND number = $2 AND ended_at IS NULL",
            ["\(epoch.job)", "\(epoch.number)"], .prompt)
    }

    /// Tells workers which snapshot to read in and which pairs to leave.
    func change(
        _ epoch: JobEpoch, to snapshot: Snapshot, givenUp: Set<PairNumber>, _ session: borrowing Session
    ) throws(FerryError) {
        try session.query(
            "UPDATE vecferry.epoch SET snapshot = $3, visibility = $4, given_up = $5::int[] WHERE job = $1 AND number = $2",
            [
                "\(epoch.job)", "\(epoch.number)", snapshot.name, snapshot.visibility,
                ArrayText.format(givenUp.sorted().map(\.description)),
            ], .prompt)
    }

    /// The claims of an epoch that are not done, and whether a worker could take one.
    func openClaims(
        _ epoch: JobEpoch, _ session: borrowing Session
    ) throws(FerryError) -> (open: Set<Int>, hasFree: Bool) {
        let row = try session.query(Statements.openClaims, ["\(epoch.job)", "\(epoch.number)"], .prompt).only()
        return (Set(try row.list("open").compactMap { Int($0) }), try row.bool("has_free"))
    }

    /// A chunk that a worker has committed.
    struct DoneChunk: Sendable {
        /// The chunk.
        var chunk: Chunk
        /// The digest of its rows.
        var digest: Digest
        /// Its rows, with those that were left out by key.
        var rows: Int
        /// Its bytes of COPY data; those of chunks that were claimed together count for the first one.
        var bytes: Int
        /// The worker's number.
        var worker: Int?
    }

    /// The finished chunks of claims.
    ///
    /// - Parameter chunks: All chunks of the plan.
    func done(
        _ claims: [Int], _ epoch: JobEpoch, among chunks: [Chunk.ID: Chunk], _ session: borrowing Session
    ) throws(FerryError) -> [DoneChunk] {
        guard !claims.isEmpty else { return [] }
        let rows = try session.query(
            Statements.doneClaims, ["\(epoch.job)", "\(epoch.number)", ArrayText.format(claims.map { "\($0)" })])
        var done: [DoneChunk] = []
        var last: Int?
        for row in rows {
            let id = Chunk.ID(pair: try row.number("pair"), number: try row.number("number"))
            guard let hex = try row.optional("sum"), let chunk = chunks[id],
                let digest = Digest(rows: try row.int("rows"), hex: hex)
            else { throw Self.damaged("the entry of chunk \(id.number) of a claim was changed") }
            let claim: Int = try row.int("claim")
            done.append(
                DoneChunk(
                    chunk: chunk, digest: digest, rows: digest.rows + (try row.int("kept_rows")),
                    bytes: claim == last ? 0 : try row.int("bytes"), worker: try row.optionalInt("worker")))
            last = claim
        }
        return done
    }

    /// The workers of a job's newest epoch, the first one first.
    func workers(of job: JobNumber, _ session: borrowing Session) throws(FerryError) -> [WorkerStatus] {
        guard try isShared(session) else { return [] }
        let rows = try readingLedger { () throws(FerryError) in try session.query(Statements.workers, ["\(job)"]) }
        return try rows.map { row throws(FerryError) in
            try WorkerStatus(row, try worker(of: row, job: job))
        }
    }
}

extension WorkerStatus {
    /// A row of `sql/hosts/workers.sql`.
    fileprivate init(_ row: Record, _ document: StoredWorker) throws(FerryError) {
        let state: State = try row.bool("has_left") ? .left : try row.bool("is_silent") ? .silent : .working
        self.init(
            number: try row.int("id"), host: document.host, process: document.process, version: document.vecferry ?? "",
            streams: document.streams, isCoordinator: document.isCoordinator, state: state,
            joinedAt: try row.string("joined_at"), silence: try row.double("silence"), chunks: try row.int("chunks"),
            bytes: try row.int("bytes"), heldChunks: try row.int("held"),
            failures: document.failures.map {
                Failure(pair: PairNumber($0.pair), message: $0.message, hint: $0.hint)
            })
    }
}
