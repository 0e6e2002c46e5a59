internal import Postgres

/// Where sessions find the snapshot to read the source in.
protocol SnapshotSource: Sendable {
    /// Waits for the snapshot.
    func snapshot() throws(FerryError) -> Snapshot

    /// Judges an error of a session in `snapshot`, which may be lost.
    ///
    /// - Returns: The error to throw.
    func judged(_ error: FerryError, in snapshot: Snapshot) -> FerryError
}

/// A stream's two sessions, and the chunks that pass through them. Each session is opened when it is needed first.
struct StreamLine: ~Copyable {
    private let job: Ledger.Job
    private let source: Endpoint
    private let target: Endpoint
    private let snapshots: any SnapshotSource
    /// The claims of this process, where several share the job.
    let claims: Claims?
    private let events: EventSink

    private var onSource: Session?
    /// The snapshot of the source's session.
    private var snapshot: Snapshot?
    private var onTarget: Session?
    /// The backend of a lost target session, which holds its locks until the server notices.
    private var leftBehind: Backend?
    /// Whether the next batch was requested when the last one was committed.
    private var isRequested = false

    /// - Parameters:
    ///   - snapshots: Where the source's snapshot is found.
    ///   - claims: The claims of this process, where several share the job.
    init(
        _ job: Ledger.Job, from source: Endpoint, to target: Endpoint, in snapshots: any SnapshotSource,
        claims: Claims?,
        events: @escaping EventSink
    ) {
        self.job = job
        self.source = source
        self.target = target
        self.snapshots = snapshots
        self.claims = claims
        self.events = events
    }

    /// Closes the sessions.
    mutating func reset() {
        onSource = nil
        onTarget = nil
        isRequested = false
    }

    // MARK: Sessions

    /// The settings of target sessions. A chunk's commit need not wait for the disk: rows and ledger entry are lost or kept
    /// together, and settling the pair flushes all the log before it (PostgreSQL documentation, "Asynchronous Commit").
    private var settings: String {
        let name = claims.map { "SET application_name TO '\(Claims.application(of: $0.worker))'" }
        return [name, "SET synchronous_commit TO off", job.plan.toastMethod?.setting].compactMap(\.self)
            .joined(separator: "; ")
    }

    private mutating func openBoth() throws(FerryError) {
        guard onSource == nil else { return }
        let current = try snapshots.snapshot()
        do throws(FerryError) {
            if onTarget == nil {
                var login = try target.startLogin(settings)
                onSource = try checked(try current.join(source, beside: &login))
                onTarget = try checked(try target.finish(login))
                try endLeftBehind()
            } else {
                onSource = try checked(try current.join(source))
            }
        } catch {
            throw snapshots.judged(try explained(error), in: current)
        }
        snapshot = current
    }

    /// A snapshot that a worker can't join may be another server's.
    ///
    /// - Throws: That the session is on another server.
    private func explained(_ error: FerryError) throws(FerryError) -> FerryError {
        if error.code == .snapshotLost, let claims { try claims.epoch.require(try source.connect()) }
        return error
    }

    /// Makes sure that a session reached the servers of the coordinator.
    private func checked(_ session: consuming Session) throws(FerryError) -> Session {
        if let claims { try claims.epoch.require(session) }
        return session
    }

    private mutating func endLeftBehind() throws(FerryError) {
        guard let lost = leftBehind, let session = onTarget.take() else { return }
        try session.end(lost)
        leftBehind = nil
        onTarget = consume session
    }

    /// Runs a block over the target's session.
    mutating func withTarget<Result>(
        _ body: (borrowing Session) throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        if onTarget == nil {
            onTarget = try checked(try target.connect(settings))
            try endLeftBehind()
        }
        guard let session = onTarget.take() else { throw .interrupted }
        do throws(FerryError) {
            let result = try body(session)
            onTarget = consume session
            return result
        } catch {
            leftBehind = session.backend
            throw error
        }
    }

    // MARK: Chunks

    /// Copies the chunks of a turn, which it claims first where nobody has yet. The turn's next item, if it concerns chunks too, is
    /// requested with their commit.
    ///
    /// - Returns: nil where there was nothing to claim.
    mutating func copy<Step: CopyStep>(_ turn: inout Turn<Step>) throws(FerryError) -> ChunkMover.Outcome? {
        var chunks = turn.item.batch
        if chunks == nil { chunks = try claim() }
        guard let batch = chunks else { return nil }
        turn.item = .copy(batch)
        let claims = claims
        let outcome = try copy(batch) { target throws(FerryError) in
            guard let step = turn.lookAhead() else { return nil }
            if let following = step.batch { return following }
            let following = try claims?.take(over: target)
            if let following { turn.began(.copy(following)) }
            return following
        }
        switch outcome {
        case .wasDoneInPart: turn.split()
        case .wasTaken: turn.item = .claim
        case .moved, .wasDone: break
        }
        return outcome
    }

    private mutating func claim() throws(FerryError) -> ChunkBatch? {
        guard let claims else { return nil }
        return try withTarget { target throws(FerryError) in try claims.take(over: target) }
    }

    /// Copies a batch.
    ///
    /// - Parameter next: Returns the batch to be requested when this one is committed; gets the target's session, in the
    ///   transaction of this one.
    private mutating func copy(
        _ batch: ChunkBatch, then next: (borrowing Session) throws(FerryError) -> ChunkBatch?
    ) throws(FerryError) -> ChunkMover.Outcome {
        try openBoth()
        guard let from = onSource.take(), let to = onTarget.take(), let snapshot else { throw .interrupted }
        do throws(FerryError) {
            let mover = mover(batch)
            for chunk in batch.chunks { events(.chunkBegan(chunk)) }
            if !isRequested { try mover.request(from: from, to: to) }
            isRequested = false
            let outcome = try mover.move(from: from, to: to)
            if case .moved(let moved) = outcome {
                let following = try next(to).map { self.mover($0) }
                try mover.commit(moved, then: following, from: from, to: to)
                isRequested = following != nil
                for one in moved { events(.chunkDone(one.chunk, one.digest)) }
            } else if case .wasDone = outcome, let claims, let claim = batch.claim {
                try claims.close(claim, over: to)
            }
            onSource = consume from
            onTarget = consume to
            return outcome
        } catch {
            // Even if the source failed: this session is closed too, in the middle of its transaction.
            leftBehind = to.backend
            throw snapshots.judged(error, in: snapshot)
        }
    }

    private func mover(_ batch: ChunkBatch) -> ChunkMover {
        ChunkMover(plan: job.plan, batch: batch, job: job.number, events: events)
    }
}

/// A step of a stream that concerns chunks, or another one.
protocol CopyStep: Sendable {
    /// Copies chunks.
    static func copy(_ batch: ChunkBatch) -> Self
    /// Claims chunks that the ledger offers to several processes, and copies them.
    static var claim: Self { get }
    /// The chunks to copy; nil where they are to be claimed, and for other steps.
    var batch: ChunkBatch? { get }
}

extension [ChunkMover.Moved] {
    /// The bytes of COPY data.
    var bytes: Int { reduce(0) { $0 + $1.bytes } }
    /// The digest of each chunk's rows as they were received.
    var received: [Chunk.ID: Digest] { reduce(into: [:]) { $0[$1.chunk.id] = $1.digest } }
}
