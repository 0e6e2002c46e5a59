internal import Postgres
internal import SQLStatements

/// One stream of a job: a worker with a session on each side that copies chunks, and settles, analyzes and reads back pairs. A
/// stream that copies nothing opens no session on the source.
struct Stream: Worker, ~Copyable {
    private let job: Ledger.Job
    private let flow: PairFlow
    private let events: EventSink
    private var line: StreamLine

    /// - Parameter line: Its sessions, none of which is open.
    init(_ job: Ledger.Job, _ line: consuming StreamLine, _ flow: PairFlow, events: @escaping EventSink) {
        self.job = job
        self.line = line
        self.flow = flow
        self.events = events
    }

    mutating func work(_ turn: inout Turn<PairFlow.Step>) throws(FerryError) {
        switch turn.item {
        case .copy, .claim: try copy(&turn)
        case .settle(let pairs): try settle(pairs)
        case .analyze(let pairs): try analyze(pairs)
        case .readBack(let ranges): try readBack(ranges)
        }
    }

    mutating func reset() { line.reset() }

    // MARK: Copying

    private mutating func copy(_ turn: inout Turn<PairFlow.Step>) throws(FerryError) {
        switch try line.copy(&turn) {
        case .moved(let moved)?:
            flow.streamed(moved.bytes)
            flow.received(moved.received)
        case .wasDone(let digests)?: flow.received(digests)
        case .wasDoneInPart?, .wasTaken?: break
        case nil: flow.foundNothing()
        }
    }

    // MARK: After the copy

    private mutating func settle(_ pairs: [PairNumber]) throws(FerryError) {
        let (job, claims) = (job, line.claims)
        let open = try line.withTarget { session throws(FerryError) in
            try Ledger().flush(session)
            let open = try Ledger().chunks(job, of: pairs, session).open
            if let claims, !open.isEmpty { try claims.offerAgain(open, over: session) }
            return open
        }
        FailPoint.reached(.afterSettle)
        if flow.settled(pairs, open: open) { FailPoint.reached(.afterCopy) }
    }

    private mutating func analyze(_ numbers: [PairNumber]) throws(FerryError) {
        let plan = job.plan
        let events = events
        let pairs = numbers.map { plan[$0] }
        let (parts, moment) = try line.withTarget { session throws(FerryError) in
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
        let digests = try line.withTarget { session throws(FerryError) in
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
