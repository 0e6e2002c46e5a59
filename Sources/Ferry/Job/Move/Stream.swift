internal import Postgres
internal import SQLStatements

/// One stream of a job: a worker with a session on each side that copies chunks, and settles, analyzes and reads back pairs. A
/// stream that copies nothing opens no session on the source.
struct Stream: Worker, ~Copyable {
    private let job: Ledger.Job
    private let source: Endpoint
    private let target: Endpoint
    private let snapshots: SnapshotKeeper
    private let flow: PairFlow
    private let events: EventSink

    private var onSource: Session?
    /// The snapshot of the source's session.
    private var snapshot: Snapshot?
    private var onTarget: Session?
    /// The backend of a lost target session, which holds its locks until the server notices.
    private var leftBehind: Backend?
    /// Whether the next batch was requested when the last one was committed.
    private var isRequested = false

    /// - Parameter snapshots: The keeper of the source's snapshot.
    init(
        _ job: Ledger.Job, from source: Endpoint, to target: Endpoint, in snapshots: SnapshotKeeper, _ flow: PairFlow,
        events: @escaping EventSink
    ) {
        self.job = job
        self.source = source
        self.target = target
        self.snapshots = snapshots
        self.flow = flow
        self.events = events
    }

    mutating func work(_ turn: inout Turn<PairFlow.Step>) throws(FerryError) {
        switch turn.item {
        case .copy(let batch): try copy(batch, &turn)
        case .settle(let pairs): try settle(pairs)
        case .analyze(let pairs): try analyze(pairs)
        case .readBack(let ranges): try readBack(ranges)
        }
    }

    mutating func reset() {
        onSource = nil
        onTarget = nil
        isRequested = false
    }

    // MARK: Sessions

    /// The settings of target sessions. A chunk's commit need not wait for the disk: rows and ledger entry are lost or kept
    /// together, and settling the pair flushes all the log before it (PostgreSQL documentation, "Asynchronous Commit").
    private var settings: String {
        ["SET synchronous_commit TO off", job.plan.toastMethod?.setting].compactMap(\.self).joined(separator: "; ")
    }

    private mutating func openBoth() throws(FerryError) {
        guard onSource == nil else { return }
        let current = try snapshots.snapshot()
        do throws(FerryError) {
            if onTarget == nil {
                var login = try target.startLogin(settings)
                onSource = try current.join(source, beside: &login)
                onTarget = try target.finish(login)
                try endLeftBehind()
            } else {
                onSource = try current.join(source)
            }
        } catch {
            throw snapshots.judged(error, in: current)
        }
        snapshot = current
    }

    private mutating func endLeftBehind() throws(FerryError) {
        guard let lost = leftBehind, let session = onTarget.take() else { return }
        try session.end(lost)
        leftBehind = nil
        onTarget = consume session
    }

    private mutating func withTarget<Result>(
        _ body: (borrowing Session) throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        if onTarget == nil {
            onTarget = try target.connect(settings)
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

    // MARK: Copying

    private mutating func copy(_ batch: ChunkBatch, _ turn: inout Turn<PairFlow.Step>) throws(FerryError) {
        try openBoth()
        guard let from = onSource.take(), let to = onTarget.take(), let snapshot else { throw .interrupted }
        do throws(FerryError) {
            let mover = mover(batch)
            for chunk in batch.chunks { events(.chunkBegan(chunk)) }
            if !isRequested { try mover.request(from: from, to: to) }
            isRequested = false
            switch try mover.move(from: from, to: to) {
            case .moved(let moved):
                var next: ChunkMover?
                if case .copy(let following)? = turn.lookAhead() { next = self.mover(following) }
                try mover.commit(moved, then: next, from: from, to: to)
                isRequested = next != nil
                for one in moved { events(.chunkDone(one.chunk, one.digest)) }
                flow.streamed(moved.reduce(0) { $0 + $1.bytes })
                flow.received(moved.reduce(into: [:]) { $0[$1.chunk.id] = $1.digest })
            case .wasDone(let digests): flow.received(digests)
            case .wasDoneInPart: turn.split()
            }
            onSource = consume from
            onTarget = consume to
        } catch {
            // Even if the source failed: this session is closed too, in the middle of its transaction.
            leftBehind = to.backend
            throw snapshots.judged(error, in: snapshot)
        }
    }

    private func mover(_ batch: ChunkBatch) -> ChunkMover {
        ChunkMover(plan: job.plan, batch: batch, job: job.number, events: events)
    }

    // MARK: After the copy

    private mutating func settle(_ pairs: [PairNumber]) throws(FerryError) {
        let job = job
        let open = try withTarget { session throws(FerryError) in
            try Ledger().flush(session)
            return try Ledger().chunks(job, of: pairs, session).open
        }
        FailPoint.reached(.afterSettle)
        if flow.settled(pairs, open: open) { FailPoint.reached(.afterCopy) }
    }

    private mutating func analyze(_ numbers: [PairNumber]) throws(FerryError) {
        let plan = job.plan
        let events = events
        let pairs = numbers.map { plan[$0] }
        let (parts, moment) = try withTarget { session throws(FerryError) in
            do throws(FerryError) {
                try Self.analyze(pairs.filter { $0.bytes > 0 }.map(\.name), over: session, events)
                let moment = try ReadMoment.now(on: session)
                return (try LoadedParts(plan: plan).read(pairs.filter { !$0.load.isKeyed }, over: session), moment)
            } catch {
                throw error.of(pairs[0].name)
            }
        }
        FailPoint.reached(.afterAnalyze)
        for (pair, parts) in parts where parts == nil { flow.give(up: pair, .tableIsGone(plan[pair].name)) }
        let there = numbers.filter { parts[$0].map { $0 != nil } ?? true }
        flow.analyzed(there, ranges: parts.compactMapValues(\.self), since: moment)
    }

    /// Gives the server's planner its statistics.
    private static func analyze(
        _ tables: [QualifiedName], over session: borrowing Session, _ events: EventSink
    ) throws(FerryError) {
        guard !tables.isEmpty else { return }
        try session.execute("ANALYZE \(tables.map(\.quoted).joined(separator: ", "))")
        for notice in session.takeNotices() where notice.severity == "WARNING" {
            events(
                .warning(
                    Note(
                        level: .warning, code: .notAnalyzed, side: .target, table: nil,
                        message: "The server did not gather statistics: \(notice.message).",
                        hint: "Run ANALYZE as the table's owner.")))
        }
    }

    private mutating func readBack(_ ranges: [RangeRead]) throws(FerryError) {
        let events = events
        let digests = try withTarget { session throws(FerryError) in
            try ranges.digests(over: session) { events(.readBack(pair: $0, rows: $1, bytes: $2)) }
        }
        flow.read(ranges, digests)
    }
}

extension FerryError {
    /// An error for a table that was loaded and no longer exists.
    fileprivate static func tableIsGone(_ table: QualifiedName) -> FerryError {
        FerryError(
            .database, "The table was dropped during the copy.",
            hint: "Create it again, then run vecferry copy --restart.", side: .target, table: table)
    }
}
