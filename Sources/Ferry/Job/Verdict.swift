/// The verdict on one pair, from its record.
///
/// It is a function of values alone. "Proven" requires two digests that were computed independently and are equal: that of the
/// rows received from the source, and that of the rows read back from the target.
enum Verdict: Sendable, Equatable {
    /// The rows read back from the target equal the rows received from the source.
    case proven
    /// The rows were merged by key into rows of the target, and proven chunk by chunk in the transactions that merged them.
    case merged
    /// The target's rows differ from the source's.
    case differs
    /// The source was written to after some of the table was copied: the target holds an older state of it.
    case stale
    /// The table could not be finished.
    case failed

    /// - Parameters:
    ///   - record: The facts of the pair.
    ///   - load: How rows were loaded into the target.
    ///   - sourceChanged: Whether the source was written to since the job began.
    init(_ record: PairRecord, load: LoadMode, sourceChanged: Bool) {
        if let failure = record.failure {
            // Rows that moved to other pages since are sent twice, which a unique key refuses.
            self = sourceChanged && failure.cause?.sqlState == "23505" ? .stale : .failed
        } else if load.isKeyed {
            // Rows that were merged by key can't be read back apart from the target's own.
            self = sourceChanged ? .stale : .merged
        } else if sourceChanged {
            guard let now = record.sourceNow, let readBack = record.readBack else {
                self = .failed
                return
            }
            self = now == readBack ? .proven : .stale
        } else {
            guard let readBack = record.readBack else {
                self = .failed
                return
            }
            self = record.copied.copied == readBack ? .proven : .differs
        }
    }

    /// The state in the report.
    var state: TableReport.State {
        switch self {
        case .proven, .merged: .proven
        case .differs, .stale: .differs
        case .failed: .failed
        }
    }
}

extension JobReport {
    /// Makes the report of a job from its record.
    ///
    /// - Parameters:
    ///   - number: The job's number in the ledger.
    ///   - copySeconds: Seconds during which this process copied rows.
    ///   - seconds: Seconds from the first statement of this process to the last.
    init(_ record: JobRecord, of plan: Plan, number: JobNumber, copySeconds: Double, seconds: Double) {
        var tables: [TableReport] = []
        var notes = plan.warnings
        if record.sourceChanged { notes.append(.sourceChanged) }
        notes += record.notes
        for pair in plan.pairs {
            let facts = record[pair.number]
            let verdict = Verdict(facts, load: pair.load, sourceChanged: record.sourceChanged)
            tables.append(TableReport(pair, facts, verdict, excluded: plan.request.selection.excludedBots))
            if verdict == .stale { notes.append(.stale(pair.name)) }
        }
        let states = Set(tables.map(\.state))
        self.init(
            outcome: states.contains(.failed) ? .failed : states.contains(.differs) ? .differs : .proven,
            job: number, tables: tables, notes: notes, copySeconds: copySeconds, seconds: seconds,
            streamedBytes: record.streamedBytes)
        describe(plan)
    }

    /// Adds what the plan says of the whole databases.
    mutating func describe(_ plan: Plan) {
        inventory = plan.inventory
        let (from, to) = (plan.source.encoding, plan.target.encoding)
        conversion = from == to ? nil : Conversion(from: from, to: to)
        converted = plan.pairs.flatMap { pair in
            pair.columns.compactMap { column in
                column.conversion.map { Converted(table: pair.name, column: column.name, conversion: $0) }
            }
        }
    }
}

extension TableReport {
    fileprivate init(_ pair: TablePair, _ record: PairRecord, _ verdict: Verdict, excluded: [String]) {
        let source = record.sourceNow ?? record.copied.copied
        // Chunks that were merged by key were proven in their own transactions.
        let target = record.readBack ?? (pair.load.isKeyed ? source : .zero)
        var error = record.failure.map { "\($0)" }
        if error == nil, verdict == .failed { error = "The table's rows were not read back." }
        if error == nil, verdict == .stale, pair.load.isKeyed {
            error =
                "Rows merged by key can't be proven after the source has changed. Run vecferry verify to compare the table."
        }
        self.init(
            name: pair.name, state: verdict.state, source: source, target: target, keptRows: record.copied.keptRows,
            keptBots: pair.load == .keepBots
                ? pair.filter.except.filter { bot in !excluded.contains { $0 == bot } } : [],
            indexes: pair.indexes.map { IndexReport(name: $0.name, action: $0.action, seconds: record.built[$0.name]) },
            error: error, provenAt: verdict.state == .proven ? record.readSince?.time : nil, bytes: pair.bytes,
            seconds: record.work.map { ($0.ended - $0.began) / .seconds(1) },
            comparison: verdict.state == .differs ? record.comparison : nil)
    }
}
